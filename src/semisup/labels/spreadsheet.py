"""What spreadsheets, and tables that were put together, leave in cells and lines."""

import re
from collections.abc import Sequence

from semisup.labels.text import Line
from semisup.workflow.notes import Notes

_FORMULA = re.compile(  # ="007", or a link, whose text or else target counts
    r'=\s*"(?P<text>[^"]*)"|=\s*HYPERLINK\(\s*"(?P<target>[^"]*)"(\s*[,;]\s*"(?P<shown>[^"]*)")?\s*\)',
    re.IGNORECASE,
)


def plain_lines(every: Sequence[Line], where: str, notes: Notes) -> list[Line]:
    """Formulas of text as this text; without lines that name the columns once more."""
    first, *rest = every
    lines = [first, *(line for line in rest if line[1] != first[1])]
    if len(lines) < len(every):
        notes.warn(
            f"{where}: {len(every) - len(lines)} more lines name the columns, as of tables that "
            "were put together: left out"
        )
    return [
        (number, [_shown(cell) if cell[:1] == "=" else cell for cell in cells])
        for number, cells in lines
    ]


def _shown(cell: str) -> str:
    found = _FORMULA.fullmatch(cell.strip())
    return next(filter(None, found.group("text", "shown", "target")), "") if found else cell
