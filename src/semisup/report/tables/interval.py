"""Means over draws with their interval.

The interval is Student's t over draws, for the choice of labelled images and random weights. It is
wider by the noise of a finite test set. It covers another pretraining where the draws
have encoders of their own (`pretrain.repeats`). Draws that have labelled images in common differ by
less than those of two people would: so it is wider, by Nadeau & Bengio, Machine Learning 2003.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from semisup.report.methods import Way
from semisup.report.tables.headline import HITS, SCORE, SHARED, standard_error
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
        """Whether the mean is, by more than the noise, which is unknown with a single draw."""
        return self.known and self.mean > self.half

    @property
    def below_zero(self) -> bool:
        """The same the other way."""
        return self.known and self.mean < -self.half


def half_width(std: Any, count: Any, confidence: float, shared: Any = 0.0) -> Any:
    """Half width of Student's t interval of a mean of shares, at most 1; NaN for one value.

    shared: by what share the samples behind any two values are the same. Where all of them are,
    there is no choice of samples that the interval could cover.
    """
    count, shared = np.asarray(count, float), np.asarray(shared, float)
    enough, chosen = count > 1, shared < 1
    quantile = stdtrit(np.where(enough, count - 1, 1), 0.5 + confidence / 2)
    in_common = np.where(chosen, shared / (1 - np.where(chosen, shared, 0)), 0)
    half = quantile * np.asarray(std) * np.sqrt(1 / count + in_common)
    return np.where(enough, np.minimum(half, 1), np.nan)


def mean_over_draws(
    results: pd.DataFrame, score: str, confidence: float, tests: float = math.inf
) -> pd.DataFrame:
    """Columns: method, task, budget, mean, half (width of the interval, NaN with one draw).

    Args:
        results: a row per method, task, budget and draw.
        score: a column of these.
        confidence: of the intervals.
        tests: `effective_images` of test, for scores of which no more is known than the mean; of
            `SCORE` it may be known which images are right.
    """
    groups = results.groupby(KEY, sort=False)
    table = groups[score].agg(["mean", "std", "count"]).reset_index()
    std, count = table["std"].to_numpy(), table["count"].to_numpy()
    shared = groups[SHARED].first().to_numpy() if SHARED in results else 0.0
    table["half"] = half_width(std, count, confidence, shared)
    if score == SCORE and HITS in results:
        errors = groups[HITS].agg(lambda hits: _image_noise([*hits])).to_numpy(float)
    else:
        errors = np.sqrt([unpaired_variance(mean, tests) for mean in table["mean"]])
    table["half"] = with_image_noise(table["half"], errors, confidence)
    return table.drop(columns=["std", "count"])


def gain(
    results: pd.DataFrame, score: str, one: Way, other: Way, confidence: float
) -> dict[int, Interval]:
    """By how much one way is ahead of another, by budget, ascending.

    Differences are paired: in each draw both have the same labelled images, in all the same test
    images. Budgets where a score is missing are left out.
    """
    key = ["budget", "draw"]
    first, second = (rows_of(results, way).set_index(key) for way in (one, other))
    table = (first[score] - second[score]).dropna().groupby("budget").agg(["mean", "std", "count"])
    shared = first[SHARED].groupby("budget").first()[table.index] if SHARED in results else 0.0
    halves = half_width(table["std"], table["count"], confidence, shared)
    if score == SCORE and HITS in results:
        differences = first[HITS].combine(second[HITS], _minus)
        errors = [_paired_noise([*differences.loc[b]], confidence) for b in table.index]
        halves = with_image_noise(halves, np.array(errors), confidence)
    rows = zip(table.index, table["mean"], halves, strict=True)
    return {int(budget): Interval(float(mean), float(half)) for budget, mean, half in rows}


def _image_noise(hits: Sequence[NDArray[np.generic]]) -> float:
    """Standard error of an accuracy over test images: some even where all of them are right."""
    return max(standard_error(hits), math.sqrt(unpaired_variance(1.0, len(hits[0]))))


def _paired_noise(differences: Sequence[NDArray[np.generic]], confidence: float) -> float:
    """Standard error of a difference, for the choice of the test images, in normal units.

    By Student's t, and as if there were one more image of which the one way alone is right and one
    of which the other is: few images, all of which speak for one, are no proof.
    """
    means = np.mean([np.asarray(each, np.float32) for each in differences], axis=0)
    images, level = len(means), 0.5 + confidence / 2
    error = np.append(means, [1, -1]).std(ddof=1) / math.sqrt(images)
    return float(error * stdtrit(max(1, images - 1), level) / ndtri(level))


def _minus(one: Any, other: Any) -> Any:
    return np.asarray(one, np.float32) - np.asarray(other, np.float32)


def with_image_noise(halves: Any, errors: Any, confidence: float) -> Any:
    """Wider by the noise of a finite set of images, test's or validation's; NaN with one draw."""
    return np.minimum(np.hypot(halves, ndtri(0.5 + confidence / 2) * errors), 1)


def unpaired_variance(accuracy: float, images: float) -> float:
    """Variance of an accuracy, for the choice of so many images of which no more is known.

    Where all of them are right, or none is, it is that of Laplace's rule: as if one more were not.
    """
    least = 1 / (images + 2)
    share = min(max(accuracy, least), 1 - least)
    return share * (1 - share) / images


def bonferroni_confidence(confidence: float, intervals: int) -> float:
    """The confidence that each of so many intervals needs for that of all at once (Bonferroni)."""
    return 1 - (1 - confidence) / max(1, intervals)


def ends(means: Any, halves: Any) -> tuple[Any, Any]:
    """Both ends of intervals of shares, within 0 and 1; the mean itself with one draw."""
    halves = np.nan_to_num(halves)
    return np.clip(means - halves, 0, 1), np.clip(means + halves, 0, 1)
