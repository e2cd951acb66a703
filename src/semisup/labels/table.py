"""Tables that say which class an image is of, as people write them."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from semisup.labels.bits import one_hot, with_parts_joined
from semisup.labels.column_names import fitting, plain
from semisup.labels.columns import Columns, find_columns, missing_column, weak_label
from semisup.labels.headless import with_names
from semisup.labels.lines import lines_of
from semisup.labels.path_column import Known
from semisup.labels.sheet import Sheet
from semisup.labels.split_and_group import groups_of, parts_of
from semisup.labels.split_column import with_split
from semisup.labels.text import Line
from semisup.labels.words import (
    NUMBER,
    Part,
    alone,
    clean,
    is_none,
    made_of_others,
    marks_between,
    may_be_several,
    same_number,
    several,
    without_case,
)
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, named

_PLAIN = re.compile(r"[^/.][^/]*(/[^/.][^/]*)*")  # paths that are written in one way only


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
    is_known: Known,
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
        is_known: how surely a cell names a file, from 0 to 1.

    Raises:
        UserError: not readable, no such column, or a path has two labels.
    """
    lines = lines_of(content, where, columns["label"] is None, is_known)
    if no_label is not None and columns["path"] == columns["label"] == "auto":
        lines = with_names(lines, where, notes)
    return rows_of(lines, where, columns, no_label, notes, is_known)


def rows_of(
    every: Sequence[Line],
    where: str,
    columns: Mapping[str, str | None],
    no_label: Collection[str] | None,
    notes: Notes,
    is_known: Known = lambda _: 0.0,  # no files are there to compare cells with
) -> dict[str, Row]:
    """As `read_table`, of lines, the first of which names columns."""
    (_, header), *lines = every
    sheet = Sheet([*map(clean, header)], [line for _, line in lines], where, notes)
    if columns["split"] == "auto":
        sheet = with_parts_joined(sheet, columns.values())
    found = find_columns(sheet, columns, is_known)
    if columns["split"] == "auto" and not found.split_is_sure:
        found = with_split(sheet, found)
    raw = _raw_labels(sheet, found)
    labels: list[str | None]
    if no_label is None:
        labels = [clean(label) or None for label in raw]
    else:
        labels = _labels(raw, sheet, without_case(no_label))
    parts = parts_of(sheet, found)
    groups = groups_of(sheet, found, without_case(no_label or ()))
    rows: dict[str, Row] = {}
    said = map(Row, labels, parts, groups)
    for (number, _), cell, row in zip(lines, sheet.column(found.path), said, strict=True):
        path = _path(cell) if cell else f"(no path in line {number})"
        first = rows.setdefault(path, row)
        if first is not row and first != row:
            raise _contradiction(where, path, first, row)
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


def forbid_contradictions(rows: Mapping[str, Row], again: Mapping[str, str], where: str) -> None:
    """Refuse rows that say something else of a file than those, `again`, which name it too.

    Raises:
        UserError: it names the first.
    """
    for path, first in again.items():
        if rows[path] != rows[first]:
            raise _contradiction(where, f"{first} (or {path})", rows[first], rows[path])


def read_labels(file: str) -> dict[str, str]:
    """A CSV file with the columns path,label as {path: label}, of the rows that have a label.

    Raises:
        UserError: not readable, a column is missing, or a path has two labels.
    """
    columns = dict.fromkeys(("path", "label"), "auto") | dict.fromkeys(("split", "group"))
    lines = lines_of(read_bytes(file, file), file)
    names = [plain(name) for name in lines[0][1]]
    for what in ("path", "label"):
        if not fitting(what, names):
            shown = ",".join(lines[0][1][:8])
            raise UserError(f"{file}: no column is named {what} or the like; there are {shown}")
    at = names.index(fitting("label", names)[0])
    filled = [line for line in lines[1:] if line[1][at].strip()]  # the others count for nothing
    rows = rows_of([lines[0], *filled], file, columns, None, Notes())
    return {path: row.label for path, row in rows.items() if row.label}


def read_bytes(file: str, where: str) -> bytes:
    """The content of a table on disk."""
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UserError(f"{where}: cannot be read: {error.strerror}") from None


def _path(cell: str) -> str:
    path = cell.replace("\\", "/")
    return path if _PLAIN.fullmatch(path) else str(PurePosixPath(path))


def _raw_labels(sheet: Sheet, found: Columns) -> list[str]:
    if found.label is not None:
        return sheet.column(found.label)
    if not found.may_be_hot:  # params.yaml says that the table has no label
        return [""] * len(sheet.cells)
    taken = (found.path, found.split, found.group)
    raw = one_hot(sheet, taken)
    if raw is None:
        weak = weak_label(sheet, taken)
        if weak is None:
            raise missing_column(sheet, "label")
        return sheet.column(weak)
    doubled = sum(len(classes) > 1 for classes in raw)
    if doubled:
        sheet.warn(f"{doubled} rows have 1 in several of these: read as no label")
    return [classes[0] if len(classes) == 1 else "" for classes in raw]


def _labels(raw: list[str], sheet: Sheet, none: Set[str]) -> list[str | None]:
    """One spelling of each label; None where a cell has none, or several."""
    spelled = [alone(clean(label)) for label in raw]
    counts = Counter(spelled)
    kept = {label for label in counts if not is_none(label, none)}
    words = [label for label in counts if label and label not in kept]
    if words:
        used = named(f"{word!r} ({counts[word]})" for word in words)
        sheet.warn(f"read as no label: {used}; data.folder.no_label lists such words")
    numbers = same_number(kept)
    classes = {numbers.get(label, label) for label in kept}
    marks = marks_between(classes)
    many = {label for label in classes if several(label, classes, marks)}
    if many:
        sheet.warn(
            f"{sum(numbers.get(s, s) in many for s in spelled)} rows name several classes, such as "
            f"{min(many)!r}: read as no label, since an image can have one only"
        )
    unsure = sorted(label for label in classes - many if may_be_several(label, classes))
    unsure = unsure or made_of_others(classes - many)
    if unsure:
        sheet.warn(f"{named(map(repr, unsure))}: several labels in a cell? Read as one class")
    _warn_of_odd_numbers(classes, sheet)
    found = (numbers.get(label, label) for label in spelled)
    return [label if label in classes and label not in many else None for label in found]


def _warn_of_odd_numbers(classes: set[str], sheet: Sheet) -> None:
    """Of a negative number among numbers, or one or two numbers among words."""
    numbers = {label for label in classes if NUMBER.fullmatch(label)}
    odd = {label for label in numbers if label.startswith("-")} if numbers == classes else numbers
    if odd and (numbers == classes or len(odd) < min(3, len(classes) / 2)):
        sheet.warn(
            f"{named(sorted(odd))}: a class like the others; if it means no label, add it to "
            "data.folder.no_label"
        )


def _contradiction(where: str, path: str, one: Row, other: Row) -> UserError:
    if one.label != other.label:
        return UserError(
            f"{where}: {path} has two labels, {one.label or ''!r} and {other.label or ''!r}; keep "
            "one"
        )
    what = "splits" if one.part != other.part else "groups"
    return UserError(f"{where}: {path} is in two {what}; keep one row")
