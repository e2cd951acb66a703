"""Temperature, calibration error and threshold against slow references."""

import numpy as np
import pytest

from semisup.model import calibration
from semisup.model.calibration import (
    above,
    calibration_error,
    probabilities,
    threshold,
    without_threshold,
)


def answers(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, 4) and labels; twice as sure as they should be."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, 4))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(4, p=row) for row in shares])
    return (2 * logits).astype(np.float32), labels


def likelihood(logits: np.ndarray, labels: np.ndarray, temperature: float) -> float:
    total = 0.0
    for row, label in zip(logits.astype(float), labels, strict=True):
        total += row[label] / temperature - np.log(np.sum(np.exp(row / temperature)))
    return total


def test_temperature_is_the_likeliest() -> None:
    logits, labels = answers()
    found = calibration.temperature(logits, labels)
    assert found == pytest.approx(2, rel=0.15), "how much too sure they are"
    best = max(np.linspace(1.5, 2.5, 201), key=lambda t: likelihood(logits, labels, t))
    assert found == pytest.approx(best, abs=0.03)


def test_few_images_hardly_change_how_sure_answers_are() -> None:
    """Right ones would make it as sure as can be, without end."""
    logits, labels = np.array([[1.0, 0], [0, 1]], np.float32), np.arange(2)
    for copies, low, high in ((1, 0.7, 0.9), (10, 0.3, 0.7), (10**5, 0.2, 0.201)):
        many = np.tile(logits, (copies, 1)), np.tile(labels, copies)
        assert low < calibration.temperature(*many) < high


def test_temperature_has_bounds() -> None:
    logits, labels = np.tile(np.eye(4, dtype=np.float32), (1000, 1)), np.tile(np.arange(4), 1000)
    assert calibration.temperature(logits, labels) == pytest.approx(calibration.COLDEST, rel=1e-3)
    assert calibration.temperature(np.empty((0, 4), np.float32), np.empty(0, int)) == 1


def test_probabilities_of_large_logits() -> None:
    found = probabilities(np.array([[1000.0, 998.0], [0.0, 0.0]], np.float32), 2.0)
    np.testing.assert_allclose(found, [[1 / (1 + np.exp(-1)), 1 / (1 + np.e)], [0.5, 0.5]])


def test_calibration_error_bin_by_bin() -> None:
    rng = np.random.default_rng(1)
    sure, right = rng.uniform(0.1, 1, 300), rng.random(300) < 0.6
    sure[0] = 1.0
    gap = 0.0
    for number in range(15):
        low, high = number / 15, (number + 1) / 15
        inside = (sure >= low) & ((sure < high) | ((number == 14) & (sure == 1)))
        if inside.any():
            gap += inside.mean() * abs(sure[inside].mean() - right[inside].mean())
    assert calibration_error(sure, right) == pytest.approx(gap)
    assert np.isnan(calibration_error(np.empty(0), np.empty(0, bool)))


@pytest.mark.parametrize("precision", [0.5, 0.8, 0.9])
def test_threshold_is_the_lowest_that_keeps_the_promise(precision: float) -> None:
    rng = np.random.default_rng(2)
    sure = np.round(rng.uniform(0.2, 1, 200), 2)  # with ties
    right = rng.random(200) < sure
    found = threshold(sure, right, precision)
    coverages = [
        (sure > t).sum()
        for t in np.append(np.unique(sure) - 0.001, 1.0)
        if (sure > t).sum() >= 1 / (1 - precision) and right[sure > t].mean() >= precision
    ]
    assert (sure > found).sum() == max(coverages) > 0
    told = above(found, sure, right)
    assert told.precision >= precision
    assert told.coverage == (sure > found).mean()


@pytest.mark.parametrize(
    ("right", "why"),
    [
        ([False] * 40, "none is right"),
        ([True] * 19, "too few to promise 95 %"),
        ([], "there are none"),
    ],
)
def test_no_threshold_keeps_the_promise(right: list[bool], why: str) -> None:
    found = threshold(np.linspace(0.5, 0.9, len(right)), np.array(right, bool), 0.95)
    assert found == 1.0, why


@pytest.mark.parametrize(("count", "precision"), [(10, 0.9), (20, 0.95), (100, 0.99)])
def test_one_wrong_answer_may_be_among_just_enough(count: int, precision: float) -> None:
    sure = np.linspace(0.9, 0.5, count)
    wrong_last = np.arange(count) < count - 1
    assert (sure > threshold(sure, wrong_last, precision)).all()
    assert threshold(sure[1:], wrong_last[1:], precision) == 1.0


def test_all_answers_are_sure_where_all_are_right() -> None:
    sure = np.linspace(0.5, 0.9, 20)
    found = threshold(sure, np.ones(20, bool), 0.95)
    assert above(found, sure, np.ones(20, bool)) == calibration.Sure(1.0, 1.0)


@pytest.mark.parametrize(("precision", "right"), [(0.55, 55), (0.56, 56)])
def test_just_enough_right_answers_keep_the_promise(precision: float, right: int) -> None:
    """Though in floating point 0.55 of 100 is more than 55."""
    assert precision * 100 > right
    sure, first = np.linspace(0.9, 0.5, 100), np.arange(100) < right
    found = above(threshold(sure, first, precision), sure, first)
    assert (found.coverage, found.precision) == (1.0, precision)


@pytest.mark.parametrize(("precision", "fewest"), [(0.5, 2), (0.9, 10), (0.95, 20), (0.99, 100)])
def test_so_many_right_answers_as_are_said_are_enough(precision: float, fewest: int) -> None:
    sure, right = np.linspace(0.6, 0.9, fewest), np.ones(fewest, bool)
    assert threshold(sure, right, precision) < 1
    assert threshold(sure[1:], right[1:], precision) == 1
    assert f"{fewest} or more answers" in without_threshold(fewest - 1, precision)
