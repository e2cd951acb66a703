"""The kNN graph as it is stored: points, and the nearest neighbours of each."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import Ints
from semisup.features.stored import Features
from semisup.workflow import outputs

IDS, NEIGHBOURS, SIMILARITIES = "ids.npy", "neighbours.npy", "similarities.npy"
POINTS = "points.npy"


@dataclass(frozen=True)
class Graph:
    """Each image and its nearest neighbours.

    ids: (n,) positions of the images, those of `FeatureSet.train_ids` first, then the pool's;
    neighbours: (n, k) numbers below n, nearest first, never the image itself; similarities: (n, k)
    their cosine, not below 0.
    """

    ids: Ints
    neighbours: NDArray[np.int32]
    similarities: NDArray[np.float32]

    def write(self, folder: Path) -> None:
        """Into a folder that is there."""
        np.save(folder / IDS, self.ids)
        np.save(folder / NEIGHBOURS, self.neighbours)
        np.save(folder / SIMILARITIES, self.similarities)

    @classmethod
    def read(cls, folder: Path) -> "Graph":
        """Map what `write` wrote into memory.

        Raises:
            UserError: where the stage `neighbours` has not run.
        """
        ids, *edges = (outputs.read_array(folder / n) for n in (IDS, NEIGHBOURS, SIMILARITIES))
        return cls(np.array(ids), *edges)


def write_points(points: Features, folder: Path) -> None:
    """Unit vectors (n, d) of the graph's ids; their products are the similarities."""
    np.save(folder / POINTS, points)


def read_points(folder: Path) -> Features:
    """Map what `write_points` wrote into memory.

    Raises:
        UserError: where the stage `neighbours` has not run.
    """
    return outputs.read_array(folder / POINTS)
