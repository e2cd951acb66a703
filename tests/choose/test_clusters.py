"""k-means against plain loops."""

import numpy as np
import pytest
import torch

from semisup.choose import clusters
from semisup.choose.clusters import clusters_of, first_centres, nearest_centres
from semisup.compute.device import Runtime


def points(n: int, size: int = 3, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, size, generator=torch.Generator().manual_seed(seed))


def groups(*sizes: int) -> torch.Tensor:
    """Points close to (10, 0, 0), (20, 0, 0) and so on."""
    centres = [torch.tensor([10.0 * (at + 1), 0, 0]) for at in range(len(sizes))]
    parts = [c + 0.1 * points(n, seed=n) for c, n in zip(centres, sizes, strict=True)]
    return torch.cat(parts)


def squared(one: list[float], other: list[float]) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def slow_rounds(rows: list[list[float]], centres: list[list[float]]) -> list[int]:
    """Lloyd's algorithm until nothing changes."""
    found: list[int] = []
    while True:
        nearest = [min(range(len(centres)), key=lambda c: squared(row, centres[c])) for row in rows]
        if nearest == found:
            return found
        found = nearest
        for number in range(len(centres)):
            own = [row for row, at in zip(rows, found, strict=True) if at == number]
            centres[number] = [sum(values) / len(own) for values in zip(*own, strict=True)]


@pytest.mark.parametrize("memory", [4 * 16 * 5, 2**20])
@pytest.mark.parametrize("seed", range(4))
def test_clusters_by_plain_loops(runtime: Runtime, seed: int, memory: int) -> None:
    rows = points(40, seed=seed)
    small = Runtime(runtime.device, runtime.dtype, memory)
    expected = slow_rounds(rows.tolist(), first_centres(rows, 5, seed).tolist())
    assert clusters_of(rows, 5, small, seed).tolist() == expected


def test_groups_are_found(runtime: Runtime) -> None:
    found = clusters_of(groups(30, 5, 12), 3, runtime, 0).tolist()
    assert len({*found[:30]}) == len({*found[30:35]}) == len({*found[35:]}) == 1
    assert len({*found}) == 3


def test_other_seeds_begin_elsewhere() -> None:
    rows = points(50)
    starts = {tuple(first_centres(rows, 1, seed)[0].tolist()) for seed in range(20)}
    assert len(starts) > 10
    assert torch.equal(first_centres(rows, 9, 3), first_centres(rows, 9, 3))


def test_centres_are_drawn_by_their_squared_distance() -> None:
    rows = torch.tensor([[0.0], [1.0], [3.0]])
    after_the_first = []
    for seed in range(1500):
        first, second = first_centres(rows, 2, seed)[:, 0].tolist()
        assert first != second
        if first == 0:
            after_the_first.append(second)
    share = after_the_first.count(3.0) / len(after_the_first)
    assert share == pytest.approx(9 / 10, abs=0.03)


def test_no_more_centres_than_points_differ(runtime: Runtime) -> None:
    rows = torch.tensor([[1.0, 2], [1, 2], [5, 6], [5, 6], [5, 6]])
    assert sorted(first_centres(rows, 4, 0).tolist()) == [[1, 2], [5, 6]]
    found = clusters_of(rows, 4, runtime, 0).tolist()
    assert found in ([0, 0, 1, 1, 1], [1, 1, 0, 0, 0])


def test_an_empty_cluster_goes_to_the_farthest_point(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = torch.tensor([[0.0], [1.0], [2.0], [9.0]])
    monkeypatch.setattr(
        clusters, "first_centres", lambda *_: torch.tensor([[1.0], [100.0]])
    )  # none is near the second
    assert clusters_of(rows, 2, runtime, 0).tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize("memory", [4 * 16 * 7, 2**20])
def test_nearest_centres_by_plain_loops(runtime: Runtime, memory: int) -> None:
    rows, centres = points(20), points(7, seed=1)
    found, distances = nearest_centres(
        rows, centres, Runtime(runtime.device, runtime.dtype, memory)
    )
    every = np.array([[squared(r, c) for c in centres.tolist()] for r in rows.tolist()])
    assert found.tolist() == every.argmin(axis=1).tolist()
    np.testing.assert_allclose(distances, every.min(axis=1), rtol=1e-4, atol=1e-5)
