"""Tables that say which class an image is of, as people write them."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from semisup.labels.bits import SEVERAL, one_hot, with_parts_joined
from semisup.labels.columns import Columns, find_columns, missing_column, with_split
from semisup.labels.headless import with_names
from semisup.labels.lines import lines_of
from semisup.labels.text import Line
from semisup.labels.words import (
    NUMBER,
    ONES,
    UNSURE,
    ZEROS,
    Part,
    alone,
    clean,
    is_none,
    may_be_several,
    part_of,
    same_number,
    several,
    without_case,
)
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, named

MANY_GROUPS, LARGE = 5, 0.25  # of the rows in one group: no longer one patient or part
_YES, _NO = ONES | {"yes", "y", "t"}, ZEROS | {"no", "n", "f"}


@dataclass(frozen=True)
class Row:
    """What a table says of one path; None: nothing."""

    label: str | None
    part: Part | None = None
    group: str | None = None


def read_table(
    content: bytes,
    where: str,
    columns: Mapping[str, str | None],
    no_label: Collection[str] | None,
    notes: Notes,
) -> dict[str, Row]:
    """Rows by path, whose separators are slashes.

    Args:
        content: of a CSV file (`,` `;` `|` or tabs, UTF-8 or UTF-16), of Parquet, or of JSON, an
            object a line; the first line names columns, or is an image.
        where: what messages call it.
        columns: which column holds path, label, split and group: its name, "auto", None for none.
        no_label: words that mean none, in any case; None: labels are meant as they stand, since
            the classes are known.
        notes: takes warnings.

    Raises:
        UserError: not readable, no such column, or a path has two labels.
    """
    lines = lines_of(content, where)
    if no_label is not None and columns["path"] == columns["label"] == "auto":
        lines = with_names(lines, where, notes)
    return rows_of(lines, where, columns, no_label, notes)


def rows_of(
    every: Sequence[Line],
    where: str,
    columns: Mapping[str, str | None],
    no_label: Collection[str] | None,
    notes: Notes,
) -> dict[str, Row]:
    """As `read_table`, of lines, the first of which names columns."""
    (_, header), *lines = every
    names, cells = [*header], [*(line for _, line in lines)]
    if columns["split"] == "auto":
        names, cells = with_parts_joined(names, cells, where, notes)
    found = find_columns(names, cells, columns, where, notes)
    if columns["split"] == "auto" and not found.split_is_sure:
        found = with_split(found, names, cells, where, notes)
    raw = _raw_labels(names, cells, found, where, notes)
    labels: list[str | None]
    if no_label is None:
        labels = [clean(label) or None for label in raw]
    else:
        labels = _labels(raw, where, without_case(no_label), notes)
    parts = _parts(cells, found, names, where, notes)
    groups = _groups(cells, found, without_case(no_label or ()), where, notes)
    rows: dict[str, Row] = {}
    for (number, _), line, label, part, group in zip(
        lines, cells, labels, parts, groups, strict=True
    ):
        path = (
            _path(line[found.path]) if line[found.path].strip() else f"(no path in line {number})"
        )
        row = Row(label, part, group)
        if rows.setdefault(path, row) != row:
            raise _contradiction(where, path, rows[path], row)
    return rows


def with_unlabelled_parts(rows: dict[str, Row], where: str, notes: Notes) -> dict[str, Row]:
    """With test or validation rows as unlabelled ones, where none of them has a label."""
    for part in ("test", "validation"):
        mine = [row for row in rows.values() if row.part == part]
        if mine and all(row.label is None for row in mine):
            notes.warn(
                f"{where}: none of the {len(mine)} rows of {part} has a label: read as unlabelled"
            )
            rows = {
                path: replace(row, part="unlabelled") if row.part == part else row
                for path, row in rows.items()
            }
    return rows


def read_labels(file: str) -> dict[str, str]:
    """A CSV file with the columns path,label as {path: label}; no label is "".

    Raises:
        UserError: not readable, a column is missing, or a path has two labels.
    """
    columns = dict.fromkeys(("path", "label"), "auto") | dict.fromkeys(("split", "group"))
    rows = read_table(read_bytes(file, file), file, columns, None, Notes())
    return {path: row.label or "" for path, row in rows.items()}


def read_bytes(file: str, where: str) -> bytes:
    """The content of a table on disk."""
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UserError(f"{where}: cannot be read: {error.strerror}") from None


def _path(cell: str) -> str:
    return str(PurePosixPath(cell.strip().replace("\\", "/")))


def _raw_labels(
    names: list[str], cells: Sequence[list[str]], found: Columns, where: str, notes: Notes
) -> list[str]:
    if found.label is not None:
        return [line[found.label] for line in cells]
    taken = (found.path, found.split, found.group)
    raw = one_hot(names, cells, taken, where, notes) if found.may_be_hot else None
    if raw is None:
        raise missing_column(where, names)
    several = sum(SEVERAL in label for label in raw)
    if several:
        notes.warn(f"{where}: {several} rows have 1 in several of these: read as no label")
    return ["" if SEVERAL in label else label for label in raw]


def _labels(raw: list[str], where: str, none: Set[str], notes: Notes) -> list[str | None]:
    """One spelling of each label; None where a cell has none, or several."""
    spelled = [alone(clean(label)) for label in raw]
    counts = Counter(spelled)
    kept = {label for label in counts if not is_none(label, none)}
    words = [label for label in counts if label and label not in kept]
    if words:
        used = named(f"{word!r} ({counts[word]})" for word in words)
        notes.warn(f"{where}: read as no label: {used}; data.folder.no_label lists such words")
    numbers = same_number(kept)
    classes = {numbers.get(label, label) for label in kept}
    many = {label for label in classes if several(label, classes)}
    if many:
        notes.warn(
            f"{where}: {sum(numbers.get(s, s) in many for s in spelled)} rows name several "
            f"classes, such as {min(many)!r}: read as no label, since an image can have one only"
        )
    unsure = sorted(label for label in classes - many if may_be_several(label, classes))
    if unsure:
        notes.warn(
            f"{where}: {named(map(repr, unsure))}: several labels in a cell? Read as one class"
        )
    _warn_of_odd_numbers(classes, where, notes)
    found = (numbers.get(label, label) for label in spelled)
    return [label if label in classes and label not in many else None for label in found]


def _warn_of_odd_numbers(classes: set[str], where: str, notes: Notes) -> None:
    """Of a negative number among numbers, or one or two numbers among words."""
    numbers = {label for label in classes if NUMBER.fullmatch(label)}
    odd = {label for label in numbers if label.startswith("-")} if numbers == classes else numbers
    if odd and (numbers == classes or len(odd) < min(3, len(classes) / 2)):
        notes.warn(
            f"{where}: {named(sorted(odd))}: a class like the others; if it means no label, add it "
            "to data.folder.no_label"
        )


def _groups(
    cells: Sequence[Sequence[str]], found: Columns, none: Set[str], where: str, notes: Notes
) -> list[str | None]:
    """Numbers as one table has them and another does not: 7.0 is 7."""
    if found.group is None:
        return [None] * len(cells)
    words = [clean(line[found.group]) for line in cells]
    known = [None if is_none(word, none | UNSURE) else word for word in words]
    unsure = Counter(
        w for w, k in zip(words, known, strict=True) if k is None and not is_none(w, none)
    )
    if unsure:
        used = named(f"{word!r} ({count})" for word, count in unsure.items())
        notes.warn(f"{where}: read as no group: {used}")
    sizes = Counter(word for word in known if word is not None)
    for word, size in sizes.most_common(1):
        if len(sizes) >= MANY_GROUPS and size > LARGE * len(cells):
            notes.warn(
                f"{where}: {size} of {len(cells)} rows are of the group {word!r}, which stay on "
                "one side of each split; if it means none, leave these cells empty"
            )
    return [word and re.sub(r"^(\d+)\.0+$", r"\1", word) for word in known]


def _parts(
    cells: Sequence[list[str]], found: Columns, names: list[str], where: str, notes: Notes
) -> list[Part | None]:
    if found.split is None:
        return [None] * len(cells)
    name = names[found.split].strip()
    values = [clean(line[found.split]) for line in cells]
    yes = _part_of_yes(name)
    if yes and all(value.lower() in _YES | _NO | {""} for value in values):
        no: Part = "test" if yes == "train" else "train"
        held = sum((value.lower() in _YES) == (yes != "train") for value in values if value)
        if 2 * held > len(values):
            notes.warn(
                f"{where}: by column {name} {held} of {len(values)} rows are not trained on; if it "
                "means something else, set data.folder.columns.split to null"
            )
        return [None if not v else yes if v.lower() in _YES else no for v in values]
    parts = {value: part_of(value) for value in values if value}
    unknown = [value for value, part in parts.items() if part is None]
    if not unknown:
        return [parts.get(value) for value in values]
    if found.split_is_sure:
        raise UserError(
            f"{where}: column {name}: {unknown[0]!r} is no part of the data; write train, "
            "validation, test or unlabelled, or set data.folder.columns.split to null"
        )
    notes.warn(
        f"{where}: column {name} is not read: {named(map(repr, unknown))} are no train or test"
    )
    return [None] * len(cells)


def _part_of_yes(column: str) -> Part | None:
    """What 1 can only mean by the name of a column; of `split` some mean test by it."""
    plain = re.sub(r"[\W_]+", "", column.lower())
    if "train" in plain and "test" not in plain:
        return "train"
    return part_of(plain.removeprefix("is"))


def _contradiction(where: str, path: str, one: Row, other: Row) -> UserError:
    if one.label != other.label:
        return UserError(
            f"{where}: {path} has two labels, {one.label or ''!r} and {other.label or ''!r}; keep "
            "one"
        )
    what = "splits" if one.part != other.part else "groups"
    return UserError(f"{where}: {path} is in two {what}; keep one row")
