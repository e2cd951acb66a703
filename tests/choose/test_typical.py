"""Which images are chosen, by plain loops."""

import math

import numpy as np
import pytest
import torch

from semisup.choose import typical as module
from semisup.choose.typical import at_random, typical, typicality
from semisup.compute.device import Runtime

NONE = np.empty(0, np.int64)


def points(n: int, size: int = 3, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, size, generator=torch.Generator().manual_seed(seed))


def grouped(*sizes: int) -> torch.Tensor:
    """Groups far from each other; all others of a group are nearer to its first than among them."""
    parts = []
    for at, size in enumerate(sizes):
        group = torch.eye(max(sizes))[:size]
        group[0] = 0
        parts.append(group + 100 * at)
    return torch.cat(parts)


@pytest.mark.parametrize("memory", [4, 2**20])
@pytest.mark.parametrize(("n", "nearest"), [(9, 20), (30, 3), (2, 20)])
def test_typicality_by_plain_loops(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, n: int, nearest: int, memory: int
) -> None:
    monkeypatch.setattr(module, "NEAREST", nearest)
    found = typicality(points(n), Runtime(runtime.device, runtime.dtype, memory * 8 * n))
    rows = points(n).tolist()
    k = min(nearest, n // 2)
    for one in range(n):
        others = sorted(math.dist(rows[one], rows[other]) for other in range(n) if other != one)
        assert float(found[one]) == pytest.approx(k / sum(others[:k]), rel=1e-4)


def test_typicality_of_one_and_of_equal_points(runtime: Runtime) -> None:
    assert typicality(points(1), runtime).tolist() == [1.0]
    assert typicality(torch.ones(5, 3), runtime).isfinite().all()


def test_largest_clusters_come_first_and_their_densest_image(runtime: Runtime) -> None:
    picks = typical(grouped(8, 20, 12), NONE, 3, 99, runtime, 0)
    assert [(pick.number, pick.size, pick.covered) for pick in picks] == [
        *((8, 20, 0), (28, 12, 0), (0, 8, 0)),
    ]
    assert len({pick.cluster for pick in picks}) == 3


def test_labelled_clusters_are_passed_over(runtime: Runtime) -> None:
    labelled = np.array([9])  # of the largest
    picks = typical(grouped(8, 20, 12), labelled, 3, 3, runtime, 0)
    assert [(pick.number, pick.covered) for pick in picks] == [(28, 0), (0, 0), (8, 1)]


def test_small_clusters_come_last(runtime: Runtime) -> None:
    picks = typical(grouped(5, 30), NONE, 35, 2, runtime, 0)
    assert [pick.size for pick in picks] == [30] * 30 + [5] * 5
    assert sorted(pick.number for pick in picks) == [*range(35)]


def test_where_all_are_small_the_mean_counts(runtime: Runtime) -> None:
    picks = typical(grouped(5, 4, 3, 4, 4), NONE, 5, 5, runtime, 0)
    assert [pick.size for pick in picks] == [5, 4, 4, 4, 3]


def test_several_of_a_cluster_where_there_are_few(runtime: Runtime) -> None:
    picks = typical(grouped(8, 12), NONE, 5, 2, runtime, 0)
    assert [pick.size for pick in picks] == [12, 8, 12, 8, 12]
    assert [pick.covered for pick in picks] == [0, 0, 1, 1, 2]
    assert len({pick.number for pick in picks}) == 5


def test_no_more_than_there_are(runtime: Runtime) -> None:
    picks = typical(points(6), np.array([0, 3]), 9, 99, runtime, 0)
    assert sorted(pick.number for pick in picks) == [1, 2, 4, 5]


def test_seeds_choose_differently_and_the_same_again(runtime: Runtime) -> None:
    rows = points(200)
    chosen = [
        [pick.number for pick in typical(rows, NONE, 10, 99, runtime, seed)] for seed in (0, 1, 0)
    ]
    assert chosen[0] == chosen[2] != chosen[1]


def test_random_images_are_different_ones_and_nest() -> None:
    found = at_random(20, 8, 3)
    assert len(np.unique(found)) == 8
    assert found.max() < 20
    assert np.array_equal(at_random(20, 5, 3), found[:5])
    assert not np.array_equal(at_random(20, 8, 4), found)
