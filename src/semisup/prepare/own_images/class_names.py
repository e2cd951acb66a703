"""What the classes of the user's images are called, where a file says so."""

import json
import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from semisup.labels.column_names import NAMES, plain
from semisup.labels.lines import of_csv
from semisup.labels.text import decoded
from semisup.labels.words import NUMBER, clean
from semisup.params import data_sections
from semisup.prepare.files.archive import listing
from semisup.prepare.files.places import locate
from semisup.prepare.junk import is_junk
from semisup.prepare.own_images.named_places import KEY, content_of
from semisup.prepare.own_images.source import Source
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, named

FILES = (  # where they are looked for by themselves
    *("class_names.csv", "class_names.tsv", "class_names.txt", "class_names.json", "words.txt"),
    *("synset_words.txt", "LOC_synset_mapping.txt", "classes.csv", "classes.tsv"),
)
_CODE = re.compile(r"[A-Za-z]?\d+")  # of WordNet, or a number
_CODES = {  # above the classes, beside what a table calls them
    *("", "wnid", "wordnetid", "synset", "synsetid", "id", "code", "key", "index", "idx"),
    *("number", "num", "no", "nr", "value", "folder", "directory", "dir"),
}
_CALLED = {  # above what they are called, with or without a language behind: name_en
    *("name", "names", "title", "description", "desc", "meaning", "definition", "word", "words"),
    *("term", "caption", "text", "lemma", "bezeichnung", "beschreibung", "bedeutung", "titel"),
    *("nom", "libellé", "titre", "nombre", "título", "descripción", "nome", "descrição", "titolo"),
    *NAMES["label"],
} - {"y", "target", "tag", "grade", "classid", "labelid", "categoryid"}


def names_for(
    settings: data_sections.Folder,
    sources: Sequence[Source],
    classes: Collection[str],
    notes: Notes,
) -> dict[str, str]:
    """By class; nothing where no file says so.

    With `auto` a file counts only if it names all classes.

    Raises:
        UserError: the file that params.yaml names cannot be read, or names no class.
    """
    given, key = settings.class_names, f"{KEY}.class_names"
    if given is None or not classes:
        return {}
    files = [os.path.expanduser(given)] if given != "auto" else _beside(sources)  # noqa: PTH111
    for file in files:
        where = f"{key}: {file}"
        try:
            content = content_of(file, key)
            known = turned(classes, read_names(content, where, classes, given != "auto"))
        except UserError as error:
            if given != "auto":
                raise
            notes.warn(f"{error}; the classes keep the names that they have")
            continue
        lacking = sorted({*classes} - {*known})
        if given != "auto" and len(lacking) == len(classes):
            raise UserError(
                f"{where}: names none of the classes ({named(map(repr, sorted(classes)))}); each "
                "line must be a class and its name"
            )
        names = names_of(classes, known)
        if given == "auto" and (lacking or _are_numbers(names)):
            continue
        shown = named((f"{label} is {name!r}" for label, name in sorted(names.items())), 3)
        rest = f"; it says nothing of {named(map(repr, lacking))}" if lacking else ""
        notes.warn(f"{where}: names the classes: {shown}{rest}")
        return names
    return {}


def _are_numbers(names: Mapping[str, str]) -> bool:
    """Whether words would be called by numbers, such as counts or positions."""
    return any(
        NUMBER.fullmatch(name) and not NUMBER.fullmatch(label) for label, name in names.items()
    )


def _beside(sources: Sequence[Source]) -> Iterator[str]:
    """Files of such names in the labelled places and in the folders around these."""
    for source in sources:
        if not source.has_labels or source.place.is_tar:  # to list a tar is to read it
            continue
        given = PurePath(source.place.given)
        for folder in (given, given.parent):
            there = listed(str(folder))
            yield from (str(folder / name) for name in FILES if name in there)
            if folder == given and (around := _folder_around(there)):
                inside = listed(str(folder / around))
                yield from (str(folder / around / name) for name in FILES if name in inside)


def _folder_around(there: Collection[str]) -> str | None:
    """The only folder in a place, as most archives have one around all that they hold."""
    tops = {name.partition("/")[0] for name in there if not is_junk(name.partition("/")[0])}
    return tops.pop() if len(tops) == 1 else None


