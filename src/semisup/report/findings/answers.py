"""What a task's label curve answers: is pretraining worth it, how many labels does it save."""

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from semisup.report.methods import BASELINE, Way
from semisup.report.tables.headline import SCORE
from semisup.report.tables.interval import Interval, bonferroni_confidence, gain
from semisup.report.tables.results import rows_of


@dataclass(frozen=True)
class Saving:
    """Labels that a way needs for the accuracy of the baseline at one budget.

    needs: labels per class, None where no budget is enough; validation: what both used beside.
    """

    budget: int
    accuracy: float
    needs: float | None
    validation: float = 0

    @property
    def change(self) -> float:
        """By what share of the labels for training fewer are needed (below 0) or more."""
        return (self.needs or math.inf) / self.budget - 1

    @property
    def change_in_all(self) -> float:
        """The same of all labels, those for validation included."""
        return ((self.needs or math.inf) + self.validation) / (self.budget + self.validation) - 1


@dataclass(frozen=True)
class Halving:
    """What half of a budget changes: difference of accuracies, and share of the accuracy lost."""

    whole: int
    half: int
    change: float
    lost: float


@dataclass(frozen=True)
class Duel:
    """Draws in which a way with half of the largest budget beats the baseline with all."""

    whole: int
    half: int
    wins: int
    draws: int


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Whether pretraining by one way is worth it."""

    way: Way
    gains: dict[int, Interval]  # over the baseline, by budget
    sure: list[int]  # budgets with a gain that is more than noise, all of them at once
    worse: list[int]  # the same with a loss
    savings: list[Saving]  # largest budget first
    halvings: list[Halving]  # largest budget first
    duel: Duel | None

    @property
    def best(self) -> int:
        """The budget with the largest gain; of the sure ones, where there are some."""
        return max(self.sure or self.gains, key=lambda budget: (self.gains[budget].mean, -budget))


def answer(
    results: pd.DataFrame,
    way: Way,
    confidence: float,
    validation: float = 0,
    short: Collection[int] = (),
) -> Answers:
    """Look at the accuracy on test of one way.

    Args:
        results: a row per method, task, budget and draw.
        way: which.
        confidence: of intervals.
        validation: labels per class beside those of the budgets.
        short: budgets that classes are far from filling: what they are worth is not known.
    """
    filled = results[~results["budget"].isin([*short])]
    tuned, base = (rows_of(filled, each) for each in (way, BASELINE))
    curve, means = (rows.groupby("budget")[SCORE].mean() for rows in (tuned, base))
    savings = [
        Saving(budget, means[budget], labels_needed(curve, means[budget]), validation)
        for budget in means.index[-2:][::-1]
    ]
    pairs = [
        (b, b // 2) for b in curve.index[::-1] if b % 2 == 0 and b // 2 in curve.index and curve[b]
    ]
    halvings = [
        Halving(whole, half, curve[half] - curve[whole], 1 - curve[half] / curve[whole])
        for whole, half in pairs[:3]
    ]
    found = gains(results, way, confidence)
    strict = gains(results, way, bonferroni_confidence(confidence, len(found)))
    sure = [budget for budget, each in strict.items() if each.above_zero]
    worse = [budget for budget, each in strict.items() if each.below_zero]
    return Answers(
        way=way,
        gains=found,
        sure=sure,
        worse=worse,
        savings=savings,
        halvings=halvings,
        duel=_duel(tuned, base),
    )


def gains(results: pd.DataFrame, way: Way, confidence: float) -> dict[int, Interval]:
    """A way minus supervised, score on test, by budget."""
    return gain(results, SCORE, way, BASELINE, confidence)


def labels_needed(curve: pd.Series, accuracy: float) -> float | None:
    """Budget at which a curve (accuracy by budget) first reaches an accuracy.

    Interpolated linearly in the logarithm of the budget; None where it is never reached.
    """
    budgets, values = np.array(curve.index, float), curve.to_numpy()
    above = np.flatnonzero(values >= accuracy)
    if not len(above):
        return None
    first = above[0]
    if first == 0:
        return float(budgets[0])
    share = (accuracy - values[first - 1]) / (values[first] - values[first - 1])
    low, high = np.log(budgets[first - 1 : first + 1])
    return float(np.exp(low + share * (high - low)))


def _duel(tuned: pd.DataFrame, base: pd.DataFrame) -> Duel | None:
    whole = int(base["budget"].max())
    half, all_of_it = tuned[tuned["budget"] == whole / 2], base[base["budget"] == whole]
    if half.empty:
        return None
    wins = half.set_index("draw")[SCORE] > all_of_it.set_index("draw")[SCORE]
    return Duel(whole, whole // 2, int(wins.sum()), len(wins))
