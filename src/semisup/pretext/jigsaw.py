"""Solve a jigsaw puzzle of the image's tiles (Noroozi & Favaro, ECCV 2016, arXiv 1603.09246).

The image is cut into a grid of tiles, which are shuffled by one of a set of permutations. The
network says which one, and so where each tile belongs; one encoder sees every tile by itself. Edges
that continue, means, contrasts and lens colours would give the answer away: tiles are cut at random
places of their cells, standardised one by one, and mostly shown without colour.
"""

import math
from functools import lru_cache
from itertools import permutations
from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from semisup.data.dataset import ImageData
from semisup.network.backbones import Encoder
from semisup.params.base import Fraction
from semisup.pretext.shared.patches import (
    GOOD_SIDE,
    LEAST_SIDE,
    Siamese,
    cut,
    drop_color,
    random_between,
)
from semisup.pretext.shared.task import Examples, PretextTask, TrainedSettings
from semisup.workflow.errors import UserError

CANDIDATES = 50_000  # permutations to choose from where there are too many to list them all


class Settings(TrainedSettings):
    """`pretrain.jigsaw`."""

    grid: Literal["auto", 2, 3, 4]
    permutations: Annotated[int, Field(ge=2, le=10_000)]
    gap: Annotated[float, Field(ge=0, le=0.5)]
    color_drop: Fraction


