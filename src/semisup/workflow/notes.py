"""What a stage warns of: kept beside its outputs, shown at its end and in the report."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from semisup.workflow import outputs

SHOWN = 30  # rows of a table on the console
NAMED = 5  # names in a line


class Notes:
    """Warnings of one line each, in the order in which they turned up, none twice."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.known: dict[str, object] = {}  # more that the stage's summary says

    def warn(self, line: str) -> None:
        """Take in a warning, once."""
        line = " ".join(line.split())
        if line not in self.lines:
            self.lines.append(line)

    def write(self, folder: Path) -> None:
        """Keep them for the report."""
        outputs.write_json(folder / outputs.WARNINGS, self.lines)

    def show(self) -> None:
        """Print them for the user."""
        for line in self.lines:
            print(f"warning: {line}", file=sys.stderr)


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 label, 2 labels."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def named(names: Iterable[object], most: int = NAMED) -> str:
    """The first of some names, and how many more there are."""
    every = [*names]
    rest = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(str(name) for name in every[:most]) + rest


def as_table(columns: Sequence[str], rows: Sequence[Sequence[object]], where: str) -> str:
    """The first rows, aligned for a console, and how many there are more."""
    shown = [[*map(str, row)] for row in rows[:SHOWN]]
    widths = [max(map(len, column)) for column in zip(columns, *shown, strict=True)]
    lines = [
        "  ".join(
            [
                line[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for line in [columns, *shown]
    ]
    if len(rows) > SHOWN:
        lines.append(f"... and {len(rows) - SHOWN} more; all are in {where}")
    return "\n".join(lines)
