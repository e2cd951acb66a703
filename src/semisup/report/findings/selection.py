"""What choosing the images to label is worth."""

from dataclasses import dataclass

import pandas as pd

from semisup.report.methods import Way
from semisup.report.tables.headline import SCORE, SHARED
from semisup.report.tables.interval import (
    Interval,
    bonferroni_confidence,
    gain,
    mean_over_draws,
    unpaired_variance,
    with_image_noise,
)
from semisup.workflow import outputs


@dataclass(frozen=True, kw_only=True)
class AtBudget:
    """Typical and random images with one number of labels."""

    budget: int
    labels: int  # in all
    typical: Interval  # score on test
    random: Interval
    gain: Interval
    strict: Interval  # the gain, with the interval that holds for all budgets together
    covered: dict[str, float]  # classes with a label, by strategy


@dataclass(frozen=True)
class SelectionGain:
    """task: whose features; steps: ascending; draws: of each."""

    task: str
    steps: list[AtBudget]
    draws: int

    @property
    def clear(self) -> list[AtBudget]:
        """Where typical images are better by more than the noise, at all these budgets at once."""
        return [step for step in self.steps if step.strict.above_zero]

    @property
    def worse(self) -> list[AtBudget]:
        """Where they are worse by more than the noise."""
        return [step for step in self.steps if step.strict.below_zero]

    @property
    def best(self) -> AtBudget:
        """The step with the largest gain; of the clear ones, where there are some."""
        return max(self.clear or self.steps, key=lambda step: step.gain.mean)


def selection_gain(
    chosen: pd.DataFrame, task: str, confidence: float, test_images: float
) -> SelectionGain | None:
    """Typical images against random ones, of one task; None where they were not compared.

    Args:
        chosen: a row per task, strategy, budget and draw.
        task: which.
        confidence: of the intervals.
        test_images: how many there are, as `Facts.effective_tests` counts them.
    """
    rows = chosen[chosen["task"] == task].rename(columns={"strategy": "method"})
    if rows.empty:
        return None
    # of random ones; typical ones have at least as many in common
    rows = rows.assign(**{SHARED: rows["labels"] / rows["candidates"]})
    ways = Way(outputs.TYPICAL, task), Way(outputs.RANDOM, task)
    gains = gain(rows, SCORE, *ways, confidence)
    of_all = bonferroni_confidence(confidence, len(gains))
    strict = gain(rows, SCORE, *ways, of_all)
    table = mean_over_draws(rows, SCORE, confidence).set_index(["method", "budget"])
    covered = rows.groupby(["method", "budget"])["classes_covered"].mean()
    labels = rows.groupby("budget")["labels"].max()

    def step(budget: int, found: Interval) -> AtBudget:
        strategies = (outputs.TYPICAL, outputs.RANDOM)
        one, other = (Interval(*table.loc[(s, budget), ["mean", "half"]]) for s in strategies)
        classes = {s: float(covered[s, budget]) for s in strategies}
        of_one, of_other = (unpaired_variance(each.mean, test_images) for each in (one, other))
        return AtBudget(
            budget=budget,
            labels=int(labels[budget]),
            typical=_widened(one, of_one, confidence),
            random=_widened(other, of_other, confidence),
            gain=_widened(found, of_one + of_other, confidence),
            strict=_widened(strict[budget], of_one + of_other, of_all),
            covered=classes,
        )

    return SelectionGain(task, [step(*item) for item in gains.items()], rows["draw"].nunique())


def _widened(found: Interval, variance: float, confidence: float) -> Interval:
    """The interval made wider by the variance of the test images."""
    return Interval(found.mean, float(with_image_noise(found.half, variance**0.5, confidence)))
