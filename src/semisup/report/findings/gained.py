"""Where the gain comes from: what each step adds, from pixels to a task's classifiers."""

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from semisup.report.methods import CONTROLS, HEAD, METHODS, PIXELS, Way
from semisup.report.tables.headline import SCORE
from semisup.report.tables.interval import Interval, gain, mean_over_draws
from semisup.report.tables.results import methods_in, rows_of


@dataclass(frozen=True)
class Step:
    """gains: score on test by budget, over the step before; of the first step the accuracy."""

    name: str
    gains: dict[int, Interval]


def gained(results: pd.DataFrame, task: str, confidence: float) -> list[Step]:
    """The steps to a task's classifiers; none without a control to start from.

    Args:
        results: a row per method, task, budget and draw.
        task: which.
        confidence: of the intervals.
    """
    there = set(results["task"])
    controls = [control for control in reversed(CONTROLS) if control in there]
    if not controls or task in CONTROLS:
        return []
    ways = [Way(HEAD.name, each) for each in (*controls, task)]
    ways += [Way(method.name, task) for method in methods_in(results, task) if method != HEAD]
    first = rows_of(mean_over_draws(results, SCORE, confidence), ways[0]).sort_values("budget")
    rows = zip(first["budget"], first["mean"], first["half"], strict=True)
    start = {int(budget): Interval(mean, half) for budget, mean, half in rows}
    return [
        Step(_name(ways[0]), start),
        *(
            Step(_name(way), gain(results, SCORE, way, before, confidence))
            for before, way in pairwise(ways)
        ),
    ]


def _name(way: Way) -> str:
    if way.method != HEAD.name:
        return METHODS[way.method].noun
    if way.task == PIXELS:
        return "pixels"
    return "untrained encoder" if way.task in CONTROLS else f"encoder of {way.task}"
