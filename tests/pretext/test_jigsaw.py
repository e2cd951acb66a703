"""Puzzles can be put back, permutations lie far apart, and only content solves them."""

import math
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from short_training import (
    accuracy,
    build,
    flat,
    four_deviations,
    images,
    slow_cross_entropy,
    train,
)
from torch import Tensor

from semisup.pretext.jigsaw import (
    Settings,
    Task,
    assemble,
    cut_tiles,
    far_apart,
    grid_of,
    put_back,
    shuffle,
    tile_side,
)
from semisup.pretext.shared import patches

VALUES = {
    **{"grid": "auto", "permutations": 24, "gap": 0.15, "color_drop": 0.66},
    **{"lr": 0.1, "weight_decay": 0.0, "batch_images": 16},
}


def settings(**edits: Any) -> Settings:
    return Settings.model_validate(VALUES | edits)


def task(channels: int = 3, side: int = 16, name: str = "small", **edits: Any) -> Task:
    return build(Task, settings(**edits), channels, side, name)


@pytest.mark.parametrize(("grid", "size"), [(2, 24), (3, 24), (4, 24), (2, 16)])
def test_without_gap_the_tiles_make_up_the_image(grid: int, size: int) -> None:
    whole = images(4, 3, size)
    tiles = cut_tiles(whole, grid, tile_side(grid, 0.0, size))
    assert torch.equal(assemble(tiles, grid, size), whole)


@pytest.mark.parametrize(("grid", "size"), [(2, 24), (3, 28), (4, 96)])
def test_a_puzzle_solved_by_its_label_is_as_before(grid: int, size: int) -> None:
    whole = images(6, 3, size)
    tiles = cut_tiles(whole, grid, tile_side(grid, 0.15, size))
    orders = torch.from_numpy(far_apart(grid**2, 24))[torch.arange(6) + 3]
    shuffled = shuffle(tiles, orders)
    for n in range(6):
        for place, origin in enumerate(orders[n].tolist()):
            assert torch.equal(shuffled[n, place], tiles[n, origin])
    assert not torch.equal(shuffled, tiles)
    assert torch.equal(put_back(shuffled, orders), tiles)


