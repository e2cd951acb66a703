"""Labels that may be wrong: images whose features say another class than their label.

Each image is judged by a ridge classifier of all others (exact leave-one-out, by the hat matrix),
so that its own label has no say. The idea is confident learning's, Northcutt et al. 2021,
arXiv 1911.00068.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import Ints

MARGIN = 0.35  # by which another class must be ahead, of about 1 between sure and impossible
MOST = 60  # that are listed
PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
AT_ONCE = 4_000_000  # scores in memory
FEWEST = 3  # images of a class, for the others to tell anything
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Suspect:
    """position: of the image; label, suggested: classes; margin: by which that one is ahead."""

    position: int
    label: int
    suggested: int
    margin: float


@dataclass(frozen=True)
class Suspects:
    """images: judged, 0 where none can be; found: the surest first; more: not listed."""

    images: int
    found: list[Suspect]
    more: int = 0


def suspects(points: NDArray[np.floating], labels: Ints, positions: Ints, classes: int) -> Suspects:
    """The surest first.

    Args:
        points: (n, d) features.
        labels: (n,) classes that were given.
        positions: (n,) of the images.
        classes: how many there are.
    """
    counts = np.bincount(labels, minlength=classes)
    judged = counts[labels] >= FEWEST
    if (counts >= FEWEST).sum() < 2:
        return Suspects(0, [])
    suggested, margins = np.zeros(len(labels), np.int64), np.zeros(len(labels))
    at = 0
    for scores in left_out_scores(points.astype(np.float64), labels, classes):
        rows, block = np.arange(len(scores)), slice(at, at + len(scores))
        own = scores[rows, labels[block]]
        suggested[block] = scores.argmax(axis=1)
        margins[block] = scores.max(axis=1) - own
        at = block.stop
    order = np.argsort(-margins, kind="stable")
    order = order[(margins[order] > MARGIN) & judged[order]]
    found = [
        Suspect(int(positions[n]), int(labels[n]), int(suggested[n]), float(margins[n]))
        for n in order[:MOST]
    ]
    return Suspects(int(judged.sum()), found, max(0, len(order) - MOST))


def left_out_scores(points: Floats, labels: Ints, classes: int) -> Iterator[Floats]:
    """(rows, classes), near 1 for a sure class and 0 for others, each by what the others say.

    Some rows at a time, for all may need many gigabytes. The penalty is the one of `PENALTIES` with
    the smallest error on images that were left out.
    """
    centred = points - points.mean(axis=0)
    centred /= np.sqrt((centred**2).sum(axis=1).mean()) + 1e-12
    shares = np.bincount(labels, minlength=classes) / len(labels)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    turned = centred @ vectors
    towards = np.zeros((classes, len(values)))
    np.add.at(towards, labels, turned)
    fit = _Fit(turned, values, towards.T - np.outer(turned.sum(axis=0), shares), labels, shares)
    size = max(1, AT_ONCE // classes)
    blocks = [slice(at, at + size) for at in range(0, len(labels), size)]
    errors = np.zeros(len(PENALTIES))
    for block in blocks:
        wanted = fit.wanted(block)
        errors += [((fit.scores(block, wanted, each) - wanted) ** 2).sum() for each in PENALTIES]
    best = PENALTIES[errors.argmin()]
    yield from (fit.scores(block, fit.wanted(block), best) + shares for block in blocks)


@dataclass(frozen=True)
class _Fit:
    """turned: (n, d) points along the directions, with their values; towards: (d, classes)."""

    turned: Floats
    values: Floats
    towards: Floats
    labels: Ints
    shares: Floats

    def wanted(self, block: slice) -> Floats:
        labels = self.labels[block]
        found = np.tile(-self.shares, (len(labels), 1))
        found[np.arange(len(labels)), labels] += 1
        return found

    def scores(self, block: slice, wanted: Floats, penalty: float) -> Floats:
        turned = self.turned[block]
        scaled = turned / (np.maximum(self.values, 0) + penalty)
        leverage = (scaled * turned).sum(axis=1) + 1 / len(self.turned)
        leverage = np.minimum(leverage, 1 - 1e-9)[:, None]
        return np.asarray((scaled @ self.towards - leverage * wanted) / (1 - leverage))
