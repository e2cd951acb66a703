"""Labels that may be wrong: images whose features say another class than their label.

Each image is judged by a ridge classifier of all others (exact leave-one-out, by the hat matrix),
so that its own label has no say. The idea is confident learning's, Northcutt et al. 2021,
arXiv 1911.00068.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import Ints

MARGIN = 0.35  # by which another class must be ahead, of about 1 between sure and impossible
MOST = 60  # that are listed
PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
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
    scores = left_out_scores(points.astype(np.float64), labels, classes)
    rows = np.arange(len(labels))
    own = scores[rows, labels]
    scores[rows, labels] = -np.inf
    suggested = scores.argmax(axis=1)
    margins = scores[rows, suggested] - own
    order = np.argsort(-margins, kind="stable")
    order = order[(margins[order] > MARGIN) & judged[order]]
    found = [
        Suspect(int(positions[n]), int(labels[n]), int(suggested[n]), float(margins[n]))
        for n in order[:MOST]
    ]
    return Suspects(int(judged.sum()), found, max(0, len(order) - MOST))


def left_out_scores(points: Floats, labels: Ints, classes: int) -> Floats:
    """(n, classes), near 1 for a sure class and 0 for others, each by what the other images say.

    The penalty is the one of `PENALTIES` with the smallest error on images that were left out.
    """
    centred = points - points.mean(axis=0)
    centred /= np.sqrt((centred**2).sum(axis=1).mean()) + 1e-12
    truth = np.eye(classes)[labels]
    shares = truth.mean(axis=0)
    wanted = truth - shares
    values, vectors = np.linalg.eigh(centred.T @ centred)
    turned = centred @ vectors
    towards = turned.T @ wanted
    found = (_scores(turned, towards, wanted, values, each) for each in PENALTIES)
    best = min(found, key=lambda scores: float(((scores - wanted) ** 2).sum()))
    return np.asarray(best + shares)


def _scores(
    turned: Floats, towards: Floats, wanted: Floats, values: Floats, penalty: float
) -> Floats:
    scaled = turned / (np.maximum(values, 0) + penalty)
    leverage = np.minimum((scaled * turned).sum(axis=1) + 1 / len(turned), 1 - 1e-9)[:, None]
    return np.asarray((scaled @ towards - leverage * wanted) / (1 - leverage))