@pytest.mark.parametrize(("grid", "size"), [(2, 24), (3, 28), (4, 30)])
def test_tiles_lie_anywhere_in_their_cells(grid: int, size: int) -> None:
    coordinates = torch.stack(torch.meshgrid(*[torch.arange(size)] * 2, indexing="ij")).float()
    side, cell = tile_side(grid, 0.25, size), size // grid
    assert side < cell
    torch.manual_seed(0)
    tiles = cut_tiles(coordinates.expand(400, 2, size, size), grid, side)
    for number in range(grid**2):
        for axis, start in enumerate([number // grid * size // grid, number % grid * size // grid]):
            first = tiles[:, number, axis, 0, 0].int().unique().tolist()
            assert first == [*range(start, start + cell - side + 1)]
            assert torch.equal(
                tiles[:, number, axis, -1, -1] - tiles[:, number, axis, 0, 0],
                torch.full((400,), side - 1.0),
            )


@pytest.mark.parametrize(
    ("size", "grid"), [(16, 2), (24, 2), (28, 2), (32, 2), (41, 2), (42, 3), (48, 3), (96, 3)]
)
def test_auto_is_three_where_tiles_are_large_enough(size: int, grid: int) -> None:
    assert grid_of(settings(), size) == grid
    assert grid_of(settings(grid=4), size) == 4


def test_views_are_the_share_of_the_image_that_is_seen() -> None:
    assert task(side=24).encoder_passes == pytest.approx(4 * 10 * 10 / 24 / 24)
    assert task(side=24, gap=0.0).encoder_passes == 1
    assert task(side=96, grid=3).encoder_passes == pytest.approx(9 * 27 * 27 / 96 / 96)


def distances(chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairwise Hamming distances, by plain loops."""
    return np.array(
        [[sum(a != b for a, b in zip(p, q, strict=True)) for q in chosen] for p in chosen]
    )


def test_permutations_are_distinct_and_of_all_tiles() -> None:
    for tiles, count in [(4, 24), (9, 100), (16, 40)]:
        chosen = far_apart(tiles, count)
        assert chosen.shape == (count, tiles)
        assert (np.sort(chosen, axis=1) == np.arange(tiles)).all()
        assert (distances(chosen) + np.eye(count) > 0).all()
        assert chosen[0].tolist() == [*range(tiles)]


@pytest.mark.parametrize("count", [2, 5, 11, 24])
def test_each_greedy_step_against_brute_force(count: int) -> None:
    chosen = [tuple(row) for row in far_apart(4, count).tolist()]

    def merit(candidate: tuple[int, ...], before: list[tuple[int, ...]]) -> tuple[int, int]:
        apart = [sum(a != b for a, b in zip(candidate, p, strict=True)) for p in before]
        return sum(apart), min(apart)

    for step in range(1, count):
        before = chosen[:step]
        others = [p for p in permutations(range(4)) if p not in before]
        assert merit(chosen[step], before) == max(merit(p, before) for p in others)


def test_permutations_lie_farther_apart_than_random_ones() -> None:
    # the first nine of nine tiles differ everywhere, as the rows of a latin square
    assert (distances(far_apart(9, 9)) == 9 * (1 - np.eye(9))).all()
    rng = np.random.default_rng(0)
    drawn = np.array([rng.permutation(9) for _ in range(100)])
    found = distances(far_apart(9, 100))
    assert found.sum() > distances(drawn).sum()
    others = ~np.eye(100, dtype=bool)
    assert found[others].min() >= 4
    assert distances(far_apart(16, 40))[~np.eye(40, dtype=bool)].min() >= 9


def test_loss_is_the_mean_cross_entropy_of_the_permutation() -> None:
    network = task(color_drop=0.0, gap=0.0, permutations=7).eval()
    whole = images()
    torch.manual_seed(4)
    with torch.no_grad():
        loss, right = network.loss(whole)
    torch.manual_seed(4)
    shuffled, labels, _ = network._puzzles(whole)
    losses, hits, shares = [], [], []
    with torch.no_grad():
        for n in range(5):
            order = network.permutations[labels[n]].tolist()
            for place, origin in enumerate(order):
                top, left = origin // 2 * 8, origin % 2 * 8
                quarter = whole[n, :, top : top + 8, left : left + 8]
                assert torch.equal(shuffled[n, place], quarter)
            logits = network.head(network.encoder, shuffled[n][None])[0].double().tolist()
            losses.append(slow_cross_entropy(logits, int(labels[n])))
            guess = logits.index(max(logits))
            hits.append(guess == labels[n])
            guessed = network.permutations[guess].tolist()
            shares.append(sum(g == o for g, o in zip(guessed, order, strict=True)) / 4)
        torch.manual_seed(4)
        figures = network.figures(whole)
    assert loss.item() == pytest.approx(sum(losses) / 5, rel=1e-4)
    assert right.tolist() == hits
    assert figures["tiles"].tolist() == pytest.approx(shares)


def test_untrained_is_at_chance() -> None:
    network = task()
    loss, right = network.loss(images(400))
    assert right.float().mean().item() == pytest.approx(1 / 24, abs=four_deviations(1 / 24, 400))
    assert loss.item() == pytest.approx(math.log(24), abs=0.5)


def pointers(n: int) -> Tensor:
    """Each quarter has a stripe pattern of its own on noise."""
    whole = images(n, 1, 16) * 0.2
    whole[:, :, :8:2, :8] += 0.6
    whole[:, :, :8, 8::2] += 0.6
    whole[:, :, 8::4, :8] += 0.6
    whole[:, :, 8:, 8::4] += 0.6
    return whole


def test_learns_where_each_pattern_belongs() -> None:
    network = task(1)
    train(network, pointers(32), 40)  # batch norm needs some more after all are right
    assert accuracy(network, pointers(64)) > 0.9
    assert network.figures(pointers(64))["tiles"].mean() > 0.95


def cornered(n: int, seed: int) -> Tensor:
    """Each quarter always of the same mean and contrast: what a lens or a lamp may do."""
    draw = torch.Generator().manual_seed(seed)
    quarters = torch.tensor([[0.2, 0.4], [0.6, 0.8]]).repeat_interleave(8, 0)
    mean = quarters.repeat_interleave(8, 1)
    return mean + (0.05 + mean / 4) * torch.randn(n, 3, 16, 16, generator=draw)


@pytest.mark.parametrize("make", [flat, cornered])
def test_nothing_but_content_tells_the_permutation(make: Callable[[int, int], Tensor]) -> None:
    network = task()
    train(network, make(64, 0), 40)
    found = accuracy(network, make(1000, 1))
    assert found == pytest.approx(1 / 24, abs=four_deviations(1 / 24, 1000))


def test_without_standardising_mean_and_contrast_would_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patches, "standardise", lambda tiles: tiles)
    network = task()
    train(network, cornered(64, 0), 40)
    assert accuracy(network, cornered(500, 1)) > 0.3


@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 45)])
def test_examples(channels: int, side: int) -> None:
    network = task(channels, side).eval()
    whole = images(8, channels, side)
    torch.manual_seed(4)
    shown = network.examples(whole)
    torch.manual_seed(4)
    right = network.figures(whole)["tiles"] * network.grid**2
    assert shown.captions == [["", f"{n:.0f} of {network.grid**2} right", ""] for n in right]
    assert torch.equal(shown.images[:, 2], whole)


def test_examples_of_a_solved_puzzle_show_the_image() -> None:
    network = task(1, gap=0.0)
    train(network, pointers(32), 50)
    network.eval()
    whole = pointers(8)
    shown = network.examples(whole)
    solved = [n for n, row in enumerate(shown.captions) if row[1] == "4 of 4 right"]
    assert len(solved) >= 6
    assert torch.equal(shown.images[solved, 1], whole[solved])
    assert not torch.equal(shown.images[solved, 0], whole[solved])
