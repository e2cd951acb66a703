"""The tables of the summary: accuracies in percent, with their interval where there is one."""

from collections.abc import Sequence

import pandas as pd

from semisup.report.findings.advice import Advice
from semisup.report.findings.gained import Step
from semisup.report.findings.selection import SelectionGain
from semisup.report.methods import BASELINE, POOL_ALONE, SELFTRAIN, Way, ways
from semisup.report.tables.headline import SCORE
from semisup.report.words.markdown import table, tables
from semisup.report.words.phrases import plus_minus, points, short_count, with_interval
from semisup.workflow import outputs

NONE = "-"  # not asked for at that budget
NO_PRETRAINING = "no pretraining"

Cells = dict[tuple[Way, int], str]


def by_budget(compared: pd.DataFrame, tasks: Sequence[str]) -> str:
    """A row for each budget, a column for each method and task."""
    cells, budgets = _cells(compared), compared["budget"].unique()
    known = {way for way, _ in cells}
    columns = [way for way in (BASELINE, POOL_ALONE, *ways(tasks)[1:]) if way in known]
    rows = [
        [str(budget), *(cells.get((way, budget), NONE) for way in columns)] for budget in budgets
    ]
    return table(["labels per class", *(way.series for way in columns)], rows, text=())


def by_task(compared: pd.DataFrame, ranked: Sequence[str], method: str) -> str:
    """A row for each task and the baseline, a column for each budget."""
    seen = dict(zip(compared["task"], compared["images_seen"], strict=True))
    cells, budgets = _cells(compared), [*compared["budget"].unique()]
    known = {way for way, _ in cells}
    lines = {task: Way(method, task) for task in ranked}
    lines |= {NO_PRETRAINING: POOL_ALONE} if method == SELFTRAIN.name else {}
    lines |= {BASELINE.method: BASELINE}
    rows = [
        [name, short_count(seen[way.task]), *(cells.get((way, budget), NONE) for budget in budgets)]
        for name, way in lines.items()
        if way in known
    ]
    return tables(["task", "seen", *map(str, budgets)], rows, keys=2)


def by_advice(advice: Sequence[Advice]) -> str:
    """What to choose at each budget, and how clearly."""
    header = ["labels", "choose", "%", "next", "lead", "clear"]
    return table(header, [_advice_row(each) for each in advice], text=(1, 3))


def by_strategy(selection: SelectionGain) -> str:
    """Typical images against random ones, a row for each number of labels."""
    header = ["labels", "random", "typical", "gain", "classes, random", "classes, typical"]
    rows = [
        [
            str(step.labels),
            *(with_interval(found.mean, found.half) for found in (step.random, step.typical)),
            _gain(step.gain.mean, step.gain.half),
            *(f"{step.covered[strategy]:.1f}" for strategy in (outputs.RANDOM, outputs.TYPICAL)),
        ]
        for step in selection.steps
    ]
    return table(header, rows, text=())


def by_step(steps: Sequence[Step]) -> str:
    """What each step from pixels to the best task's classifiers adds, a column for each budget."""
    shown = [with_interval, *[_gain] * (len(steps) - 1)]
    rows = [
        [step.name, *(show(g.mean, g.half) for g in step.gains.values())]
        for step, show in zip(steps, shown, strict=True)
    ]
    return tables(["labels per class", *map(str, steps[0].gains)], rows, keys=1)


def _gain(mean: float, half: float) -> str:
    return points(mean) + plus_minus(half)


def _advice_row(advice: Advice) -> list[str]:
    accuracy, lead = f"{100 * advice.accuracy:.1f}", _gain(advice.lead.mean, advice.lead.half)
    clear = ("yes" if advice.clear else "no") if advice.lead.known else "-"
    return [str(advice.budget), advice.way.words, accuracy, advice.runner_up.words, lead, clear]


def _cells(compared: pd.DataFrame) -> Cells:
    rows = (compared[name] for name in ("method", "task", "budget", SCORE, "half_width"))
    return {
        (Way(method, task), budget): with_interval(score, half_width)
        for method, task, budget, score, half_width in zip(*rows, strict=True)
    }
