"""What more labels would bring: a learning curve fitted to the largest budgets, with its doubt.

The error falls as c + a n^-b with n labels per class (Cortes et al. 1993; Viering and Loog 2023,
arXiv 2103.10948). All a, b, c of a grid are weighed by how well they fit (Bayes), so that what few
points leave open shows as a wide interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from semisup.report.methods import Way
from semisup.report.tables.interval import Interval
from semisup.report.tables.results import rows_of

POINTS, FEWEST = 5, 3  # budgets that are fitted: the largest, and at least so many
FAR = 16  # times the largest budget: further nothing is said
SLOPES = np.linspace(0.02, 1.5, 60)  # b
FLOORS = np.linspace(0, 1, 26)  # c as a share of the smallest error
NOISES = np.geomspace(0.002, 0.06, 8)  # by which means miss any such curve
FREEDOM = 4  # of Student's t, so that one odd budget does not decide
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reach:
    """Labels per class that an accuracy needs; infinite ends where the curve may never get there."""

    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class Fit:
    """Curves a, b, c with their weights (curves,), of which the weights sum to 1."""

    scale: Floats
    slope: Floats
    floor: Floats
    noise: Floats
    weight: Floats

    def error(self, budget: float) -> Floats:
        """(curves,) at so many labels per class."""
        return np.asarray(self.floor + self.scale * budget**-self.slope)

    def accuracy(self, budget: float, confidence: float) -> tuple[float, float, float]:
        """Both ends of its interval and the median; another budget's noise is in it."""
        errors = (self.error(budget)[:, None] + self.noise[:, None] * NORMAL).ravel()
        weights = np.repeat(self.weight / len(NORMAL), len(NORMAL))
        outer = (1 - confidence) / 2
        high, middle, low = 1 - np.clip(_quantiles(errors, weights, (outer, 0.5, 1 - outer)), 0, 1)
        return float(low), float(middle), float(high)

    def reach(self, accuracy: float, confidence: float) -> Reach:
        """How many labels it takes."""
        left = 1 - accuracy - self.floor
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            needs = np.where(left > 0, (self.scale / left) ** (1 / self.slope), np.inf)
        outer = (1 - confidence) / 2
        low, high = _quantiles(needs, self.weight, (outer, 1 - outer))
        return Reach(accuracy, float(low), float(high))
