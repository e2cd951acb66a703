"""The kNN graph: for each image of pool and training its nearest neighbours."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from semisup.compute.device import Runtime
from semisup.features.stored import Features, FeatureSet
from semisup.neighbours.stored import Graph
from semisup.params.sections import Neighbours

FIT_IMAGES, FIT_VALUES = 20_000, 2**28  # at most, to find principal directions from
EXACT_WIDTH = 2048  # of features; time grows with the cube, of more directions a few are estimated
SPARE, ROUNDS = 32, 6  # directions beyond those wanted, and passes, to estimate them well
BLOCK_VALUES = 2**24  # of features that are float32 at once
NEGLIGIBLE = 1e-6  # of the largest variance: directions with less are noise of float16


def find_neighbours(
    features: FeatureSet, settings: Neighbours, runtime: Runtime
) -> tuple[Graph, Features]:
    """The graph of all images that have features and may be trained on, and their points."""
    points = project([features.plain_train, features.pool], settings, runtime)
    neighbours, similarities = nearest(points, settings.count, runtime)
    ids = np.concatenate([features.train_ids, features.pool_ids])
    graph = Graph(ids, neighbours.cpu().numpy(), similarities.cpu().numpy())
    return graph, points.half().cpu().numpy()


def project(parts: Sequence[Features], settings: Neighbours, runtime: Runtime) -> Tensor:
    """Unit vectors (n, d) of features (n_i, D), whose products are the similarities.

    Centred, then along their principal directions, each divided by its deviation to the power of
    `whiten`.
    """
    count = sum(map(len, parts))
    step = -(-count // min(FIT_IMAGES, max(1, FIT_VALUES // parts[0].shape[1])))
    sample = torch.cat([_float(part[::step], runtime) for part in parts])
    mean = sample.mean(dim=0)
    directions = _principal(sample.sub_(mean), settings, runtime)
    points = torch.empty(count, directions.shape[1], device=runtime.device)
    at = 0
    for part in parts:
        rows = max(1, BLOCK_VALUES // part.shape[1])
        for start in range(0, len(part), rows):
            block = _float(part[start : start + rows], runtime)
            points[at : at + len(block)] = F.normalize((block - mean) @ directions, dim=1)
            at += len(block)
    return points


def _principal(centred: Tensor, settings: Neighbours, runtime: Runtime) -> Tensor:
    """(D, d) what to multiply features by; directions of no variance are left out."""
    values, vectors = _directions(centred, settings.dimensions, runtime)
    kept = int((values > NEGLIGIBLE * values[0].clamp(min=torch.finfo(values.dtype).tiny)).sum())
    kept = max(1, kept)
    scaled = vectors[:, :kept] * values[:kept].clamp(min=1e-30).pow(-settings.whiten / 2)
    return scaled.float().to(centred.device)


def _directions(centred: Tensor, wanted: int, runtime: Runtime) -> tuple[Tensor, Tensor]:
    """Variances (d,), largest first, and unit directions (D, d); d is `wanted`, or less."""
    n, width = centred.shape
    if width <= EXACT_WIDTH:
        covariance = centred.T @ centred / n
        values, vectors = torch.linalg.eigh(covariance.cpu().double())
        return values.flip(0)[:wanted], vectors.flip(1)[:, :wanted]
    with runtime.seeded(0):  # of the random vectors that Halko et al. 2011 begin with
        rank = min(wanted + SPARE, n, width)
        if centred.device.type == "mps":  # torch 2.11 has no QR there, 2.13 one of n x n values
            centred = centred.cpu()
        _, lengths, vectors = torch.svd_lowrank(centred, rank, ROUNDS)
    # Apple's GPUs have no float64
    lengths, vectors = lengths.cpu().double(), vectors.cpu().double()
    return lengths[:wanted].square() / n, vectors[:, :wanted]


def nearest(points: Tensor, count: int, runtime: Runtime) -> tuple[Tensor, Tensor]:
    """Numbers (n, k) int32 and cosines (n, k) of the nearest neighbours of unit vectors (n, d).

    None is its own neighbour. Exact, in blocks of as many rows as memory allows: docs/large-data.md
    has how long that takes, and why nothing approximate. k is `count`, or n - 1 where that is less.
    """
    n = len(points)
    k = min(count, n - 1)
    numbers = torch.empty(n, k, dtype=torch.int32, device=points.device)
    cosines = torch.empty(n, k, device=points.device)
    rows = min(4096, runtime.rows_at_once(4 * n))
    for start in range(0, n, rows):
        block = slice(start, min(start + rows, n))
        products = points[block] @ points.T
        own = torch.arange(block.start, block.stop, device=points.device)
        products[own - start, own] = -math.inf
        values, at = products.topk(k, dim=1)
        numbers[block], cosines[block] = at.int(), values.clamp(min=0)
    return numbers, cosines


def _float(rows: Features, runtime: Runtime) -> Tensor:
    return torch.from_numpy(np.array(rows)).to(runtime.device).float()
