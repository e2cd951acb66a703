"""Labels that flow along the edges of a graph (Zhou et al., NeurIPS 2003; Iscen et al., CVPR 2019).

Images give what they know to their neighbours, again and again, and labelled ones keep theirs:
Z <- alpha S Z + (1 - alpha) Y, where S is the graph's symmetrically normalised adjacency and Y has
the labels. The limit is (1 - alpha) (I - alpha S)^-1 Y.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from semisup.data.dataset import Ints
from semisup.neighbours.stored import Graph
from semisup.params.recipes import Spread

Floats = NDArray[np.float32]


def soft_labels(
    graph: Graph, labelled: Ints, labels: Ints, classes: int, settings: Spread
) -> tuple[Floats, Floats]:
    """What each image of the graph is, by the labels of some, and how sure that is.

    Args:
        graph: of n images.
        labelled: (m,) numbers of the labelled images in the graph.
        labels: (m,) their classes.
        classes: how many there are.
        settings: of the stage.

    Returns:
        Probabilities (n, classes), of the labelled images 0 and 1; weights (n,) in 0 to 1: 1 minus
        the entropy as a share of the largest possible, 1 of labelled images, 0 of those that
        nothing has reached.
    """
    known = np.zeros((len(graph.ids), classes), np.float32)
    known[labelled, labels] = 1
    spread = propagate(normalised(graph, settings.power), known, settings.alpha, settings.rounds)
    total = spread.sum(axis=1, keepdims=True)
    reached = total[:, 0] > np.finfo(np.float32).tiny
    shares = np.where(reached[:, None], spread / np.where(total > 0, total, 1), 1 / classes)
    if settings.balance:
        wanted = np.bincount(labels, minlength=classes) / len(labels)
        shares = balanced(shares, wanted, settings.balance)
    shares[labelled] = known[labelled]
    weights = np.where(reached, 1 - _entropy(shares) / np.log(max(2, classes)), 0)
    return shares.astype(np.float32), weights.clip(0, 1).astype(np.float32)


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
    spread = known
    for _ in range(rounds):
        spread = np.float32(alpha) * (adjacency @ spread) + np.float32(1 - alpha) * known
    return spread


def balanced(shares: Floats, wanted: NDArray[np.float64], strength: float) -> Floats:
    """Probabilities (n, classes) whose means over images are nearer to those wanted.

    Args:
        shares: before.
        wanted: (classes,) with the sum 1.
        strength: 0 changes nothing, 1 weighs each class by all that it lacks.
    """
    tiny = np.finfo(np.float32).tiny
    means = np.maximum(shares.mean(axis=0), tiny)
    weighed = shares * ((wanted / means) ** strength).astype(np.float32)
    changed: Floats = weighed / np.maximum(weighed.sum(axis=1, keepdims=True), tiny)
    return changed


def _entropy(shares: Floats) -> Floats:
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy: Floats = -(shares * logs).sum(axis=1)
    return entropy
