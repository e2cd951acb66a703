"""Figures of merit, by their usual definitions."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import Ints

TOP_K = 5


@dataclass(frozen=True)
class Scores:
    """All in 0 to 1. `top5` is NaN with fewer than 6 classes, where it would always be 1."""

    top1: float
    top5: float
    balanced_accuracy: float
    macro_f1: float


def scores(logits: NDArray[np.float32], labels: Ints) -> Scores:
    """Score the logits (N, classes) of images with the given labels (N,).

    Balanced accuracy (mean recall) and macro F1 are means over the classes that occur in `labels`
    or, for F1, among the predictions.
    """
    classes = logits.shape[1]
    predicted = logits.argmax(axis=1)
    matrix = confusion(predicted, labels, classes)
    right, of_class, named = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    occurs = of_class > 0
    either = of_class + named > 0
    return Scores(
        top1=float(right.sum() / len(labels)),
        top5=top_k(logits, labels, TOP_K) if classes > TOP_K else math.nan,
        balanced_accuracy=float((right[occurs] / of_class[occurs]).mean()),
        macro_f1=float((2 * right[either] / (of_class + named)[either]).mean()),
    )


def top_k(logits: NDArray[np.float32], labels: Ints, k: int) -> float:
    """Share of images whose label is among the k largest logits; ties go to the lower class."""
    best = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return float((best == labels[:, None]).any(axis=1).mean())


def confusion(predicted: Ints, labels: Ints, classes: int) -> Ints:
    """(classes, classes) counts: row is the true class, column the predicted one."""
    pairs = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return pairs.reshape(classes, classes)
