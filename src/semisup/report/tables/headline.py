"""The figure that is compared, and what it says of each test image.

In tables of the report the column `SCORE` has that figure: accuracy, or balanced accuracy where
classes differ in size. Beside it `TOP1` and `BALANCED` keep what results.csv has.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semisup.data.dataset import BALANCED, TOP1, ImageData, Ints
from semisup.report.methods import Way
from semisup.report.tables.results import KEY
from semisup.workflow import outputs

SCORE = "score"  # a column
HITS = "hits"  # a column of arrays (test images,), each of whose mean is `SCORE`
SHARED = "shared"  # a column: the share of labelled images that two draws have in common
EFFECTIVE_VALIDATION = "validated"  # a column: `effective_images` of validation
NAMES = {TOP1: "top-1 accuracy", BALANCED: "balanced accuracy"}


def in_headline(results: pd.DataFrame, data: ImageData, within_budget: float) -> pd.DataFrame:
    """A copy with the headline figure as `SCORE`, `HITS`, `SHARED` and `EFFECTIVE_VALIDATION`.

    within_budget: share of each class's labels that is validation, where none are set aside.

    Raises:
        UserError: where a stage has not run.
    """
    labels, weights = data.labels[data.test], _weights(data)
    hits: dict[Any, NDArray[np.generic]] = {}
    for _, rows in results.groupby(KEY):
        method, task, budget = rows[KEY].iloc[0]
        file = Way(method, task).folder(budget) / outputs.PREDICTIONS
        predicted = outputs.read_array(file)
        for at, draw in rows["draw"].items():
            right = predicted[draw] == labels
            hits[at] = right if weights is None else _balanced(right, weights, labels)
    budgets, balanced = [*map(int, results["budget"].unique())], data.headline == BALANCED
    shared = {budget: data.shared_by_draws(budget) for budget in budgets}
    counts = {budget: validation_counts(data, budget, within_budget) for budget in budgets}
    validated = {budget: effective_images(each, balanced) for budget, each in counts.items()}
    more: dict[str, Any] = {
        HITS: pd.Series(hits, dtype=object),
        SHARED: results["budget"].map(shared),
        EFFECTIVE_VALIDATION: results["budget"].map(validated),
    }
    return results.assign(**{SCORE: results[data.headline]}, **more)


def validation_counts(data: ImageData, budget: int, within_budget: float) -> Ints:
    """Validation images of each class, in the first draw."""
    images = data.labelled_set(budget, 0, within_budget).validation
    return np.bincount(data.labels[images], minlength=len(data.classes))


def effective_images(counts: NDArray[np.integer], balanced: bool) -> float:
    """The effective sample size: so many images of classes alike in size make the same noise.

    Where all classes count the same it is the harmonic mean of their sizes, times their number.
    Classes without any are left out.
    """
    there = counts[counts > 0].astype(float)
    if balanced and len(there):
        return float(len(there) ** 2 / (1 / there).sum())
    return float(there.sum())


def _balanced(
    right: NDArray[np.bool_], weights: NDArray[np.float32], labels: Ints
) -> NDArray[np.generic]:
    """Hits with the mean that counts, spread only as the images of each class differ.

    They differ from Laplace's estimate: a class's only image, right or wrong, is no certainty.
    """
    recalls = (np.bincount(labels, right) + 1) / (np.bincount(labels) + 2)
    apart = weights * (right - recalls[labels])
    spread: NDArray[np.generic] = apart - apart.mean() + (weights * right).mean()
    return spread


def _weights(data: ImageData) -> NDArray[np.float32] | None:
    """How much each test image counts, 1 in the mean; None where all count the same."""
    if data.headline != BALANCED:
        return None
    labels = data.labels[data.test]
    counts = np.bincount(labels)
    return np.asarray(len(labels) / (counts[labels] * (counts > 0).sum()), np.float32)


def standard_error(hits: Sequence[NDArray[np.generic]]) -> float:
    """Standard error of the mean over draws of these, for the choice of the test images.

    In every draw the images are the same, so that more draws do not make it smaller.
    """
    means = np.mean([np.asarray(each, np.float32) for each in hits], axis=0)
    return float(means.std(ddof=1) / np.sqrt(len(means))) if len(means) > 1 else float("nan")
