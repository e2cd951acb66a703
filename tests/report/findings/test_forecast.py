"""What more labels bring: by curves whose formula is known."""

import itertools
import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from made_up import scores

from semisup.report.findings import forecast as module
from semisup.report.findings.forecast import fit, forecast
from semisup.report.methods import Way

WAY = Way("head", "rotation")
BUDGETS = np.array([1, 2, 4, 8, 16, 32, 64])
CURVES = {
    "to nothing": (0.0, 0.6, 0.5),
    "to a floor": (0.1, 0.5, 0.7),
    "slowly": (0.0, 0.7, 0.15),
}


def error(name: str, budget: float) -> float:
    floor, scale, slope = CURVES[name]
    return floor + scale * budget**-slope


def table(errors: dict[int, float], noise: float = 0.01) -> pd.DataFrame:
    """Three draws around these errors."""
    rows = (
        (WAY.method, WAY.task, budget, draw, 1 - middle + offset, 1.0)
        for budget, middle in errors.items()
        for draw, offset in enumerate((-noise, 0.0, noise))
    )
    return scores(*rows)


def known(name: str) -> pd.DataFrame:
    return table({int(budget): error(name, budget) for budget in BUDGETS})


@pytest.mark.parametrize("name", CURVES)
def test_doublings_lie_in_the_intervals(name: str) -> None:
    found = forecast(known(name), WAY, 0.95)
    assert found is not None
    assert [guess.budget for guess in found.ahead] == [128, 256, 512]
    for guess in found.ahead:
        assert guess.low < 1 - error(name, guess.budget) < guess.high
        assert guess.middle == pytest.approx(1 - error(name, guess.budget), abs=0.03)
    widths = [guess.high - guess.low for guess in found.ahead]
    assert widths == sorted(widths), "the further, the less is known"


@pytest.mark.parametrize("name", CURVES)
def test_the_largest_budget_is_foretold_from_the_others(name: str) -> None:
    found = forecast(known(name), WAY, 0.95)
    assert found is not None
    assert found.check is not None
    assert (found.check.budget, found.trusted) == (64, True)
    assert found.check.middle == pytest.approx(found.now, abs=0.02)
    without = known(name).query("budget < 64")
    again = forecast(without, WAY, 0.95)
    assert again is not None
    assert again.ahead[0] == found.check, "as if the largest had not been there"


def test_a_curve_that_breaks_off_is_not_trusted() -> None:
    errors = {int(budget): error("to nothing", budget) for budget in BUDGETS}
    found = forecast(table(errors | {64: 0.25}), WAY, 0.95)
    assert found is not None
    assert not found.trusted


def test_a_curve_that_still_speeds_up_is_not_foretold() -> None:
    found = forecast(table({4: 0.85, 8: 0.8, 16: 0.7, 32: 0.4}), WAY, 0.95)
    assert found is not None
    assert found.speeding
    assert (found.ahead, found.check) == ([], None)


@pytest.mark.parametrize("budgets", [[], [64], [32, 64]])
def test_few_budgets_tell_nothing(budgets: list[int]) -> None:
    rows = known("slowly").query("budget in @budgets")
    assert forecast(rows, WAY, 0.95) is None


def test_three_budgets_can_not_be_tried_on_two() -> None:
    found = forecast(known("slowly").query("budget >= 16"), WAY, 0.95)
    assert found is not None
    assert found.check is None


def test_a_doubling_that_brings_more_than_the_one_before_tries_nothing() -> None:
    errors = {2: 0.9, 4: 0.85, 8: 0.7, 16: 0.5, 32: 0.45}
    found = forecast(table(errors), WAY, 0.95)
    assert found is not None
    assert (len(found.ahead), found.check) == (3, None)


@pytest.mark.parametrize(("noise", "speeding"), [(0.001, True), (0.05, False)])
def test_speeding_is_by_more_than_the_noise(noise: float, speeding: bool) -> None:
    found = forecast(table({4: 0.8, 8: 0.7, 16: 0.59}, noise), WAY, 0.95)
    assert found is not None
    assert found.speeding == speeding


def test_labels_that_an_accuracy_needs() -> None:
    """0.6 n^-0.5 is 0.05 at 144."""
    found = forecast(known("to nothing"), WAY, 0.95)
    assert found is not None
    reach = {round(each.accuracy, 2): each for each in found.reaches}[0.95]
    assert reach.low < 144 < reach.high
    assert 144 / 2 < reach.middle < 144 * 2


def test_accuracies_to_aim_at_are_few_and_not_out_of_sight() -> None:
    assert module._goals(0.744) == [0.75, 0.8, 0.85]
    assert module._goals(0.746) == [0.8, 0.85, 0.9], "nearly there"
    found = forecast(known("slowly"), WAY, 0.95)  # 75 % would take thousands
    assert found is not None
    assert [reach.accuracy for reach in found.reaches] == [0.7]
    flat = forecast(table({1: 0.31, 2: 0.3, 4: 0.3, 8: 0.3}), WAY, 0.95)
    assert flat is not None
    assert [(reach.accuracy, reach.middle > 64) for reach in flat.reaches] == [(0.75, True)]


def test_what_a_floor_forbids_is_never_reached() -> None:
    errors = np.array([error("to a floor", budget) for budget in BUDGETS])
    fitted = fit(BUDGETS.astype(float), errors, np.full(len(BUDGETS), 0.002))
    assert fitted.reach(0.99, 0.95).high == np.inf


