"""Active learning with few labels, which images to label: TypiClust (Hacohen et al., ICML 2022).

With few labels those of typical images teach most. The images are clustered, so that what is chosen
is not all alike, and of each cluster the image is taken that lies densest.
https://arxiv.org/abs/2202.02794
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from semisup.choose.clusters import clusters_of
from semisup.compute.device import Runtime
from semisup.data.dataset import Ints

NEAREST = 20  # images of the cluster that density is measured by, but at most half of it
SMALL = 5  # images, or half of the mean: clusters of no more come last, being mostly outliers


@dataclass(frozen=True)
class Pick:
    """An image to label: its number, its cluster, that one's size, and its labels before."""

    number: int
    cluster: int
    size: int
    covered: int


def typical(
    points: Tensor, labelled: Ints, count: int, most_clusters: int, runtime: Runtime, seed: int
) -> list[Pick]:
    """What to label next, best first: of the largest clusters with the fewest labels.

    Args:
        points: (n, d) of all images, labelled or not.
        labelled: numbers of those that have labels.
        count: how many more, at most as many as there are others.
        most_clusters: at most; where labels are more, clusters have several.
        runtime: device, memory.
        seed: of the clusters.
    """
    clusters = min(count + len(labelled), most_clusters, len(points))
    of_point = clusters_of(points, clusters, runtime, seed)
    free = torch.ones(len(points), dtype=torch.bool, device=points.device)
    free[torch.from_numpy(labelled).to(points.device)] = False
    sizes = torch.bincount(of_point, minlength=clusters).tolist()
    covered = torch.bincount(of_point[~free], minlength=clusters).tolist()
    left = torch.bincount(of_point[free], minlength=clusters).tolist()
    small = min(SMALL, len(points) // (2 * clusters))
    picks = []
    for _ in range(min(count, sum(left))):
        best = min(
            (c for c in range(clusters) if left[c]),
            key=lambda c: (sizes[c] <= small, covered[c], -sizes[c]),
        )
        members = ((of_point == best) & free).nonzero()[:, 0]
        number = int(members[typicality(points[members], runtime).argmax()])
        picks.append(Pick(number, best, sizes[best], covered[best]))
        free[number] = False
        left[best] -= 1
        covered[best] += 1
    return picks


def typicality(points: Tensor, runtime: Runtime) -> Tensor:
    """Inverse mean distance (n,) of points (n, d) to those nearest to each; of a single one 1."""
    n = len(points)
    if n == 1:
        return torch.ones(1, device=points.device)
    k = max(1, min(NEAREST, n // 2))
    rows = runtime.rows_at_once(8 * n)
    means = []
    for start in range(0, n, rows):
        distances = torch.cdist(points[start : start + rows], points)
        own = torch.arange(len(distances), device=points.device)
        distances[own, start + own] = torch.inf
        means.append(distances.topk(k, dim=1, largest=False).values.mean(dim=1))
    return 1 / torch.cat(means).clamp(min=torch.finfo(points.dtype).tiny)


def at_random(images: int, count: int, seed: int) -> Ints:
    """Numbers of `count` images, drawn without regard to anything."""
    return np.random.default_rng(seed).permutation(images)[:count]
