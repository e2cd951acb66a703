"""What is done for all classes at once, against a look at one class after the other."""

import numpy as np
import pytest
from numpy.typing import NDArray

from semisup.data.dataset import Ints
from semisup.split import held
from semisup.split.held import Bools, by_class, draw_test


def one_by_one(labels: Ints, chosen: Bools) -> list[Ints]:
    return [np.flatnonzero(chosen & (labels == c)) for c in np.unique(labels[labels >= 0])]


@pytest.mark.parametrize(
    "labels",
    [[], [-1, -1], [3], [5, -1, 2, 2, 5, 9, -1, 2]],
    ids=["no images", "no classes", "one", "several"],
)
@pytest.mark.parametrize("every", [True, False])
def test_members_of_each_class(labels: list[int], every: bool) -> None:
    given = np.array(labels, np.int64)
    chosen = np.arange(len(given)) % 3 != 2
    found = by_class(given, np.ones_like(chosen) if every else chosen)
    expected = one_by_one(given, np.ones_like(chosen) if every else chosen)
    assert [some.tolist() for some in found] == [some.tolist() for some in expected]
    assert all(some.dtype == given.dtype for some in found)


def drawn_one_by_one(
    labels: Ints, height: NDArray[np.float64], among: Bools, fraction: float
) -> Bools:
    each = [np.unique(height[among & (labels == label)]) for label in np.unique(labels[among])]
    free = among & ~np.isin(height, [some[0] for some in each if len(some) == 1])
    drawn: Bools = free & (height < fraction)
    for label in np.unique(labels[among]):
        members = labels == label
        heights = np.unique(height[free & members])
        if len(heights) and not (drawn & members).any():
            drawn |= free & (height == heights[0])
        elif len(heights) and drawn[among & members].all():
            drawn &= height != heights[-1]
    return drawn


@pytest.mark.parametrize("fraction", [0.02, 0.3, 0.9])
@pytest.mark.parametrize("keys", [30, 10_000], ids=["that classes share", "of an image each"])
def test_images_drawn_for_test(fraction: float, keys: int) -> None:
    """Classes of a few images, so that many have a key that changes sides, or a single one."""
    rng = np.random.default_rng(0)
    for count in (1, 5, 40, 200):
        labels = rng.integers(0, max(1, count // 4), count)
        key = rng.integers(0, keys, count).astype(np.uint64)
        among = rng.random(count) < 0.8
        expected = drawn_one_by_one(labels, held._mixed(key, 3), among, fraction)
        assert np.array_equal(draw_test(labels, key, among, fraction, 3), expected)
