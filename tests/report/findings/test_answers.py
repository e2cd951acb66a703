import dataclasses
import math

import pandas as pd
import pytest
from made_up import results, scores

from semisup.report.findings.answers import (
    Answers,
    Duel,
    Halving,
    Saving,
    answer,
    gains,
    labels_needed,
)
from semisup.report.methods import Way

GAN = Way("finetune", "gan")
BUDGETS = (1, 2, 4)
SUPERVISED = {1: 0.10, 2: 0.20, 4: 0.50}
TUNED = {1: 0.30, 2: 0.55, 4: 0.70}
OFFSETS = (-0.01, 0.0, 0.01)


def table(
    supervised: dict[int, float] = SUPERVISED,
    tuned: dict[int, float] = TUNED,
    offsets: tuple[float, ...] = OFFSETS,
) -> pd.DataFrame:
    """Means of the baseline and of fine-tuning after `gan`; every other way is perfect."""
    ways = {("supervised", "none"): supervised, ("finetune", "gan"): tuned}
    perfect = dict.fromkeys(tuned, 1.0)
    ways |= {("head", "gan"): perfect, ("finetune", "other"): perfect}
    return scores(
        *(
            (method, task, budget, draw, mean + offset, 1.0)
            for (method, task), means in ways.items()
            for budget, mean in means.items()
            for draw, offset in enumerate(offsets)
        )
    )


def answered(rows: pd.DataFrame) -> Answers:
    return answer(rows, GAN, 0.95)


@pytest.mark.parametrize(
    ("accuracy", "labels"),
    [(0.30, 1), (0.20, 1), (0.55, 2), (0.425, 2**0.5), (0.70, 4), (0.71, None)],
)
def test_labels_needed_is_linear_in_the_logarithm(accuracy: float, labels: float | None) -> None:
    needed = labels_needed(pd.Series(TUNED), accuracy)
    assert needed == (None if labels is None else pytest.approx(labels))


def test_labels_needed_of_a_curve_that_falls_again_are_the_first() -> None:
    assert labels_needed(pd.Series({1: 0.2, 4: 0.6, 16: 0.4}), 0.4) == pytest.approx(2)


def test_gains_are_fine_tuned_minus_supervised_by_budget() -> None:
    found = gains(table(), GAN, 0.95)
    assert {b: each.mean for b, each in found.items()} == pytest.approx({1: 0.2, 2: 0.35, 4: 0.2})
    assert [each.half for each in found.values()] == pytest.approx([0, 0, 0], abs=1e-9)
    assert answered(table()).gains == found


def test_best_is_the_largest_gain_and_of_equal_ones_the_smallest_budget() -> None:
    assert answered(table()).best == 2
    assert answered(table(tuned=SUPERVISED)).best == 1


def test_best_is_a_sure_gain_where_there_is_one() -> None:
    assert dataclasses.replace(answered(table()), sure=[1, 4]).best == 1


def test_sure_are_budgets_with_more_than_noise() -> None:
    assert answered(table()).sure == [1, 2, 4]
    assert answered(table(tuned=SUPERVISED)).sure == []
    rows = table()
    noisy = (rows["budget"] == 2) & (rows["method"] == "finetune") & (rows["draw"] == 0)
    rows.loc[noisy, "score"] = 0.0
    found = answered(rows)
    assert found.gains[2].mean > 0
    assert found.sure == [1, 4]


def test_worse_are_budgets_with_a_loss_that_is_more_than_noise() -> None:
    found = answered(table(tuned=SUPERVISED | {1: 0.30, 4: 0.30}))
    assert (found.sure, found.worse) == ([1], [4])
    assert answered(table(tuned=dict.fromkeys(BUDGETS, 0.0), offsets=(0.0,))).worse == []


def test_with_a_single_draw_no_gain_is_sure() -> None:
    found = answered(table(tuned=SUPERVISED | {2: 0.91}, offsets=(0.0,)))
    assert found.sure == []
    assert math.isnan(found.gains[2].half)


