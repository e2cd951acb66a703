"""Which way to choose at each budget: a task and method, or supervised training.

By validation accuracy alone: a choice made on test images would make their accuracy too high. It is
that of weights which the other half of validation chose, so that methods are not ahead for having
more weights to choose from.
"""

import math
from dataclasses import dataclass

import pandas as pd

from semisup.report.methods import BASELINE, CONTROLS, OF_TASKS, POOL_ALONE, Way
from semisup.report.tables.headline import EFFECTIVE_VALIDATION
from semisup.report.tables.interval import Interval, gain, unpaired_variance, with_image_noise

# from cheap to expensive: supervised training is meant to take as many updates as all the others
ORDER = [*(method.name for method in OF_TASKS), BASELINE.method]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """The way that does best on validation at one budget."""

    budget: int
    way: Way
    accuracy: float  # on validation
    images: int  # for validation
    effective_images: float  # so many of classes alike in size would make the same noise
    runner_up: Way  # the best way of another task, or the baseline
    lead: Interval  # over the runner-up

    @property
    def pretrained(self) -> Way:
        """The best that needs a pretext task."""
        return self.runner_up if self.way == BASELINE else self.way

    @property
    def clear(self) -> bool:
        """Whether the lead is known to be more than the noise over draws and validation images."""
        return self.lead.above_zero

    @property
    def is_behind(self) -> bool:
        """Whether another way is ahead, by so little that it counts as equal."""
        return round(100 * self.lead.mean, 1) < 0

    @property
    def standard_error(self) -> float:
        """The standard error of the accuracy, for so many images."""
        return math.sqrt(unpaired_variance(self.accuracy, self.effective_images))


def advise(results: pd.DataFrame, budget: int, confidence: float) -> Advice | None:
    """The best way on validation; None without validation images or tasks."""
    rows = results[(results["budget"] == budget) & ~results["task"].isin(CONTROLS)]
    rows = rows[rows["method"] != POOL_ALONE.method].dropna(subset="validation_top1")
    means = _means(rows)
    if not means.keys() - {BASELINE}:
        return None
    images, effective = int(rows["validation_labels"].max()), _effective_validation(rows)
    best = _best(means, effective)
    others = [way for way in means if way.task != best.task]
    following = max(others, key=means.__getitem__)
    lead = ahead(results, best, following, budget, confidence)
    return Advice(
        budget=budget,
        way=best,
        accuracy=means[best],
        images=images,
        effective_images=effective,
        runner_up=following,
        lead=lead,
    )


def ahead(results: pd.DataFrame, one: Way, other: Way, budget: int, confidence: float) -> Interval:
    """By how much one way is ahead of another on validation, beyond the noise of draws and images.

    Which images of both are right is not known: as if those of one said nothing of the other's.
    """
    lead = gain(results, "validation_top1", one, other, confidence)[budget]
    rows = results[results["budget"] == budget].dropna(subset="validation_top1")
    means, images = _means(rows), _effective_validation(rows)
    noise = math.sqrt(sum(unpaired_variance(means[way], images) for way in (one, other)))
    return Interval(lead.mean, float(with_image_noise(lead.half, noise, confidence)))


def best_way(results: pd.DataFrame, tasks: list[str]) -> Way | None:
    """Of these tasks' ways the best on validation; results: of one budget."""
    rows = results[results["task"].isin(tasks)].dropna(subset="validation_top1")
    if rows.empty:
        return None
    return _best(_means(rows), _effective_validation(rows))


def _effective_validation(rows: pd.DataFrame) -> float:
    """The effective number of validation images, 1 or more."""
    column = EFFECTIVE_VALIDATION if EFFECTIVE_VALIDATION in rows else "validation_labels"
    return max(1.0, float(rows[column].max()))


def _best(means: dict[Way, float], images: float) -> Way:
    """The best way; of those within half a validation image the one that trains least."""
    highest = max(means.values())
    equal = [way for way, mean in means.items() if highest - mean < 0.5 / images]
    return min(equal, key=lambda way: ORDER.index(way.method))


def _means(rows: pd.DataFrame) -> dict[Way, float]:
    """The mean accuracy of each way over its draws, on validation."""
    scores = rows.groupby(["method", "task"], sort=False)["validation_top1"].mean()
    return {Way(*way): mean for way, mean in zip(scores.index, scores, strict=True)}


def advice_by_budget(results: pd.DataFrame, confidence: float) -> list[Advice]:
    """`advise` at every budget where it can be told, ascending."""
    budgets = sorted(results["budget"].unique())
    found = (advise(results, int(budget), confidence) for budget in budgets)
    return [each for each in found if each]
