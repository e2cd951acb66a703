"""Tables that read well as Markdown and on a console."""

from collections.abc import Collection, Sequence

WIDTH = 100  # of a console; tables have no outer bars, which would take four columns of it
BAR = " | "

Cells = Sequence[str]


def table(header: Cells, rows: Sequence[Cells], text: Collection[int] = (0,)) -> str:
    """A padded table: columns of `text` stand to the left, the others (numbers) to the right."""
    widths = _widths([header, *rows])
    rule = ["-" * w if n in text else "-" * (w - 1) + ":" for n, w in enumerate(widths)]
    lines = [
        [cell.ljust(w) if n in text else cell.rjust(w) for n, (cell, w) in enumerate(pairs)]
        for pairs in (zip(row, widths, strict=True) for row in (header, *rows))
    ]
    return "\n".join(BAR.join(line).rstrip() for line in (lines[0], rule, *lines[1:]))


def tables(header: Cells, rows: Sequence[Cells], keys: int) -> str:
    """As few tables as fit the console one below the other, each with the first `keys` columns."""
    values = range(keys, len(header))
    for count in range(1, len(values) + 1):
        size = -(-len(values) // count)
        blocks = [[*range(keys), *values[at : at + size]] for at in range(0, len(values), size)]
        parts = [[[row[n] for n in block] for row in (header, *rows)] for block in blocks]
        if count == len(values) or all(_fits(part) for part in parts):
            break
    return "\n\n".join(table(part[0], part[1:]) for part in parts)


def _widths(lines: Sequence[Cells]) -> list[int]:
    return [max(3, *map(len, column)) for column in zip(*lines, strict=True)]


def _fits(lines: Sequence[Cells]) -> bool:
    widths = _widths(lines)
    return sum(widths) + len(BAR) * (len(widths) - 1) <= WIDTH
