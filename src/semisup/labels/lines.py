"""The lines of a table, of whatever kind: cells of text, of which the first name columns."""

import csv
import io
import json
import re
from typing import Any

from semisup.labels.columns import names_columns
from semisup.labels.endings import is_image
from semisup.labels.headless import of_spaces
from semisup.labels.text import Line, decoded
from semisup.workflow.errors import UserError

PARQUET, ARROW = b"PAR1", b"ARROW1"  # first bytes; streams of Arrow have none
JSON = re.compile(r'\s*(\{\s*"|\[\s*\{)')  # how a text begins that is no CSV


def lines_of(content: bytes, where: str) -> list[Line]:
    """Number and cells of each line that has any, all as long as the first.

    Raises:
        UserError: not readable.
    """
    if content.startswith((PARQUET, ARROW)):
        from semisup.labels import arrow

        return arrow.lines(content, where)
    text, separator = decoded(content, where)
    if JSON.match(text):
        return _of_json(text, where)
    if of_spaces(text):
        split = (line.strip().rsplit(None, 1) for line in text.splitlines())
        return [(number, cells) for number, cells in enumerate(split, 1) if cells]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )
    try:
        lines = [(reader.line_num, line) for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise UserError(
            f"{where}: line {reader.line_num}: not readable as CSV ({error}); mend its quotes"
        ) from None
    if not lines:
        raise UserError(f"{where}: is empty; its first line must name path,label")
    width = len(lines[0][1])
    for number, line in lines:
        if any(cell.strip() for cell in line[width:]):
            raise UserError(
                f"{where}: line {number} has {len(line)} cells, but the first line names {width} "
                "columns; put a cell with the separator in it in quotes"
            )
    return [(number, (line + [""] * width)[:width]) for number, line in lines]


def _of_json(text: str, where: str) -> list[Line]:
    """Of an object a line, of a list of objects, or of one that has a label for each path."""
    try:
        if text.lstrip().startswith("["):
            rows = [*enumerate(json.loads(text), 1)]
        elif pairs := _pairs(text):
            rows = [*enumerate(({"path": path, "label": label} for path, label in pairs), 1)]
        else:
            written = enumerate(text.splitlines(), 1)
            rows = [(number, json.loads(line)) for number, line in written if line.strip()]
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{where}: not readable as JSON, an object a line ({error}); save it as CSV"
        ) from None
    if not all(isinstance(row, dict) for _, row in rows):
        raise UserError(f'{where}: holds more than objects like {{"path": ..., "label": ...}}')
    names = [*dict.fromkeys(name for _, row in rows for name in row)]
    return [(0, names), *((number, [_cell(row.get(n)) for n in names]) for number, row in rows)]


def _pairs(text: str) -> list[tuple[str, Any]] | None:
    """One object of paths and their labels, or of classes and their paths; None: another.

    A path may be there twice.
    """
    try:
        found = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):  # an object a line
        return None
    if names_columns([name for name, _ in found]):
        return None
    values = [value for _, value in found]
    if all(value is None or isinstance(value, str | int | float) for value in values):
        return [*found]
    if _are_classes([name for name, _ in found], values):
        return [(path, label) for label, paths in found for path in paths]
    return [(path, _cell(value)) for path, value in found] if all(map(_is_label, values)) else None


def _are_classes(names: list[str], values: list[Any]) -> bool:
    """Whether each name has a list of files, none of which another one has too."""
    if not all(isinstance(value, list) and not isinstance(value, _Pairs) for value in values):
        return False
    items = [item for value in values for item in value]
    words = all(isinstance(item, str) for item in items)
    return words and len({*items}) == len(items) > len(names) and not any(map(is_image, names))


def _is_label(value: Any) -> bool:
    """Whether it is a class, a list of such, or an object with one."""
    if isinstance(value, _Pairs):
        return _cell(value) != ""
    if isinstance(value, list):
        return all(isinstance(item, str | int) for item in value)
    return value is None or isinstance(value, str | int)


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON with all that it holds, where `dict` keeps the last of equal names."""


def _cell(value: Any) -> str:
    if isinstance(value, dict | _Pairs):  # a class with its number
        said = dict(value)
        return next((_cell(said[name]) for name in ("name", "label", "class") if name in said), "")
    if isinstance(value, list):
        return ";".join(map(_cell, value))
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)
