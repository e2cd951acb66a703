"""The lines of a table, of whatever kind: cells of text, of which the first name columns."""

import csv
import io

from semisup.labels.text import decoded
from semisup.workflow.errors import UserError

Line = tuple[int, list[str]]  # number and cells
ARROW = (b"PAR1", b"ARROW1")  # first bytes


def lines_of(content: bytes, where: str) -> list[Line]:
    """Number and cells of each line that has any, all as long as the first.

    Raises:
        UserError: not readable.
    """
    if content.startswith(ARROW):
        from semisup.labels import arrow

        return arrow.lines(content, where)
    text, separator = decoded(content, where)
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
