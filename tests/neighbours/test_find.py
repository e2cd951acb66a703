"""Projections and nearest neighbours against plain loops."""

from typing import Any

import numpy as np
import pytest
import torch

from semisup.compute.device import Runtime
from semisup.features.stored import FeatureSet
from semisup.neighbours import find
from semisup.neighbours.find import find_neighbours, nearest, project
from semisup.neighbours.stored import Graph, read_points, write_points
from semisup.params.sections import Neighbours
from semisup.workflow.errors import UserError


def settings(**some: Any) -> Neighbours:
    return Neighbours(**{"count": 3, "dimensions": 4, "whiten": 0.5} | some)


def points(n: int, size: int = 5, seed: int = 0) -> torch.Tensor:
    draw = torch.Generator().manual_seed(seed)
    return torch.nn.functional.normalize(torch.randn(n, size, generator=draw), dim=1)


def parts(*counts: int, size: int = 6, seed: int = 0) -> list[np.ndarray]:
    draw = np.random.default_rng(seed)
    scales = 2.0 ** np.arange(size)
    return [(draw.normal(size=(n, size)) * scales + 3).astype(np.float16) for n in counts]


@pytest.mark.parametrize("memory", [4, 2**20])
@pytest.mark.parametrize(("n", "count"), [(30, 3), (5, 9), (2, 1), (1, 3)])
def test_nearest_by_plain_loops(runtime: Runtime, n: int, count: int, memory: int) -> None:
    vectors = points(n)
    small = Runtime(runtime.device, runtime.dtype, memory * 4 * n)
    numbers, cosines = nearest(vectors, count, small)
    assert numbers.shape == cosines.shape == (n, min(count, n - 1))
    rows = vectors.double().tolist()
    for one in range(n):
        products = {
            other: sum(a * b for a, b in zip(rows[one], rows[other], strict=True))
            for other in range(n)
            if other != one
        }
        best = sorted(products, key=lambda other: -products[other])[:count]
        assert numbers[one].tolist() == best
        expected = [max(0, products[other]) for other in best]
        assert cosines[one].tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("whiten", [0.0, 0.5, 1.0])
def test_projection_by_singular_values(runtime: Runtime, whiten: float) -> None:
    one, two = parts(40, 25)
    found = project([one, two], settings(dimensions=4, whiten=whiten), runtime)
    whole = np.concatenate([one, two]).astype(float)
    centred = whole - whole.mean(axis=0)
    _, values, directions = np.linalg.svd(centred, full_matrices=False)
    deviations = values[:4] / np.sqrt(len(whole))
    expected = centred @ directions[:4].T / deviations**whiten
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-4)
    np.testing.assert_allclose(found.norm(dim=1), 1, rtol=1e-5)


@pytest.mark.parametrize("images", [300, 20])
def test_of_very_wide_features_the_directions_are_as_good(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, images: int
) -> None:
    draw = np.random.default_rng(0)
    patterns = draw.normal(size=(60, 200)) * 0.9 ** np.arange(60)[:, None]
    features = [(draw.normal(size=(images, 60)) @ patterns).astype(np.float16)]
    exact = project(features, settings(dimensions=8), runtime)
    monkeypatch.setattr(find, "EXACT_WIDTH", 100)
    state = torch.get_rng_state()
    wide = project(features, settings(dimensions=8), runtime)
    torch.testing.assert_close(wide @ wide.T, exact @ exact.T, atol=1e-3, rtol=0)
    assert torch.equal(wide, project(features, settings(dimensions=8), runtime))
    assert torch.equal(state, torch.get_rng_state())


def test_few_images_are_looked_at_where_they_are_wide(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = parts(300, 300)
    monkeypatch.setattr(find, "FIT_IMAGES", 100)
    few = project(features, settings(dimensions=6), runtime)
    monkeypatch.setattr(find, "FIT_IMAGES", 10_000)
    monkeypatch.setattr(find, "FIT_VALUES", 100 * 6)
    torch.testing.assert_close(project(features, settings(dimensions=6), runtime), few)


def test_blocks_change_nothing(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    features = parts(40, 25)
    whole = project(features, settings(), runtime)
    monkeypatch.setattr(find, "BLOCK_VALUES", 40)
    torch.testing.assert_close(project(features, settings(), runtime), whole)


def test_directions_come_from_a_part_of_many_images(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = parts(300, 300)
    monkeypatch.setattr(find, "FIT_IMAGES", 100)
    found = project(features, settings(dimensions=6), runtime)
    every = 600 // 100
    alone = project([part[::every] for part in features], settings(dimensions=6), runtime)
    own = torch.cat([found[:300:every], found[300::every]])
    torch.testing.assert_close(own, alone)


@pytest.mark.parametrize(
    "features",
    [np.ones((4, 6), np.float16), np.zeros((4, 6), np.float16), np.ones((1, 6), np.float16)],
    ids=["equal", "zero", "single"],
)
def test_images_that_differ_in_nothing(runtime: Runtime, features: np.ndarray) -> None:
    found = project([features], settings(), runtime)
    assert found.isfinite().all()
    assert found.shape[0] == len(features)


def test_graph_is_of_train_and_pool_and_is_stored(runtime: Runtime, tmp_path: Any) -> None:
    plain, pool = parts(6, 9)
    train = np.stack([plain, plain + np.float16(1)], axis=1)  # another view, not to be looked at
    nothing = np.zeros((0, 6), np.float16)
    features = FeatureSet(
        train, np.array([4, 5, 6, 9, 11, 12]), pool, np.arange(20, 29), nothing, nothing
    )
    graph, stored = find_neighbours(features, settings(), runtime)
    assert graph.ids.tolist() == [4, 5, 6, 9, 11, 12, *range(20, 29)]
    projected = project([plain, pool], settings(), runtime)
    assert np.array_equal(stored, projected.half())
    numbers, cosines = nearest(projected, 3, runtime)
    assert np.array_equal(graph.neighbours, numbers)
    assert np.array_equal(graph.similarities, cosines)
    graph.write(tmp_path)
    write_points(stored, tmp_path)
    assert np.array_equal(read_points(tmp_path), stored)
    again = Graph.read(tmp_path)
    for name in ("ids", "neighbours", "similarities"):
        assert np.array_equal(getattr(again, name), getattr(graph, name))


def test_graph_that_is_not_there(tmp_path: Any) -> None:
    with pytest.raises(UserError, match=r"ids\.npy: not there yet; run `dvc repro`"):
        Graph.read(tmp_path)
    with pytest.raises(UserError, match=r"points\.npy: not there yet; run `dvc repro`"):
        read_points(tmp_path)