class Task(PretextTask):
    """The encoder, and a head that names the permutation of the tiles."""

    def __init__(self, encoder: Encoder, settings: Settings, image_size: int) -> None:
        super().__init__(encoder, settings, image_size)
        self.grid = grid_of(settings, image_size)
        self.side = tile_side(self.grid, settings.gap, image_size)
        tiles = self.grid**2
        seen = encoder.part_side(self.side), encoder.side(image_size)
        self.encoder_passes = tiles * seen[0] ** 2 / seen[1] ** 2
        self.head = Siamese(encoder, self.side, tiles, settings.permutations)
        self.permutations: Tensor
        chosen = torch.tensor(far_apart(tiles, settings.permutations))
        self.register_buffer("permutations", chosen)

    @classmethod
    def check(cls, settings: Settings, data: ImageData) -> None:
        """Refuse more permutations than there are, and tiles too small to show anything."""
        grid = grid_of(settings, data.image_size)
        possible = math.factorial(grid**2)
        if settings.permutations > possible:
            raise UserError(
                f"params.yaml: pretrain.jigsaw.permutations: {settings.permutations} is more than "
                f"the {possible} that a grid of {grid} x {grid} tiles has; lower it"
            )
        side = tile_side(grid, settings.gap, data.image_size)
        if side < LEAST_SIDE:
            raise UserError(
                f"params.yaml: pretrain.jigsaw: a grid of {grid} x {grid} cuts images of "
                f"{data.image_size} px into tiles of {side} px, under {LEAST_SIDE}; lower grid or "
                "gap, or raise data.image_size"
            )

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy (N puzzles), and whether each one's permutation was named."""
        _, labels, logits = self._puzzles(images)
        return F.cross_entropy(logits, labels), logits.argmax(dim=1) == labels

    def figures(self, images: Tensor) -> dict[str, Tensor]:
        """The share of each image's tiles that are put where they belong."""
        _, labels, logits = self._puzzles(images)
        return {"tiles": self._hits(labels, logits).float().mean(dim=1)}

    def examples(self, images: Tensor) -> Examples:
        """The puzzle, the network's solution, and the image."""
        shuffled, labels, logits = self._puzzles(images)
        solved = put_back(shuffled, self.permutations[logits.argmax(dim=1)])
        pictures = [assemble(tiles, self.grid, self.image_size) for tiles in (shuffled, solved)]
        right = self._hits(labels, logits).sum(dim=1).tolist()
        captions = [["", f"{count} of {self.grid**2} right", ""] for count in right]
        columns = ["tiles as shuffled", "as the network puts them", "original"]
        return Examples(torch.stack([*pictures, images], dim=1), captions, columns)

    def _puzzles(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Shuffled tiles (N, T, C, side, side), their permutations' numbers (N,), the logits."""
        tiles = cut_tiles(drop_color(images, self.settings.color_drop), self.grid, self.side)
        labels = torch.randint(len(self.permutations), (len(images),), device=images.device)
        shuffled = shuffle(tiles, self.permutations[labels])
        return shuffled, labels, self.head(self.encoder, shuffled)

    def _hits(self, labels: Tensor, logits: Tensor) -> Tensor:
        """(N, T) whether each tile is put where it belongs."""
        return self.permutations[logits.argmax(dim=1)] == self.permutations[labels]


def grid_of(settings: Settings, image_size: int) -> int:
    """Tiles along a side; `auto` is 3, or 2 where that would make them too small."""
    if settings.grid != "auto":
        return settings.grid
    return 3 if tile_side(3, settings.gap, image_size) >= GOOD_SIDE else 2


def tile_side(grid: int, gap: float, image_size: int) -> int:
    """Side of a tile in pixels. The gap between tiles of 225 px photographs was 0.15 of a cell."""
    return round(image_size // grid * (1 - gap))


def cut_tiles(images: Tensor, grid: int, side: int) -> Tensor:
    """Tiles (N, grid**2, C, side, side), row by row, each from a random place in its cell."""
    n, size = len(images), images.shape[-1]
    starts = torch.arange(grid, device=images.device) * size // grid
    low = torch.cartesian_prod(starts, starts).expand(n, -1, -1)
    return cut(images, random_between(low, low + size // grid - side), side)


def shuffle(tiles: Tensor, orders: Tensor) -> Tensor:
    """Put tile `orders[n, j]` at place j, for each image n of (N, T, C, side, side)."""
    return tiles[torch.arange(len(tiles), device=tiles.device)[:, None], orders]


def put_back(shuffled: Tensor, orders: Tensor) -> Tensor:
    """Undo `shuffle`."""
    return shuffle(shuffled, orders.argsort(dim=1))


def assemble(tiles: Tensor, grid: int, image_size: int) -> Tensor:
    """Images (N, C, S, S) of tiles in the middle of their cells, grey between them."""
    n, _, channels, side, _ = tiles.shape
    cell = image_size // grid
    before = (cell - side) // 2
    margins = [before, cell - side - before] * 2
    cells = F.pad(tiles, margins, value=0.5).view(n, grid, grid, channels, cell, cell)
    whole = cells.permute(0, 3, 1, 4, 2, 5).reshape(n, channels, grid * cell, grid * cell)
    rest = image_size - grid * cell
    return F.pad(whole, [rest // 2, rest - rest // 2] * 2, value=0.5)


@lru_cache
def far_apart(tiles: int, count: int) -> NDArray[np.int64]:
    """Permutations (count, tiles) far from each other, by the paper's greedy algorithm.

    The first is the identity. Each next one differs in the most places from all before it together;
    of several such, it is one whose nearest is the farthest, which the paper leaves to chance.
    """
    candidates = _candidates(tiles)
    total = np.zeros(candidates.shape[1], np.int32)
    nearest = np.full(candidates.shape[1], tiles, np.int32)
    chosen = [0]
    while len(chosen) < count:
        distance = (candidates != candidates[:, chosen[-1], None]).sum(axis=0, dtype=np.int32)
        total += distance
        np.minimum(nearest, distance, out=nearest)
        # those chosen already, the only ones at distance 0, come last
        rank = np.where(nearest > 0, total * (tiles + 1) + nearest, -1)
        chosen.append(int(rank.argmax()))
    return candidates[:, chosen].T.astype(np.int64)


def _candidates(tiles: int) -> NDArray[np.int8]:
    """(tiles, M): all permutations; of more than 9 tiles a fixed sample of them."""
    if tiles <= 9:
        return np.array(list(permutations(range(tiles))), np.int8).T.copy()
    rows = np.tile(np.arange(tiles, dtype=np.int8), (CANDIDATES, 1))
    drawn = np.random.default_rng(0).permuted(rows, axis=1)
    drawn[0] = rows[0]
    return np.unique(drawn, axis=0).T.copy()