def test_sure_gains_are_so_all_at_once() -> None:
    """A gain that is beyond its own interval, not beyond that of three budgets together."""
    rows = table(tuned=SUPERVISED | {2: 0.25})
    tuned = (rows["budget"] == 2) & (rows["method"] == "finetune")
    rows.loc[tuned, "score"] += 0.013 * (rows.loc[tuned, "draw"] - 1)
    found = answered(rows)
    assert found.gains[2].above_zero
    assert found.sure == []
    rows.loc[tuned, "score"] += 0.1
    assert answered(rows).sure == [2]


def test_savings_count_validation_too() -> None:
    (saving, _) = answer(table(), GAN, 0.95, 12).savings
    assert saving.needs is not None
    assert saving.change == pytest.approx(2**0.8 / 4 - 1)
    assert saving.change_in_all == pytest.approx((2**0.8 + 12) / (4 + 12) - 1)


def test_savings_are_of_the_two_largest_budgets() -> None:
    # 0.50 of 0.30 to 0.55: four fifths of a doubling; 0.20 is below the smallest budget's
    assert answered(table()).savings == [
        Saving(4, pytest.approx(0.5), pytest.approx(2**0.8)),
        Saving(2, pytest.approx(0.2), 1.0),
    ]
    worse = answered(table(tuned={1: 0.05, 2: 0.10, 4: 0.30})).savings
    assert [saving.needs for saving in worse] == [None, pytest.approx(2**1.5)]


def test_budgets_far_from_filled_save_nothing() -> None:
    """Nobody knows what they are worth in labels per class; the gain there stands."""
    found = answer(table(), GAN, 0.95, 0, [4])
    assert [saving.budget for saving in found.savings] == [2, 1]
    assert [(half.whole, half.half) for half in found.halvings] == [(2, 1)]
    assert [*found.gains] == [1, 2, 4]
    assert found.duel is not None
    assert found.duel.whole == 2


def test_savings_of_one_budget() -> None:
    assert answered(table({7: 0.5}, {7: 0.6})).savings == [Saving(7, pytest.approx(0.5), 7.0)]


def test_halvings_are_of_budgets_whose_half_is_there_largest_first() -> None:
    assert answered(table()).halvings == [
        Halving(4, 2, pytest.approx(-0.15), pytest.approx(0.15 / 0.70)),
        Halving(2, 1, pytest.approx(-0.25), pytest.approx(0.25 / 0.55)),
    ]


@pytest.mark.parametrize(
    ("budgets", "pairs"),
    [
        ([1, 3, 7], []),
        ([5, 10, 25], [(10, 5)]),
        ([3, 6, 7], [(6, 3)]),  # 7 // 2 is there, but no half of 7
        ([1, 2, 4, 8, 16], [(16, 8), (8, 4), (4, 2)]),  # three at most
    ],
)
def test_only_exact_halves_are_halvings(budgets: list[int], pairs: list[tuple[int, int]]) -> None:
    halvings = answer(results(["gan"], budgets), GAN, 0.95).halvings
    assert [(step.whole, step.half) for step in halvings] == pairs


def test_duel_is_by_draw_with_half_of_the_largest_budget() -> None:
    assert answered(table()).duel == Duel(4, 2, 3, 3)
    assert answered(table(tuned=SUPERVISED)).duel == Duel(4, 2, 0, 3)
    rows = table()
    rows.loc[(rows["method"] == "supervised") & (rows["draw"] == 1), "score"] = (
        0.55  # a draw is even
    )
    assert answered(rows).duel == Duel(4, 2, 2, 3)


@pytest.mark.parametrize("budgets", [[4], [1, 4], [3, 7], [2, 4, 7]])
def test_without_half_of_the_largest_budget_there_is_no_duel(budgets: list[int]) -> None:
    assert answer(results(["gan"], budgets), GAN, 0.95).duel is None