def test_weights_are_those_of_bayes() -> None:
    """Against a slow loop over the grid, of two budgets' likelihoods."""
    errors, noises = np.array([0.5, 0.4, 0.33]), np.array([0.02, 0.01, 0.02])
    budgets = np.array([1.0, 2.0, 4.0])
    fitted = fit(budgets, errors, noises)
    shares = []
    for floor, above, slope, noise in zip(
        fitted.floor, fitted.above, fitted.slope, fitted.noise, strict=True
    ):
        likely = 1.0
        for budget, measured, deviation in zip(budgets, errors, noises, strict=True):
            spread = (noise**2 + deviation**2) ** 0.5
            curve = floor + above * (budget / 4) ** -slope
            likely *= np.exp(-(((measured - curve) / spread) ** 2) / 2) / spread
        shares.append(likely)
    slow = np.array(shares) / sum(shares)
    assert np.allclose(fitted.weight, slow)
    grid = len(module.ENDS) * len(module.FLOORS) * len(module.SLOPES) * len(module.NOISES)
    assert len(slow) < grid, "what can't be is left out"


def test_the_largest_five_budgets_are_fitted() -> None:
    errors = np.array([error("slowly", budget) for budget in BUDGETS])
    every, last = (
        fit(BUDGETS[at:].astype(float), errors[at:], np.full(len(BUDGETS) - at, 0.01))
        for at in (0, 2)
    )
    assert every.weight.tolist() == last.weight.tolist()


@pytest.mark.parametrize("noise", [0.02, 0.001])
def test_where_curves_end(noise: float) -> None:
    """Around what was measured, by its noise, which is never less than a point."""
    fitted = fit(np.array([1.0, 2, 4]), np.array([0.5, 0.4, 0.33]), np.full(3, noise))
    steps = (fitted.floor + fitted.above - 0.33) / max(noise, 0.01)
    assert np.abs(steps[:, None] - module.ENDS).min(axis=1).max() < 1e-9
    assert steps.max() > 0.5


def test_a_single_draw_has_the_noise_of_a_point() -> None:
    one = known("slowly").query("draw == 1")
    assert module._points(one, WAY, 0.95)[:, 2].tolist() == [0.01] * len(BUDGETS)


@pytest.mark.parametrize("budget", [2, 4, 32])
def test_guesses_by_plain_loops(budget: int) -> None:
    """Noise, whose variance grows with the doublings ahead, is in their intervals."""
    fitted = fit(np.array([1.0, 2, 4]), np.array([0.5, 0.4, 0.33]), np.full(3, 0.01))
    grown = math.sqrt(1 + max(0, math.log2(budget / 4)))
    values = []
    for floor, above, slope, noise, weight in zip(
        fitted.floor, fitted.above, fitted.slope, fitted.noise, fitted.weight, strict=True
    ):
        for tenth in range(10):
            off = NormalDist().inv_cdf((tenth + 0.5) / 10) * noise * grown
            error = floor + above * (budget / 4) ** -slope + off
            values.append((1 - min(max(error, 0), 1), weight / 10))
    values.sort()
    reached = [*itertools.accumulate(weight for _, weight in values)]
    expected = [
        next(value for (value, _), total in zip(values, reached, strict=True) if total >= share)
        for share in (0.025, 0.5, 0.975)
    ]
    found = fitted.guess(budget, 0.95)
    assert (found.low, found.middle, found.high) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("budgets", [[10, 12, 100], [5, 10, 100], [1, 5, 10, 50]])
def test_a_step_may_be_more_than_a_doubling(budgets: list[int]) -> None:
    """A longer step brings more than the one before, though each doubling brings less."""
    found = forecast(table({b: error("to a floor", b) for b in budgets}, 0.001), WAY, 0.95)
    assert found is not None
    assert not found.speeding
    assert [guess.budget for guess in found.ahead] == [budgets[-1] << n for n in (1, 2, 3)]


def test_where_all_is_right_more_labels_do_no_harm() -> None:
    found = forecast(table(dict.fromkeys([1, 2, 4], 0.0), 0.0), WAY, 0.95)
    assert found is not None
    middles = [guess.middle for guess in found.ahead]
    assert middles == sorted(middles)


@pytest.mark.parametrize(
    ("errors", "noise", "goal"),
    [
        ({1: 0.1667, 2: 0.0001, 4: 0.0833}, 0.08, 0.95),
        ({1: 0.3, 2: 0.01, 4: 0.06}, 0.01, 0.97),  # the curve has 95 % before the largest budget
    ],
)
def test_what_is_not_reached_needs_more_labels_than_there_were(
    errors: dict[int, float], noise: float, goal: float
) -> None:
    found = forecast(table(errors, noise), WAY, 0.95)
    assert found is not None
    assert found.reaches[0].accuracy == goal
    assert all(reach.low >= 4 and reach.middle > 4 for reach in found.reaches)


@pytest.mark.parametrize("now", [0.55, 0.62, 0.8, 0.97])
def test_the_less_is_known_the_less_is_promised(now: float) -> None:
    """Of three budgets, the last no better than the one before."""
    errors = np.array([1.1, 1.0, 1.0]) * (1 - now)
    for noise in (0.02, 0.1, 0.2, 0.5):
        median = fit(np.array([1.0, 2, 4]), errors, np.full(3, noise)).guess(8, 0.95).middle
        assert now - 0.05 < median < now + 0.4 * (1 - now)
