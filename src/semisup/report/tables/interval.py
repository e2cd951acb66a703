"""Means over draws with their interval.

The interval is Student's t: it covers the choice of labelled images and random weights, not that
of the test images.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from semisup.report.methods import Way
from semisup.report.tables.results import KEY, rows_of


@dataclass(frozen=True)
class Interval:
    """A mean and the half width of its interval, NaN with a single draw."""

    mean: float
    half: float

    @property
    def known(self) -> bool:
        """Whether there are draws enough for an interval."""
        return not math.isnan(self.half)

    @property
    def above_zero(self) -> bool:
        """Whether the mean is, by more than the noise over draws where that is known."""
        return self.mean > (self.half if self.known else 0)


def half_width(std: Any, count: Any, confidence: float) -> Any:
    """Half width of Student's t interval of a mean; NaN for fewer than two values."""
    count = np.asarray(count, float)
    enough = count > 1
    quantile = stdtrit(np.where(enough, count - 1, 1), 0.5 + confidence / 2)
    return np.where(enough, quantile * np.asarray(std) / np.sqrt(count), np.nan)


def mean_over_draws(results: pd.DataFrame, score: str, confidence: float) -> pd.DataFrame:
    """Columns: method, task, budget, mean, half (width of the interval, NaN with one draw)."""
    table = results.groupby(KEY, sort=False)[score].agg(["mean", "std", "count"]).reset_index()
    table["half"] = half_width(table["std"].to_numpy(), table["count"].to_numpy(), confidence)
    return table.drop(columns=["std", "count"])


def gain(
    results: pd.DataFrame, score: str, one: Way, other: Way, confidence: float
) -> dict[int, Interval]:
    """By how much one way is ahead of another, by budget, ascending.

    Differences are paired: in each draw both have the same labelled images. Budgets where a score
    is missing are left out.
    """
    key = ["budget", "draw"]
    first, second = (rows_of(results, way).set_index(key)[score] for way in (one, other))
    table = (first - second).dropna().groupby("budget").agg(["mean", "std", "count"])
    halves = half_width(table["std"], table["count"], confidence)
    rows = zip(table.index, table["mean"], halves, strict=True)
    return {int(budget): Interval(float(mean), float(half)) for budget, mean, half in rows}
