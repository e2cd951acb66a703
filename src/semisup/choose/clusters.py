"""k-means with k-means++ (Arthur and Vassilvitskii, SODA 2007), the same clusters on every run."""

import torch
from torch import Tensor
from torch.nn import functional as F

from semisup.compute.device import Runtime, stream_seed

ROUNDS = 100  # at most; mostly a few dozen do
BLOCK_VALUES = 2**24  # of differences at once


def clusters_of(points: Tensor, count: int, runtime: Runtime, seed: int) -> Tensor:
    """The cluster (n,) of each of points (n, d), numbered below `count`.

    There are fewer where fewer points differ.
    """
    centres = first_centres(points, count, seed)
    found, _ = nearest_centres(points, centres, runtime)
    for _ in range(ROUNDS):
        before = found
        centres = _means(points, found, centres, runtime)
        found, distances = nearest_centres(points, centres, runtime)
        empty = (torch.bincount(found, minlength=len(centres)) == 0).nonzero()[:, 0]
        if len(empty) and distances.max() > 0:  # they go to the points that are worst off
            farthest = distances.argsort(descending=True, stable=True)[: len(empty)]
            centres[empty] = points[farthest]
            found[farthest] = empty
        elif torch.equal(before, found):
            break
    return found


def first_centres(points: Tensor, count: int, seed: int) -> Tensor:
    """Up to `count` points (k, d), each drawn by its squared distance to those before it."""
    stream = torch.Generator().manual_seed(stream_seed(seed))
    drawn = torch.rand(count, generator=stream, dtype=torch.float64)
    centres = [points[int(drawn[0] * len(points))]]
    distances = _squared_distances(points, centres[0])
    for share in drawn[1:]:
        sums = distances.cpu().double().cumsum(0)
        if sums[-1] <= 0:
            break
        at = torch.searchsorted(sums, share * sums[-1], right=True).clamp(max=len(points) - 1)
        centres.append(points[int(at)])
        distances = torch.minimum(distances, _squared_distances(points, centres[-1]))
    return torch.stack(centres)


def nearest_centres(points: Tensor, centres: Tensor, runtime: Runtime) -> tuple[Tensor, Tensor]:
    """For points (n, d) the number (n,) of the nearest of centres (k, d), and its squared distance.

    In blocks, as memory allows.
    """
    lengths = centres.square().sum(dim=1)
    numbers, distances = [], []
    for block in torch.split(points, _rows(len(centres), runtime)):
        least, at = (lengths - 2 * block @ centres.T).min(dim=1)
        numbers.append(at)
        distances.append((least + block.square().sum(dim=1)).clamp(min=0))
    return torch.cat(numbers), torch.cat(distances)


def _means(points: Tensor, of_point: Tensor, centres: Tensor, runtime: Runtime) -> Tensor:
    """Means (k, d) of the clusters' points; that of an empty cluster stays where it was."""
    sums, sizes = torch.zeros_like(centres), torch.bincount(of_point, minlength=len(centres))
    rows = _rows(len(centres), runtime)
    for block, numbers in zip(torch.split(points, rows), torch.split(of_point, rows), strict=True):
        # a product, since sums by index come in any order on a GPU
        sums += F.one_hot(numbers, len(centres)).to(points.dtype).T @ block
    return torch.where(sizes[:, None] > 0, sums / sizes.clamp(min=1)[:, None], centres)


def _squared_distances(points: Tensor, centre: Tensor) -> Tensor:
    """Squared distances (n,) to a centre, by differences, so that equal points are at 0."""
    rows = max(1, BLOCK_VALUES // points.shape[1])
    return torch.cat([(block - centre).square().sum(dim=1) for block in torch.split(points, rows)])


def _rows(centres: int, runtime: Runtime) -> int:
    """Points at once: each has a float and, as one-hot, an integer and a float per centre."""
    return runtime.rows_at_once(16 * centres)
