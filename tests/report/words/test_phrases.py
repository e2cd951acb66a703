import math

import pytest

from semisup.report.words import phrases


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "-"),
        (999, "999"),
        (1000, "1.0k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (845_568, "846k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (128_000_000, "128M"),
        (2_500_000_000, "2.5G"),
    ],
)
def test_short_count(number: int, shown: str) -> None:
    assert phrases.short_count(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(1.23, "1.2"), (1.96, "2"), (2.96, "3"), (4.73, "5"), (120.4, "120")],
)
def test_few_labels_are_told_to_a_tenth(number: float, shown: str) -> None:
    assert phrases.about(number) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.12345, "+12.3"), (-0.08, "-8.0"), (0.0, "+0.0"), (-0.0004, "+0.0"), (-0.0006, "-0.1")],
)
def test_points_have_a_sign_but_no_negative_zero(share: float, shown: str) -> None:
    assert phrases.points(share) == shown


@pytest.mark.parametrize(("half", "shown"), [(0.0248, "±2.5"), (0.0, "±0.0"), (math.nan, "")])
def test_interval_that_is_unknown_is_not_shown(half: float, shown: str) -> None:
    assert phrases.plus_minus(half) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(1, "1 label per class"), (16, "16 labels per class")]
)
def test_labels(number: int, shown: str) -> None:
    assert phrases.labels(number) == shown


def test_several_budgets() -> None:
    assert phrases.labels([1]) == "1 label per class"
    assert phrases.labels([1, 2]) == "1, 2 labels per class"


@pytest.mark.parametrize(
    ("mean", "half", "shown"),
    [
        (0.5, 0.1, "50.0±10.0"),
        (0.5, math.nan, "50.0"),
        (0.05, 0.18, "5.0 (0-23)"),
        (0.95, 0.18, "95.0 (77-100)"),
        (0.5, 2.0, "50.0 (0-100)"),
        (0.0, 0.0, "0.0±0.0"),
    ],
)
def test_intervals_stay_within_0_and_100(mean: float, half: float, shown: str) -> None:
    assert phrases.with_interval(mean, half) == shown
    assert shown.startswith(f"{100 * mean:.1f}")
    assert phrases.interval(mean, half) == shown.removeprefix(f"{100 * mean:.1f}").strip()


def test_capital_letter_leaves_the_rest_as_it_is() -> None:
    assert phrases.sentence("fine-tuned on a GAN") == "Fine-tuned on a GAN"


@pytest.mark.parametrize(
    ("draws", "shown"), [(1, "one draw"), (3, "mean and 95% interval over 3 draws")]
)
def test_figures_say_what_their_bars_are(draws: int, shown: str) -> None:
    assert phrases.what_is_shown(draws, 0.95) == shown


@pytest.mark.parametrize(
    ("confidence", "shown"),
    [(0.95, "95%"), (0.9, "90%"), (0.999, "99.9%"), (0.99999, "99.999%"), (0.29, "29%")],
)
def test_no_interval_is_said_to_be_of_all_cases(confidence: float, shown: str) -> None:
    assert phrases.level(confidence) == shown
