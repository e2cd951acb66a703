import math
import statistics

import numpy as np
import pandas as pd
import pytest
from made_up import THREE_DRAWS
from scipy import stats

from semisup.report.methods import BASELINE, Way
from semisup.report.tables.headline import HITS, SCORE, SHARED
from semisup.report.tables.interval import (
    Interval,
    bonferroni_confidence,
    ends,
    gain,
    half_width,
    mean_over_draws,
    unpaired_variance,
    with_image_noise,
)

TUNED = Way("finetune", "rotation")


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_interval_is_students_t(confidence: float) -> None:
    values = [0.20, 0.30, 0.25]
    table = mean_over_draws(THREE_DRAWS, SCORE, confidence).set_index("method")
    low, high = stats.t.interval(
        confidence, 2, statistics.mean(values), statistics.stdev(values) / math.sqrt(3)
    )
    assert table.loc["supervised", "mean"] == pytest.approx(0.25)
    assert table.loc["supervised", "half"] == pytest.approx((high - low) / 2)


def test_no_interval_of_shares_is_wider_than_all_there_is() -> None:
    """Two draws that have nearly all images in common tell next to nothing."""
    assert half_width(0.1, 2, 0.95, 0.97) == 1
    assert half_width(0.1, 2, 0.95, 0.0) == pytest.approx(12.7062 * 0.1 / math.sqrt(2), rel=1e-4)
    assert with_image_noise(1.0, 0.1, 0.95) == 1
    assert math.isnan(half_width(0.1, 1, 0.95, 0.97))


def test_one_draw_has_no_interval() -> None:
    one = THREE_DRAWS[THREE_DRAWS["draw"] == 0]
    table = mean_over_draws(one, SCORE, 0.95)
    assert table["mean"].tolist() == [0.20, 0.5]
    assert table["half"].isna().all()
    ahead = gain(one, SCORE, TUNED, BASELINE, 0.95)[4]
    assert ahead.mean == pytest.approx(0.3)
    assert not ahead.known


def test_half_widths_of_several_counts_at_once() -> None:
    halves = half_width([0.1, 0.1, 0.1], [1, 2, 5], 0.95)
    assert math.isnan(halves[0])
    assert halves[1:] == pytest.approx([12.70620 * 0.1 / 2**0.5, 2.77645 * 0.1 / 5**0.5], rel=1e-4)


@pytest.mark.parametrize("there", [70, 100, 2400])
@pytest.mark.parametrize("draws", [3, 5])
def test_interval_covers_whatever_draws_have_in_common(there: int, draws: int) -> None:
    """An accuracy that is the mean of a figure of each labelled image, in 4,000 whole studies."""
    rng = np.random.default_rng(0)
    labels, studies = 64, 4000
    values = rng.normal(size=(studies, there))
    draw = [rng.permuted(values, axis=1)[:, :labels].mean(axis=1) for _ in range(draws)]
    std = np.std(draw, axis=0, ddof=1)
    halves = half_width(std, np.full(studies, draws), 0.9, labels / there)
    assert (abs(np.mean(draw, axis=0)) < halves).mean() == pytest.approx(0.9, abs=0.025)


def test_where_draws_have_all_in_common_the_rest_of_the_noise_counts() -> None:
    assert half_width(0.1, 3, 0.95, 1.0) == half_width(0.1, 3, 0.95)
    shared = THREE_DRAWS.assign(**{SHARED: 0.5})
    plain, wide = (gain(table, SCORE, TUNED, BASELINE, 0.95)[4] for table in (THREE_DRAWS, shared))
    assert wide.half == pytest.approx(2 * plain.half)
    means = [mean_over_draws(table, SCORE, 0.95)["half"] for table in (THREE_DRAWS, shared)]
    assert means[1].tolist() == pytest.approx((2 * means[0]).tolist())


def test_gain_is_paired_by_draw() -> None:
    found = gain(THREE_DRAWS, SCORE, TUNED, BASELINE, 0.95)[4]
    differences = [0.3, 0.3, 0.36239]
    half = stats.t.ppf(0.975, 2) * statistics.stdev(differences) / math.sqrt(3)
    assert found.mean == pytest.approx(statistics.mean(differences))
    assert found.half == pytest.approx(half)


def test_gain_does_not_depend_on_the_order_of_rows() -> None:
    ordered = gain(THREE_DRAWS, SCORE, TUNED, BASELINE, 0.95)[4]
    turned = gain(THREE_DRAWS[::-1], SCORE, TUNED, BASELINE, 0.95)[4]
    assert turned.mean == pytest.approx(ordered.mean)
    assert turned.half == pytest.approx(ordered.half)


def test_gain_leaves_out_budgets_without_the_score() -> None:
    more = pd.concat([THREE_DRAWS, THREE_DRAWS.assign(budget=8, top5=np.nan)])
    assert [*gain(more, "top5", TUNED, BASELINE, 0.95)] == [4]


def test_gains_stand_by_ascending_budget() -> None:
    more = pd.concat([THREE_DRAWS.assign(budget=budget) for budget in (16, 100, 4)])
    assert [*gain(more, SCORE, TUNED, BASELINE, 0.95)] == [4, 16, 100]


@pytest.mark.parametrize(
    ("mean", "half", "above"),
    [
        (0.2, 0.1, True),
        (0.1, 0.1, False),
        (0.1, 0.2, False),
        (-0.3, 0.1, False),
        (0.1, math.nan, False),  # a single draw: who knows
        (0.0, math.nan, False),
        (-0.1, math.nan, False),
    ],
)
def test_above_zero_is_by_more_than_the_noise(mean: float, half: float, above: bool) -> None:
    assert Interval(mean, half).above_zero == Interval(-mean, half).below_zero == above
    assert Interval(mean, half).known == (not math.isnan(half))


