"""What more labels would bring: a learning curve fitted to the largest budgets, with its doubt.

The error falls as c + a n^-b with n labels per class (Cortes et al. 1993; Viering and Loog 2023,
arXiv 2103.10948). Curves of a grid are weighed by how well they fit (Bayes, equal odds before), so
that what few points leave open shows as a wide interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from semisup.report.methods import Way
from semisup.report.tables.headline import SCORE
from semisup.report.tables.interval import mean_over_draws
from semisup.report.tables.results import rows_of

POINTS, FEWEST = 5, 3  # budgets that are fitted: the largest, and at least so many
ROUND = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99)  # accuracies to aim at
HARDLY = 0.005  # more than what there is: nothing to aim at
DOUBLINGS = 3  # so far beyond the largest budget something is said
SLOPES = np.linspace(0.02, 1.5, 32)  # b
FLOORS = np.linspace(0, 0.95, 14)  # c as a share of the error at the largest budget
ENDS = np.linspace(-3, 3, 11)  # that error, in standard errors around what was measured
NOISES = np.geomspace(0.002, 0.03, 5)  # deviation of any curve's means from its formula
LEAST_ERROR = 0.01  # standard error of an accuracy, where draws happen to agree
SMALLEST = 1e-4  # error
NORMAL = ndtri((np.arange(10) + 0.5) / 10)  # ten numbers that stand for a normal distribution
NEGLIGIBLE = 1e-4  # of the weight of the curve that fits best
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Guess:
    """A guess of an accuracy: its median and both ends of the interval."""

    budget: int
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Reach:
    """Labels per class that an accuracy needs: median and interval, infinite for never."""

    accuracy: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Curves:
    """Curves of the grid, (curves,) each, that share the weight 1; largest: the largest budget."""

    largest: int
    floor: Floats
    above: Floats
    slope: Floats
    noise: Floats
    weight: Floats

    def guess(self, budget: int, confidence: float) -> Guess:
        """The accuracy at a budget, measured again: noise, more so far away, is in its interval."""
        far = 1 + max(0.0, np.log2(budget / self.largest))
        errors = self.floor + self.above * (budget / self.largest) ** -self.slope
        around = errors[:, None] + (self.noise * far**0.5)[:, None] * NORMAL
        weights = np.repeat(self.weight / len(NORMAL), len(NORMAL))
        accuracies = 1 - np.clip(around.ravel(), 0, 1)
        low, middle, high = _quantiles(accuracies, weights, confidence)
        return Guess(budget, low, middle, high)

    def reach(self, accuracy: float, confidence: float) -> Reach:
        """How many labels an accuracy takes, on average over draws."""
        left = 1 - accuracy - self.floor
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            needs = self.largest * np.where(
                left > 0, (self.above / left) ** (1 / self.slope), np.inf
            )
        return Reach(accuracy, *_quantiles(needs, self.weight, confidence))


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What more labels would bring one way."""

    way: Way
    largest: int  # budget
    now: float  # accuracy there
    ahead: list[Guess] = field(default_factory=list)  # at its doublings
    reaches: list[Reach] = field(default_factory=list)  # labels that round accuracies need
    check: Guess | None = None  # the largest budget guessed from the smaller ones
    # the last doubling brought more than the one before, by more than noise: no such curve fits,
    # and nothing is foretold
    speeding: bool = False

    @property
    def trusted(self) -> bool:
        """Whether the interval of the check covers what was measured."""
        return self.check is not None and self.check.low <= self.now <= self.check.high

    @property
    def is_above(self) -> bool:
        """Whether what was measured is no less than what twice the labels are to bring.

        The curve goes through all budgets, and the largest may lie above it, by luck or since the
        curve bends: then no gain is foretold.
        """
        return bool(self.ahead) and self.ahead[0].middle <= self.now

    @property
    def furthest(self) -> int:
        """Labels per class beyond which nothing is said."""
        return self.largest << DOUBLINGS


