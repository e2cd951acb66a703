"""What choosing images brings, by plain means."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from made_up import chosen, facts

from semisup.report.findings.selection import selection_gain
from semisup.report.tables.results import CHOSEN_COLUMNS

MANY = 10**12  # test images, whose choice makes no noise
BOTH = pd.concat([chosen("gan", {1: 0.2, 2: 0.01, 4: -0.1}), chosen("random", {1: 0.5})])


def test_steps_are_of_the_task() -> None:
    found = selection_gain(BOTH, "gan", 0.95, MANY)
    assert found is not None
    assert found.draws == 3
    assert [(step.budget, step.labels) for step in found.steps] == [(1, 3), (2, 6), (4, 12)]
    assert [step.random.mean for step in found.steps] == pytest.approx([0.4] * 3)
    assert [step.typical.mean for step in found.steps] == pytest.approx([0.6, 0.41, 0.3])
    assert [step.gain.mean for step in found.steps] == pytest.approx([0.2, 0.01, -0.1])
    # Student's t of two degrees of freedom, for a deviation of 1 point, or 2
    half = 4.302653 * 0.01 / math.sqrt(3)
    for step in found.steps:
        assert (step.random.half, step.typical.half) == pytest.approx((half, 2 * half))
        assert step.gain.half == pytest.approx(half)
        assert step.covered == {"random": 2, "typical": 3}


def test_what_is_beyond_the_noise() -> None:
    found = selection_gain(BOTH, "gan", 0.95, MANY)
    assert found is not None
    assert [step.budget for step in found.clear] == [1]
    assert [step.budget for step in found.worse] == [4]
    assert found.best.budget == 1


def test_what_is_clear_holds_for_all_budgets_together() -> None:
    """A gain that is beyond its own interval, but is the best of three that were looked at."""
    alone = selection_gain(chosen("gan", {1: 0.03}), "gan", 0.95, MANY)
    found = selection_gain(chosen("gan", {1: 0.03, 2: 0.0, 4: 0.0}), "gan", 0.95, MANY)
    assert alone is not None
    assert found is not None
    assert [step.budget for step in alone.clear] == [1]
    assert found.steps[0].gain == alone.steps[0].gain
    assert found.steps[0].gain.above_zero
    assert (found.clear, found.worse) == ([], [])
    # Student's t of two degrees of freedom at 1 - 0.05 / 6
    assert found.steps[0].strict.half == pytest.approx(7.648860 * 0.01 / math.sqrt(3), rel=1e-4)


def test_best_is_a_clear_gain_where_there_is_one() -> None:
    both = selection_gain(chosen("gan", {1: 0.2, 2: 0.3, 4: 0.1}), "gan", 0.95, MANY)
    assert both is not None
    assert both.best.budget == 2
    noisy = chosen("gan", {2: 0.3}, [-0.3, 0.0, 0.3])
    found = selection_gain(pd.concat([chosen("gan", {1: 0.2}), noisy]), "gan", 0.95, MANY)
    assert found is not None
    assert [step.budget for step in found.clear] == [1]
    assert found.best.budget == 1


def test_with_a_single_draw_nothing_is_clear() -> None:
    found = selection_gain(chosen("gan", {1: 0.2, 2: -0.2}, [0.0]), "gan", 0.95, MANY)
    assert found is not None
    assert (found.draws, found.clear, found.worse) == (1, [], [])


def test_none_where_nothing_was_compared() -> None:
    assert selection_gain(pd.DataFrame(columns=CHOSEN_COLUMNS), "gan", 0.95, MANY) is None


def test_draws_of_few_candidates_have_images_in_common() -> None:
    """Their intervals are wider by Nadeau and Bengio's rule."""
    found = selection_gain(BOTH.assign(candidates=24), "gan", 0.95, MANY)
    assert found is not None
    for step, shared in zip(found.steps, (3 / 24, 6 / 24, 12 / 24), strict=True):
        half = 4.302653 * 0.01 * math.sqrt(1 / 3 + shared / (1 - shared))
        assert (step.random.half, step.gain.half) == pytest.approx((half, half))


def test_a_few_test_images_make_noise_too() -> None:
    found = selection_gain(BOTH, "gan", 0.95, 100)
    assert found is not None
    error = math.sqrt((0.4 * 0.6 + 0.6 * 0.4) / 100)
    half = math.hypot(4.302653 * 0.01 / math.sqrt(3), 1.959964 * error)
    assert found.steps[0].gain.half == pytest.approx(half)
    one = math.hypot(4.302653 * 0.01 / math.sqrt(3), 1.959964 * math.sqrt(0.4 * 0.6 / 100))
    assert found.steps[0].random.half == pytest.approx(one)
    other = math.hypot(2 * 4.302653 * 0.01 / math.sqrt(3), 1.959964 * math.sqrt(0.6 * 0.4 / 100))
    assert found.steps[0].typical.half == pytest.approx(other)
    assert [step.budget for step in found.clear + found.worse] == [1]


def test_where_classes_count_the_same_small_ones_make_the_noise() -> None:
    known = replace(facts([]), test_counts=(400, 20))
    assert known.effective_tests == 420
    balanced = replace(known, headline="balanced_accuracy")
    variance = (0.8 * 0.2 / 400 + 0.8 * 0.2 / 20) / 4  # of the mean of two recalls of 80 %
    assert 0.8 * 0.2 / balanced.effective_tests == pytest.approx(variance)
