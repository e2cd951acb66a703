"""The lines of a table, of whatever kind: cells of text, of which the first name columns."""

import csv
import io

from semisup.labels import exports
from semisup.labels.column_names import has
from semisup.labels.headless import of_spaces, one_column
from semisup.labels.json_table import JSON, of_json, table_of
from semisup.labels.path_column import Known
from semisup.labels.text import ARROW, PARQUET, Line, decoded
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes

LONGEST_CELL = 2**31 - 1  # outlines of things take more than Python's 131,072 signs
_WIDER = "name each column there, or put a cell with the separator in it in quotes"
_TITLE = "if that is a title or a remark, take it out, so that the names of columns come first"


def lines_of(
    content: bytes,
    where: str,
    notes: Notes,
    may_be_list: bool = False,
    is_known: Known = lambda _: 0.0,
) -> list[Line]:
    """Number and cells of each line that has any, all as long as the first.

    `may_be_list`: lines of a path alone will do; `is_known`: how surely a cell names a file;
    `notes` takes warnings of what was guessed.

    Raises:
        UserError: not readable.
    """
    if content.startswith((PARQUET, ARROW)):
        from semisup.labels import arrow

        return arrow.lines(content, where)
    text, separator = decoded(content, where)
    if JSON.match(text):
        return of_json(text, where)
    if pairs := of_spaces(text, where, is_known, notes):
        return pairs
    lines = of_csv(text, separator, where)
    if not lines:
        raise UserError(f"{where}: is empty; its first line must name path,label")
    width = len(lines[0][1])
    for number, line in lines:
        if any(cell.strip() for cell in line[width:]):
            raise UserError(
                f"{where}: line {number} has {len(line)} cells, but the first line names {width} "
                f"columns; {_WIDER if width > 1 else _TITLE}"
            )
    if width == 1 and may_be_list:
        return lines if has("path", lines[0][1]) else [(0, ["path"]), *lines]
    if width == 1:
        raise one_column(text, where)
    rows = [(number, (line + [""] * width)[:width]) for number, line in lines]
    simple = exports.via_csv([line for _, line in rows], where)
    return rows if simple is None else table_of([*enumerate(simple, 2)])


def of_csv(text: str, separator: str, where: str) -> list[Line]:
    """Number and cells of each line that has any, however many these are.

    Raises:
        UserError: quotes are open, or stand within a cell.
    """
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )
    try:
        return [(reader.line_num, line) for line in reader if "".join(line).strip()]
    except csv.Error as error:
        raise UserError(
            f"{where}: line {reader.line_num}: not readable as CSV ({error}); mend its quotes"
        ) from None
