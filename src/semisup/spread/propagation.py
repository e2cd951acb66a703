"""Label propagation on a graph (Zhou et al., NeurIPS 2003; Iscen et al., CVPR 2019).

Images give what they know to their neighbours, again and again, and labelled ones keep theirs:
Z <- alpha S Z + (1 - alpha) Y, where S is the graph's symmetrically normalised adjacency and Y has
the labels. The limit is (1 - alpha) (I - alpha S)^-1 Y.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from semisup.data.dataset import Ints
from semisup.neighbours.stored import Graph
from semisup.params.recipes import Spread

BYTES_OF_A_LABEL = 16  # four numbers of each image and class lie in memory at once

Floats = NDArray[np.float32]


def soft_labels(
    graph: Graph, labelled: Ints, labels: Ints, classes: int, settings: Spread, at_once: int
) -> tuple[Ints, Floats]:
    """What each image of the graph most likely is, by the labels of some, and how sure that is.

    Args:
        graph: of n images.
        labelled: (m,) numbers of the labelled images in the graph.
        labels: (m,) their classes.
        classes: how many there are.
        settings: of the stage.
        at_once: classes that flow at once, each of which takes `BYTES_OF_A_LABEL` for each image.

    Returns:
        Classes (n,), of the labelled images their own; weights (n,) in 0 to 1: 1 minus the entropy
        of the classes' shares, as a share of the largest possible; 1 of labelled images, 0 of those
        that nothing has reached.
    """
    blocks = [(at, min(at + at_once, classes)) for at in range(0, classes, at_once)]
    flow = _Flow(normalised(graph, settings.power), labelled, labels, settings, blocks)
    factors = np.ones(classes, np.float32)
    if settings.balance:
        wanted = np.bincount(labels, minlength=classes) / len(labels)
        means = np.concatenate([shares.mean(axis=0) for _, shares in flow.shares()])
        means += (1 - flow.reached.mean()) / classes  # nothing has reached the others
        factors = balancing(means, wanted, settings.balance)
    n = len(graph.ids)
    likeliest, largest = np.zeros(n, np.int64), np.zeros(n, np.float32)
    total, logs = np.zeros(n), np.zeros(n)
    for first, shares in flow.shares():
        weighed = shares * factors[first : first + shares.shape[1]]
        best = weighed.argmax(axis=1)
        top = weighed[np.arange(n), best]
        likeliest = np.where(top > largest, first + best, likeliest)
        largest = np.maximum(top, largest)
        total += weighed.sum(axis=1)
        weighed *= np.log(weighed, out=np.zeros_like(weighed), where=weighed > 0)
        logs += weighed.sum(axis=1)
    there = np.where(flow.reached, total, 1)
    entropy = np.log(there) - logs / there
    weights = np.where(flow.reached, 1 - entropy / np.log(max(2, classes)), 0).clip(0, 1)
    likeliest[labelled], weights[labelled] = labels, 1
    return likeliest, weights.astype(np.float32)


class _Flow:
    """Labels that have flowed, as many classes at once as fit in memory."""

    def __init__(
        self,
        adjacency: sparse.csr_array,
        labelled: Ints,
        labels: Ints,
        settings: Spread,
        blocks: Sequence[tuple[int, int]],
    ) -> None:
        self._adjacency, self._settings, self._blocks = adjacency, settings, blocks
        self._labelled, self._labels = labelled, labels
        self._whole = self._flowed(*blocks[0]) if len(blocks) == 1 else None
        total = np.zeros(adjacency.shape[0], np.float32)
        for block in blocks:
            total += self._part(*block).sum(axis=1)
        self.reached = total > np.finfo(np.float32).tiny
        self._scale = np.divide(1, total, out=np.zeros_like(total), where=self.reached)

    def shares(self) -> Iterator[tuple[int, Floats]]:
        """First class and shares (n, some) of one block of classes after the other.

        Over all blocks the shares of an image have the sum 1, or 0 where nothing has reached it.
        """
        for first, end in self._blocks:
            yield first, self._part(first, end) * self._scale[:, None]

    def _part(self, first: int, end: int) -> Floats:
        return self._flowed(first, end) if self._whole is None else self._whole

    def _flowed(self, first: int, end: int) -> Floats:
        known = np.zeros((self._adjacency.shape[0], end - first), np.float32)
        here = (self._labels >= first) & (self._labels < end)
        known[self._labelled[here], self._labels[here] - first] = 1
        return propagate(self._adjacency, known, self._settings.alpha, self._settings.rounds)


def normalised(graph: Graph, power: float) -> sparse.csr_array:
    """S (n, n): similarities to a power, both ways, divided by the roots of both images' sums."""
    n, k = graph.neighbours.shape
    weights = np.power(graph.similarities, power, dtype=np.float32).ravel()
    starts = k * np.arange(n + 1)
    one_way = sparse.csr_array((weights, graph.neighbours.ravel(), starts), shape=(n, n))
    both = (one_way + one_way.T).tocsr()
    sums = both.sum(axis=1)
    scale = np.divide(1, np.sqrt(sums), out=np.zeros_like(sums), where=sums > 0)
    rows = np.repeat(np.arange(n), np.diff(both.indptr))
    both.data *= scale[rows] * scale[both.indices]
    return both


def propagate(adjacency: sparse.csr_array, known: Floats, alpha: float, rounds: int) -> Floats:
    """Z (n, classes) after so many rounds, from Z = Y."""
    spread, kept = known, np.float32(1 - alpha) * known
    for _ in range(rounds):
        spread = adjacency @ spread
        spread *= np.float32(alpha)
        spread += kept
    return spread


def balancing(
    means: NDArray[np.float64], wanted: NDArray[np.float64], strength: float
) -> NDArray[np.float32]:
    """Factors (classes,) of the classes' shares that bring their means nearer to those wanted.

    Args:
        means: over all images.
        wanted: with the sum 1.
        strength: 0 changes nothing, 1 weighs each class by all that it lacks.
    """
    least = np.maximum(means, np.finfo(np.float32).tiny)
    return np.asarray((wanted / least) ** strength, np.float32)
