"""A map of points: alike ones lie side by side.

t-SNE, van der Maaten and Hinton 2008, in its exact form: for hundreds of points.
"""

import numpy as np
from numpy.typing import NDArray

STEPS, EARLY = 300, 80  # of descent; those in which clusters are pulled together
PULL = 12.0
Floats = NDArray[np.float64]


def laid_out(points: Floats, perplexity: float = 20.0) -> Floats:
    """(n, d) to (n, 2), the same each time: it begins with the first two principal directions."""
    centred = points - points.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    place = left[:, :2] * values[:2]
    place *= 1e-4 / max(place[:, 0].std(), 1e-12)
    near = _nearness(_squares(centred), min(perplexity, (len(points) - 1) / 3))
    rate = max(len(points) / PULL, 50.0)
    speed = np.zeros_like(place)
    for step in range(STEPS):
        weight = 1 / (1 + _squares(place))
        np.fill_diagonal(weight, 0)
        pull = near * (PULL if step < EARLY else 1) - weight / weight.sum()
        force = pull * weight
        slope = 4 * (force.sum(axis=1)[:, None] * place - force @ place)
        speed = (0.5 if step < EARLY else 0.8) * speed - rate * slope
        place = place + speed
    return place - place.mean(axis=0)


def _nearness(squares: Floats, perplexity: float) -> Floats:
    """(n, n) symmetric, of sum 1: a normal density around each point, with so many neighbours."""
    low, high = np.zeros(len(squares)), np.full(len(squares), np.inf)
    sharp = 1 / np.maximum(squares.mean(axis=1), 1e-12)
    for _ in range(50):
        shares = np.exp(-(squares - _nearest(squares)) * sharp[:, None])
        np.fill_diagonal(shares, 0)
        shares /= shares.sum(axis=1, keepdims=True)
        entropy = -(shares * np.log(np.maximum(shares, 1e-300))).sum(axis=1)
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, sharp, low), np.where(wide, high, sharp)
        sharp = np.where(np.isinf(high), 2 * sharp, (low + high) / 2)
    both = shares + shares.T
    return np.asarray(both / both.sum())


def _nearest(squares: Floats) -> Floats:
    others = squares + np.diag(np.full(len(squares), np.inf))
    return np.asarray(others.min(axis=1, keepdims=True))


def _squares(points: Floats) -> Floats:
    lengths = (points**2).sum(axis=1)
    return np.maximum(lengths[:, None] + lengths - 2 * points @ points.T, 0)
