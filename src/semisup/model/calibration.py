"""How far probabilities can be trusted: temperature, calibration error, sure answers."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import Ints
from semisup.workflow.notes import counted

COLDEST, HOTTEST = 0.2, 20.0  # where all images are right, the colder the likelier, without end
PRIOR = 0.5  # standard deviation of the logarithm of temperatures, before images are seen
BINS = 15

Floats = NDArray[np.float64]
ROUNDING = 1e-9  # 10 answers at 0.9 are enough for one wrong one


def temperature(logits: NDArray[np.float32], labels: Ints) -> float:
    """That logits (N, classes) are best divided by, by the labels (N,).

    Guo et al. 2017, arXiv 1706.04599, with a prior: few images, perhaps all of them named rightly,
    tell little. 1 where there are no images.
    """
    if not len(labels):
        return 1.0
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        scaled = logits.astype(np.float64) / np.exp(log_temperature)
        likelihood = float(log_softmax(scaled, axis=1)[rows, labels].sum())
        return (log_temperature / PRIOR) ** 2 / 2 - likelihood

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))


def probabilities(logits: NDArray[np.float32], temperature: float) -> Floats:
    """(N, classes) of logits of the same shape."""
    from scipy.special import softmax

    return np.asarray(softmax(logits.astype(np.float64) / temperature, axis=1))


def calibration_error(confidences: Floats, right: NDArray[np.bool_]) -> float:
    """Mean gap between how sure answers are and how often they are right, in bins of equal width.

    The expected calibration error of Guo et al., with 15 bins. NaN without images.
    """
    if not len(right):
        return float("nan")
    gaps = np.bincount(bins_of(confidences), confidences - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(right))


def bins_of(confidences: Floats) -> NDArray[np.int64]:
    """Which of BINS of equal width each is in."""
    return np.minimum((confidences * BINS).astype(np.int64), BINS - 1)


@dataclass(frozen=True)
class Sure:
    """Answers that are more probable than a threshold: their share of all, and how many are right.

    precision is NaN where there are none.
    """

    coverage: float
    precision: float


def threshold(confidences: Floats, right: NDArray[np.bool_], precision: float) -> float:
    """The lowest, so that of the answers above it at least `precision` are right.

    These must be enough for one wrong one among them; 1 where there is no such threshold, so that
    no answer is above it.
    """
    count = np.arange(1, len(confidences) + 1)
    order = np.argsort(-confidences, kind="stable")
    falling, hits = confidences[order], np.cumsum(right[order])
    following = np.append(falling[1:], 0.0)
    enough = (
        (hits >= precision * count - ROUNDING)
        & (count - precision * count >= 1 - ROUNDING)
        & (following < falling)
    )
    if not enough.any():
        return 1.0
    last = np.flatnonzero(enough)[-1]
    # half way to the next, so that rounding changes no answer
    return float((falling[last] + following[last]) / 2)


def without_threshold(images: int, precision: float) -> str:
    """A sentence on why `threshold` found none on so many validation images."""
    if precision == 1:
        return "No number of images is enough to promise 100 % right answers"
    fewest = math.ceil((1 - ROUNDING) / (1 - precision))  # for one wrong one among them
    share, held = f"{100 * precision:g} %", counted(images, "validation image")
    return (
        f"No threshold can promise {share} right answers: on {held}, none has {fewest} or more "
        f"answers above it of which {share} are right"
    )


def above(threshold: float, confidences: Floats, right: NDArray[np.bool_]) -> Sure:
    """The answers above a threshold."""
    sure = confidences > threshold
    precision = float(right[sure].mean()) if sure.any() else float("nan")
    return Sure(float(sure.mean()), precision)