def listed(folder: str) -> Collection[str]:
    """Names of the files right in a folder, on disk or in a zip archive."""
    path = os.path.expanduser(folder)  # noqa: PTH111
    if os.path.isdir(path):  # noqa: PTH112
        return os.listdir(path)  # noqa: PTH208
    if not path.lower().endswith(".zip") and ".zip/" not in path.lower():
        return ()
    place = locate(folder, KEY)
    above = "".join(f"{part}/" for part in place.inner)
    names = (member.name for member in listing(place.disk, f"{KEY}: {folder}"))
    return {name[len(above) :] for name in names if name.startswith(above)}


def read_names(
    content: bytes, where: str, classes: Collection[str] = (), is_sure: bool = True
) -> dict[str, str]:
    """What each class is called: two cells of each line, or an object of JSON.

    Cells are separated by a tab, else by a comma or semicolon where `where` ends in .csv, else by
    the first space. Unless the user says that these are names, `is_sure`, there are none below a
    line that speaks of something else.

    Raises:
        UserError: no text, no object of names, or open quotes.
    """
    rows = _rows(content, where)
    if classes and not any(row[0] in classes for row in rows) and not where.endswith(".json"):
        rows = _rows(content, f"{where}.csv") or rows  # commas below any ending
    at = 1 if where.lower().endswith(".json") else _column_of_names(rows, classes)
    if at is None and not is_sure:
        return {}
    found = ((row[0], row[at or 1]) for row in rows if len(row) > (at or 1))
    return {key: name for key, name in found if key and name}


def _rows(content: bytes, where: str) -> list[list[str]]:
    text, separator = decoded(content, where)
    rows: list[list[str]]
    if where.lower().endswith(".json"):
        try:
            rows = [[key, _name(said)] for key, said in json.loads(text).items()]
        except (ValueError, AttributeError, RecursionError):
            raise UserError(f'{where}: must be an object as {{"class": "name"}}') from None
    elif where.lower().endswith(".csv"):
        rows = [cells for _, cells in of_csv(text, separator, where)]
    else:
        lines = text.splitlines()
        rows = [line.split("\t") if "\t" in line else line.split(None, 1) for line in lines]
    return [[*map(clean, row)] for row in rows if len(row) > 1]


def _name(said: Any) -> str:
    """Of a word, a number, or a list of words and codes for one class: ["n01440764", "tench"].

    Raises:
        ValueError: it is something else.
    """
    each = said if isinstance(said, list) else [said]
    if not each or not all(type(one) in (str, int, float) for one in each):
        raise ValueError
    words = [*map(str, each)]
    return ", ".join([word for word in words if not _CODE.fullmatch(word)] or words)


def _column_of_names(rows: Sequence[Sequence[str]], classes: Collection[str]) -> int | None:
    """Which column says what the classes are called: the second, unless a first line names another.

    None: by that line none does, as with `class,color`, which says what else is known of them.
    """
    head = rows[0] if rows else []
    if not head or head[0] in classes or plain(head[0]) not in _CODES | _CALLED:
        return 1
    called = [at for at, cell in enumerate(head) if at and _is_called(cell)]
    if called:
        return called[0]
    numbers = bool(classes) and all(map(NUMBER.fullmatch, classes))
    names_first = not any(NUMBER.fullmatch(row[0]) for row in rows)
    return 1 if numbers and names_first else None


def _is_called(cell: str) -> bool:
    """Whether a column, by what it is called, holds names: class_name, label_en, no file_name."""
    words = re.findall(r"[^\W\d_]+", cell.casefold())
    if len(words) > 1 and len(words[-1]) == 2 and words[-1] not in _CODES:  # of a language
        words.pop()
    if not words or plain(cell) in {*NAMES["path"]} - {"name"}:
        return False
    return words[-1] in _CALLED or words[-1].endswith("name")


def turned(classes: Collection[str], given: Mapping[str, str]) -> Mapping[str, str]:
    """The same by class, where the file has names first and numbers of classes behind them."""
    back = {number: name for name, number in given.items()}
    numbers = all(map(NUMBER.fullmatch, classes)) and not any(map(NUMBER.fullmatch, given))
    return back if numbers and len(back) == len(given) else given


def names_of(classes: Collection[str], given: Mapping[str, str]) -> dict[str, str]:
    """What these classes are called: of several words the first, where no two share it."""
    whole = {label: given[label] for label in classes if label in given}
    short = {label: name.split(",")[0].strip() or name for label, name in whole.items()}
    kept = {*classes} - whole.keys()
    for names in (short, whole):
        shared = Counter([*names.values(), *kept])
        if all(count == 1 for count in shared.values()):
            return names
    return {
        label: name if shared[name] == 1 else f"{name} ({label})" for label, name in whole.items()
    }
