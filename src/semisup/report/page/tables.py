"""Tables of the page that no chart stands before."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from semisup.report.findings.forecast import Forecast
from semisup.report.page.chart import Table
from semisup.report.words.phrases import between
from semisup.workflow import outputs

MOST_ROWS = 200


def checks(forecasts: Iterable[Forecast]) -> Table:
    """How each way's largest budget was foretold, and what it was."""
    header = ["what", "labels per class", "predicted %", "measured %", "held"]
    return Table(header, [_check(each) for each in forecasts])


def _check(found: Forecast) -> list[str]:
    measured = f"{100 * found.now:.1f}"
    if found.check is None:
        return [found.way.words, str(found.largest), "-", measured, "-"]
    held = "yes" if found.trusted else "no"
    return [found.way.words, str(found.largest), between(found.check), measured, held]


def roles(path: Path) -> Table:
    """Images of each class by what they are for, as `split` counted them.

    Raises:
        UserError: where it has not run.
    """
    read = listed(path)
    return Table([name.replace("_", " ") for name in read.header], read.rows)


def conflicts(path: Path) -> Table:
    """Equal images with different labels, as `prepare` listed them; those of a lot are equal.

    Raises:
        UserError: where it has not run.
    """
    lots: dict[str, str] = {}
    rows = [
        [row["source"], row["label"], lots.setdefault(row["pixel_hash"], str(len(lots) + 1))]
        for row in outputs.read_rows(path)
    ]
    return _first(["image", "label", "lot"], rows, path)


def listed(path: Path) -> Table:
    """The first rows of what a stage listed, and how many more there are.

    Raises:
        UserError: where it has not run.
    """
    header, *rows = outputs.read_lines(path)
    return _first(header, rows, path)


def _first(header: Sequence[str], rows: Sequence[Sequence[str]], path: Path) -> Table:
    more = len(rows) - MOST_ROWS
    rest = [f"and {more} more in {path}", *[""] * (len(header) - 1)]
    return Table(header, [*rows[:MOST_ROWS], rest] if more > 0 else rows)