def forecast(results: pd.DataFrame, way: Way, confidence: float) -> Forecast | None:
    """Look ahead; None with too few budgets.

    Args:
        results: a row per method, task, budget and draw.
        way: which.
        confidence: of the intervals.
    """
    points = _points(results, way, confidence)
    if len(points) < FEWEST:
        return None
    budgets, errors, noises = points.T
    largest, now = int(budgets[-1]), float(1 - errors[-1])
    if _speeding(points):
        return Forecast(way=way, largest=largest, now=now, speeding=True)
    fitted = fit(budgets, errors, noises)
    ahead = _rising([fitted.guess(largest << n, confidence) for n in range(1, DOUBLINGS + 1)])
    before = points[:-1]
    check = None
    if len(before) >= FEWEST and not _speeding(before):
        check = fit(*before.T).guess(largest, confidence)
    goals = _further([fitted.reach(goal, confidence) for goal in _goals(now)], largest)
    told = [each for each in goals if each.middle <= largest << DOUBLINGS] or goals[:1]
    return Forecast(way=way, largest=largest, now=now, ahead=ahead, reaches=told, check=check)


def fit(budgets: Floats, errors: Floats, noises: Floats) -> Curves:
    """All curves of the grid, weighed by the last points.

    Args:
        budgets: (n,) labels per class, ascending.
        errors: (n,) 1 - accuracy, means over draws.
        noises: (n,) their noise: half an interval by Student's t, over the normal quantile.
    """
    ends = errors[-1] + ENDS * max(noises[-1], LEAST_ERROR)
    # those that can't be are none: as 0 % wrong, the more of them the less is known, they would win
    possible = (ends >= SMALLEST) & (ends <= 1) | (ENDS == 0)
    ends = np.clip(ends[possible], SMALLEST, 1)
    grid = np.meshgrid(ends, FLOORS, SLOPES, NOISES, indexing="ij")
    end, share, slope, noise = (each.ravel() for each in grid)
    floor = share * end
    likely = np.zeros(len(end))
    last = (each[-POINTS:] for each in (budgets, errors, noises))
    for budget, error, deviation in zip(*last, strict=True):
        curve = floor + (end - floor) * (budget / budgets[-1]) ** -slope
        spread = np.hypot(noise, deviation)
        likely -= np.log(spread) + ((error - curve) / spread) ** 2 / 2
    weight = np.exp(likely - likely.max())
    kept = weight > NEGLIGIBLE
    floor, above, slope, noise = (each[kept] for each in (floor, end - floor, slope, noise))
    return Curves(int(budgets[-1]), floor, above, slope, noise, weight[kept] / weight[kept].sum())


def _points(results: pd.DataFrame, way: Way, confidence: float) -> Floats:
    """(budgets, 3): labels per class, error, its noise as `fit` has it."""
    means = mean_over_draws(rows_of(results, way), SCORE, confidence).sort_values("budget")
    noise = (means["half"] / ndtri(0.5 + confidence / 2)).fillna(LEAST_ERROR)
    return np.stack([means["budget"], 1 - means["mean"], noise], axis=1).astype(float)


def _speeding(points: Floats) -> bool:
    """Whether a doubling of the labels still brings more than the one before."""
    budgets, errors, noises = points[-3:].T
    before, last = 1 / np.diff(np.log2(budgets))  # shares of a doubling's gain that a step tells
    weights = np.array([-before, before + last, -last])  # of the errors in the gains' difference
    return bool(weights @ errors > np.linalg.norm(weights * noises))


def _further(goals: Sequence[Reach], largest: int) -> list[Reach]:
    """Those that take more labels than there were, which left less; others were missed by noise."""
    return [replace(each, low=max(each.low, largest)) for each in goals if each.middle > largest]


def _rising(guesses: Sequence[Guess]) -> list[Guess]:
    """With medians that do not fall: noise, which grows, is cut off at 100 %."""
    medians = accumulate((guess.middle for guess in guesses), max)
    return [replace(guess, middle=each) for guess, each in zip(guesses, medians, strict=True)]


def _goals(now: float) -> list[float]:
    """The next round accuracies above what there is."""
    return [goal for goal in ROUND if goal > now + HARDLY][:3]


def _quantiles(values: Floats, weights: Floats, confidence: float) -> tuple[float, float, float]:
    """Lower end, median and upper end of weighted values."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    shares = ((1 - confidence) / 2, 0.5, (1 + confidence) / 2)
    places = np.minimum(np.searchsorted(reached, shares), len(values) - 1)
    low, middle, high = values[order][places]
    return float(low), float(middle), float(high)