def with_hits(images: int, draws: int = 3) -> pd.DataFrame:
    """Two ways that are right in each image by a chance of its own, the same in every draw."""
    draw = np.random.default_rng(0)
    easy = draw.random(images)
    rows = []
    for way in (BASELINE, TUNED):
        for number in range(draws):
            hits = draw.random(images) < easy
            rows.append((*way, 4, number, hits.mean(), hits))
    return pd.DataFrame(rows, columns=["method", "task", "budget", "draw", SCORE, HITS])


def test_interval_counts_the_noise_of_a_finite_test_set() -> None:
    table = with_hits(50)
    found = gain(table, SCORE, TUNED, BASELINE, 0.95)[4]
    first, second = (
        np.stack(table[table["method"] == way.method][HITS]) for way in (TUNED, BASELINE)
    )
    differences = first.astype(float) - second
    of_draws = differences.mean(axis=1).std(ddof=1) / 3**0.5 * stats.t.ppf(0.975, 2)
    two_more = [*differences.mean(axis=0), 1, -1]
    of_images = np.std(two_more, ddof=1) / 50**0.5 * stats.t.ppf(0.975, 49)
    assert found.half == pytest.approx(math.hypot(of_draws, of_images), rel=1e-4)
    half = mean_over_draws(table, SCORE, 0.95).set_index("method").loc["finetune", "half"]
    own = first.mean(axis=0).std(ddof=1) / 50**0.5 * stats.norm.ppf(0.975)
    between = first.mean(axis=1).std(ddof=1) / 3**0.5 * stats.t.ppf(0.975, 2)
    assert half == pytest.approx(math.hypot(own, between), rel=1e-4)


@pytest.mark.parametrize(
    ("right", "of", "sure"), [(1, 1, False), (2, 2, False), (5, 10, False), (9, 10, True)]
)
def test_few_images_that_all_speak_for_one_are_no_proof(right: int, of: int, sure: bool) -> None:
    """In draws that agree, as those of frozen encoders do: 10 of 10 right against 10 - `right`."""
    rows = [
        (*way, 4, draw, hits.mean(), hits)
        for way, hits in ((TUNED, np.ones(of, bool)), (BASELINE, np.arange(of) >= right))
        for draw in range(3)
    ]
    table = pd.DataFrame(rows, columns=["method", "task", "budget", "draw", SCORE, HITS])
    found = gain(table, SCORE, TUNED, BASELINE, bonferroni_confidence(0.95, 7))[4]
    assert found.mean == pytest.approx(right / of)
    assert found.above_zero == sure


@pytest.mark.parametrize("images", [4, 10, 50])
def test_equal_ways_are_seldom_told_apart(images: int) -> None:
    draw, false, runs = np.random.default_rng(0), 0, 1500
    for _ in range(runs):
        hits = [draw.random(images) < 0.6 for _ in range(2)]
        rows = [
            (*way, 4, number, each.mean(), each)
            for way, each in zip((TUNED, BASELINE), hits, strict=True)
            for number in range(2)
        ]
        table = pd.DataFrame(rows, columns=["method", "task", "budget", "draw", SCORE, HITS])
        found = gain(table, SCORE, TUNED, BASELINE, 0.95)[4]
        false += found.above_zero or found.below_zero
    assert false / runs < 0.06


def test_one_more_image_right_in_every_draw_is_no_gain() -> None:
    table = with_hits(300)
    base = table[table["method"] == "supervised"]
    better = [np.where(np.arange(300) == np.flatnonzero(~h)[0], True, h) for h in base[HITS]]
    ahead = base.assign(method="finetune", task="rotation", **{HITS: better})
    ahead[SCORE] = base[SCORE] + 1 / 300
    found = gain(pd.concat([base, ahead]), SCORE, TUNED, BASELINE, 0.95)[4]
    assert found.mean == pytest.approx(1 / 300)
    assert not found.above_zero
    one = gain(pd.concat([base, ahead]).query("draw == 0"), SCORE, TUNED, BASELINE, 0.95)[4]
    assert not one.known


def test_confidence_of_each_so_that_all_hold_together() -> None:
    assert bonferroni_confidence(0.95, 1) == pytest.approx(0.95)
    assert bonferroni_confidence(0.95, 5) == pytest.approx(0.99)
    # independent intervals at that level hold at once at the wanted one, or a little more
    assert bonferroni_confidence(0.95, 7) ** 7 == pytest.approx(0.951, abs=2e-3)


def test_ends_stay_within_0_and_1() -> None:
    low, high = ends(np.array([0.05, 0.5, 0.97]), np.array([0.1, math.nan, 0.1]))
    assert low.tolist() == pytest.approx([0, 0.5, 0.87])
    assert high.tolist() == pytest.approx([0.15, 0.5, 1])


@pytest.mark.parametrize("right", [True, False])
def test_all_alike_right_does_not_make_an_accuracy_certain(right: bool) -> None:
    """As if of 20 images one more were of the other kind."""
    one = THREE_DRAWS[THREE_DRAWS["method"] == "supervised"].assign(**{SCORE: float(right)})
    one[HITS] = [np.full(20, right)] * 3
    half = stats.norm.ppf(0.975) * math.sqrt(21 / 22 * 1 / 22 / 20)
    assert mean_over_draws(one, SCORE, 0.95)["half"].tolist() == pytest.approx([half])
    assert unpaired_variance(float(right), 20) == pytest.approx(21 / 22 * 1 / 22 / 20)


def test_variance_of_an_accuracy_is_the_usual_one_elsewhere() -> None:
    assert unpaired_variance(0.9, 20) == pytest.approx(0.9 * 0.1 / 20)
