"""Tables of the page that no chart stands before."""

from collections.abc import Iterable

from semisup.report.findings.forecast import Forecast
from semisup.report.page.chart import Table
from semisup.report.words.phrases import between


def checks(forecasts: Iterable[Forecast]) -> Table:
    """How each way's largest budget was foretold, and what it was."""
    header = ["what", "labels per class", "foretold %", "measured %", "held"]
    return Table(header, [_check(each) for each in forecasts])


def _check(found: Forecast) -> list[str]:
    measured = f"{100 * found.now:.1f}"
    if found.check is None:
        return [found.way.words, str(found.largest), "-", measured, "-"]
    held = "yes" if found.trusted else "no"
    return [found.way.words, str(found.largest), between(found.check), measured, held]
