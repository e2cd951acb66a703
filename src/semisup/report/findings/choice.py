"""Which task and method to choose at each budget.

By validation accuracy alone: a choice made on test images would make their accuracy too high.
"""

import math
from dataclasses import dataclass

import pandas as pd

from semisup.report.methods import CONTROLS, Way
from semisup.report.tables.interval import Interval, gain
from semisup.workflow import outputs


@dataclass(frozen=True)
class Choice:
    """The way that does best on validation at one budget.

    images: for validation; lead: over runner_up, the best way of another task; both None where
    there is no other.
    """

    budget: int
    way: Way
    accuracy: float
    images: int
    runner_up: Way | None = None
    lead: Interval | None = None

    @property
    def clear(self) -> bool:
        """Whether the lead is known to be more than the noise over draws."""
        return self.lead is not None and self.lead.known and self.lead.above_zero

    @property
    def standard_error(self) -> float:
        """Of the accuracy, for so many images."""
        return math.sqrt(self.accuracy * (1 - self.accuracy) / self.images)


def choose(results: pd.DataFrame, budget: int, confidence: float) -> Choice | None:
    """The best task and method on validation; None without validation images or tasks."""
    rows = results[(results["budget"] == budget) & results["task"].ne(outputs.NO_TASK)]
    rows = rows[~rows["task"].isin(CONTROLS)].dropna(subset="validation_top1")
    if rows.empty:
        return None
    means = _means(rows)
    best = max(means, key=means.__getitem__)  # of equal ones the first: fewer weights to train
    images = int(rows["validation_labels"].max())
    others = [way for way in means if way.task != best.task]
    if not others:
        return Choice(budget, best, means[best], images)
    following = max(others, key=means.__getitem__)
    lead = gain(results, "validation_top1", best, following, confidence)[budget]
    return Choice(budget, best, means[best], images, following, lead)


def best_way(results: pd.DataFrame, tasks: list[str]) -> Way | None:
    """Of these tasks' ways the best on validation, at the largest budget where that is known."""
    rows = results[results["task"].isin(tasks)].dropna(subset="validation_top1")
    if rows.empty:
        return None
    means = _means(rows[rows["budget"] == rows["budget"].max()])
    return max(means, key=means.__getitem__)  # of equal ones the first: fewer weights to train


def _means(rows: pd.DataFrame) -> dict[Way, float]:
    """Of each way over its draws, on validation."""
    scores = rows.groupby(["method", "task"], sort=False)["validation_top1"].mean()
    return {Way(*way): mean for way, mean in zip(scores.index, scores, strict=True)}


def choices(results: pd.DataFrame, confidence: float) -> list[Choice]:
    """`choose` at every budget where it can be told, ascending."""
    budgets = sorted(results["budget"].unique())
    found = (choose(results, int(budget), confidence) for budget in budgets)
    return [choice for choice in found if choice]
