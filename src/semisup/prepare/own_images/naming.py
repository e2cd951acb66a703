"""Files that say what classes are called, such as words.txt of Tiny-ImageNet."""

import csv
import json
from collections import Counter
from collections.abc import Collection, Mapping

from semisup.labels.text import decoded
from semisup.labels.words import NUMBER, clean
from semisup.workflow.errors import UserError

FILES = (  # where they are looked for by themselves
    *("class_names.csv", "class_names.tsv", "class_names.txt", "class_names.json", "words.txt"),
    *("synset_words.txt", "LOC_synset_mapping.txt", "classes.csv", "classes.tsv"),
)


def read_names(content: bytes, where: str) -> dict[str, str]:
    """What each class is called: the first two cells of each line, or an object of JSON.

    Cells are separated by a tab, else by a comma or semicolon where `where` ends in .csv, else by
    the first space.

    Raises:
        UserError: no text, or no object.
    """
    text, separator = decoded(content, where)
    if where.lower().endswith(".json"):
        try:
            pairs = [*json.loads(text).items()]
        except (ValueError, AttributeError):
            raise UserError(f'{where}: must be an object as {{"class": "name"}}') from None
    elif where.lower().endswith(".csv"):
        pairs = [*csv.reader(text.splitlines(), delimiter=separator)]
    else:
        lines = text.splitlines()
        pairs = [line.split("\t") if "\t" in line else line.split(None, 1) for line in lines]
    found = [[clean(str(cell)) for cell in pair[:2]] for pair in pairs if len(pair) > 1]
    return {key: name for key, name in found if key and name}


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
