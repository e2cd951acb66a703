"""The learning rate over a training."""

import math

import pytest

from semisup.training.schedule import schedule


@pytest.mark.parametrize("updates", [20, 100, 1000])
def test_rises_in_a_line_and_falls_by_half_a_cosine(updates: int) -> None:
    rates = [schedule(update, updates) for update in range(updates)]
    rising = updates // 20
    assert rates[:rising] == pytest.approx([(n + 1) / rising for n in range(rising)])
    falling = updates - rising
    expected = [(1 + math.cos(math.pi * n / falling)) / 2 for n in range(falling)]
    assert rates[rising:] == pytest.approx(expected)
    assert max(rates) == 1


def test_a_single_update_has_the_whole_rate() -> None:
    assert schedule(0, 1) == 1
