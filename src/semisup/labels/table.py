"""Tables that say which class an image is of, as people write them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from semisup.labels.column_names import fitting, plain
from semisup.labels.columns import find_columns
from semisup.labels.exports import accepted
from semisup.labels.headless import with_names, with_names_but_label
from semisup.labels.label_column import hint_at_nothing_shown, raw_labels, spelled_labels
from semisup.labels.lines import lines_of
from semisup.labels.no_label import without_case
from semisup.labels.part_columns import with_parts_joined
from semisup.labels.parts import Part
from semisup.labels.path_column import Known
from semisup.labels.row_paths import paths_of
from semisup.labels.sheet import Sheet
from semisup.labels.split_and_group import groups_of, parts_of, without_unlabelled
from semisup.labels.split_column import with_split
from semisup.labels.spreadsheet import plain_lines
from semisup.labels.text import Line
from semisup.labels.words import clean
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes


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
    lines = lines_of(content, where, notes, columns["label"] is None, is_known)
    if columns["path"] == "auto" and columns["label"] is None:
        lines = with_names_but_label(lines, where, notes, is_known)
    elif no_label is not None and columns["path"] == columns["label"] == "auto":
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
    (_, header), *lines = accepted(plain_lines(every, where, notes), where, notes)
    sheet = Sheet([*map(clean, header)], [line for _, line in lines], where, notes)
    if columns["split"] == "auto":
        sheet = with_parts_joined(sheet, columns.values())
    found = find_columns(sheet, columns, is_known)
    if columns["split"] == "auto" and not found.split_is_sure:
        found = with_split(sheet, found)
    raw = raw_labels(sheet, found)
    labels: list[str | None]
    if no_label is None:
        labels = [clean(label) or None for label in raw]
    else:
        labels = spelled_labels(raw, sheet, without_case(no_label))
    hint_at_nothing_shown(labels, sheet)
    parts = parts_of(sheet, found)
    if columns["split"] == "auto":
        parts = without_unlabelled(parts, sheet, found)
    groups = groups_of(sheet, found, without_case(no_label or ()))
    rows: dict[str, Row] = {}
    others: dict[str, Row] = {}  # that say something else of a path
    words = [""] * len(lines) if found.split is None else sheet.column(found.split)
    paths = paths_of(sheet.column(found.path), [number for number, _ in lines], words, parts)
    for path, row in zip(paths, map(Row, labels, parts, groups), strict=True):
        first = rows.setdefault(path, row)
        if first is not row and first != row:
            others.setdefault(path, row)
    if others:
        path, other = next(iter(others.items()))
        more = sum(rows[one].label != row.label for one, row in others.items()) - 1
        raise _contradiction(where, path, rows[path], other, max(0, more))
    return rows


def say_parts(rows: Mapping[str, Row]) -> bool:
    """Whether any is said to be of train, validation or test."""
    return any(row.part not in (None, "unlabelled") for row in rows.values())


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
    lines = lines_of(read_bytes(file, file), file, Notes())
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


def _contradiction(where: str, path: str, one: Row, other: Row, more: int = 0) -> UserError:
    """The error of two rows; `more`: paths of which others say two labels."""
    if one.label != other.label:
        also = f", and {more} more paths have several; keep one of each" if more else "; keep one"
        return UserError(
            f"{where}: {path} has two labels, {one.label or ''!r} and {other.label or ''!r}{also}"
        )
    what = "splits" if one.part != other.part else "groups"
    return UserError(f"{where}: {path} is in two {what}; keep one row")
