"""Labels spread over graphs against plain loops and the closed form."""

import math
from typing import Any

import numpy as np
import pytest

from semisup.data.dataset import Ints
from semisup.neighbours.stored import Graph
from semisup.params.recipes import Spread
from semisup.spread.propagation import balancing, normalised, propagate, soft_labels


def settings(**some: Any) -> Spread:
    recipe = {"lr": 0.1, "weight_decay": 0.0, "batch_size": 8, "epochs": 1, "min_updates": 0}
    own = {"power": 3.0, "alpha": 0.9, "rounds": 40, "balance": 0.0, "label_smoothing": 0.0}
    return Spread(**recipe | own | some)


def random_graph(n: int = 12, k: int = 3, seed: int = 0) -> Graph:
    draw = np.random.default_rng(seed)
    numbers = np.stack([draw.permutation([m for m in range(n) if m != i])[:k] for i in range(n)])
    return Graph(np.arange(n), numbers.astype(np.int32), draw.random((n, k)).astype(np.float32))


def two_groups() -> Graph:
    """0 to 2 alike, 3 to 5 alike, 6 and 7 alike: of the last two nothing is known."""
    numbers = np.array([[1, 2], [0, 2], [0, 1], [4, 5], [3, 5], [3, 4], [7, 7], [6, 6]], np.int32)
    return Graph(np.arange(8), numbers, np.full((8, 2), 0.5, np.float32))


def slow_adjacency(graph: Graph, power: float) -> np.ndarray:
    n, k = graph.neighbours.shape
    both = np.zeros((n, n))
    for one in range(n):
        for at in range(k):
            other, weight = graph.neighbours[one, at], float(graph.similarities[one, at]) ** power
            both[one, other] += weight
            both[other, one] += weight
    sums = both.sum(axis=1)
    return np.array(
        [[both[i, j] / math.sqrt(sums[i] * sums[j]) for j in range(n)] for i in range(n)]
    )


@pytest.mark.parametrize("power", [1.0, 4.0])
def test_adjacency_by_plain_loops(power: float) -> None:
    graph = random_graph()
    found = normalised(graph, power).toarray()
    np.testing.assert_allclose(found, slow_adjacency(graph, power), rtol=1e-5, atol=1e-7)
    assert np.array_equal(found, found.T)
    assert np.linalg.eigvalsh(found.astype(float)).max() == pytest.approx(1, abs=1e-5)


def test_an_image_without_neighbours_is_alone() -> None:
    graph = Graph(np.arange(1), np.zeros((1, 0), np.int32), np.zeros((1, 0), np.float32))
    assert normalised(graph, 2.0).toarray().tolist() == [[0.0]]
    classes, weights = soft_labels(graph, np.array([0]), np.array([1]), 2, settings(), 2)
    assert classes.tolist() == [1]
    assert weights.tolist() == [1.0]


def test_many_rounds_reach_the_closed_form() -> None:
    adjacency = normalised(random_graph(), 2.0)
    known = np.zeros((12, 3), np.float32)
    known[[0, 5, 7], [0, 1, 2]] = 1
    found = propagate(adjacency, known, 0.8, 200)
    expected = 0.2 * np.linalg.solve(np.eye(12) - 0.8 * adjacency.toarray(), known)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_rounds_are_steps_along_edges() -> None:
    numbers = np.array([[1], [2], [3], [2]], np.int32)  # a chain
    graph = Graph(np.arange(4), numbers, np.ones((4, 1), np.float32))
    known = np.array([[1.0], [0], [0], [0]], np.float32)
    reached = [
        (propagate(normalised(graph, 1.0), known, 0.5, rounds) > 0)[:, 0].tolist()
        for rounds in range(4)
    ]
    assert reached == [[at <= rounds for at in range(4)] for rounds in range(4)]


def test_labels_go_to_alike_images_and_no_farther() -> None:
    labels = np.array([2, 0])
    classes, weights = soft_labels(two_groups(), np.array([1, 3]), labels, 3, settings(), 3)
    assert classes[:6].tolist() == [2, 2, 2, 0, 0, 0]
    assert weights.tolist() == pytest.approx([1] * 6 + [0] * 2)


def slow_shares(graph: Graph, labelled: Ints, labels: Ints, classes: int, recipe: Spread) -> Any:
    """By the closed form of many rounds, without likeness equal."""
    adjacency, known = slow_adjacency(graph, recipe.power), np.zeros((len(graph.ids), classes))
    known[labelled, labels] = 1
    flowed = np.linalg.solve(np.eye(len(known)) - recipe.alpha * adjacency, known)
    reached = flowed.sum(axis=1) > 1e-12
    flowed[~reached] = 1
    shares = flowed / flowed.sum(axis=1, keepdims=True)
    factors = np.bincount(labels, minlength=classes) / len(labels) / shares.mean(axis=0)
    shares[reached] *= factors**recipe.balance
    shares /= shares.sum(axis=1, keepdims=True)
    shares[labelled] = known[labelled]
    return shares


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_classes_and_weights_by_the_closed_form(balance: float, at_once: int) -> None:
    """As many classes at once as fit change nothing."""
    whole, labelled, labels = random_graph(), np.array([0, 4, 8, 9]), np.array([0, 1, 2, 2])
    apart = np.arange(12, 14)  # of which nothing is known
    numbers = np.concatenate([whole.neighbours, np.tile(apart[::-1, None], (1, 3))])
    alike = np.concatenate([whole.similarities, np.ones((2, 3), np.float32)])
    graph = Graph(np.arange(14), numbers.astype(np.int32), alike)
    recipe = settings(balance=balance, rounds=300)
    shares = slow_shares(graph, labelled, labels, 3, recipe)
    classes, weights = soft_labels(graph, labelled, labels, 3, recipe, at_once)
    assert classes[:12].tolist() == shares[:12].argmax(axis=1).tolist()
    for row, weight in zip(shares, weights, strict=True):
        entropy = -sum(p * math.log(p) for p in row if p > 0)
        assert weight == pytest.approx(1 - entropy / math.log(3), abs=1e-5)


def test_without_likeness_nothing_is_told() -> None:
    graph = random_graph()
    graph = Graph(graph.ids, graph.neighbours, np.zeros_like(graph.similarities))
    _, weights = soft_labels(graph, np.array([0, 1]), np.array([0, 1]), 2, settings(), 2)
    assert weights.tolist() == [1.0, 1.0] + [0.0] * 10


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_balance_by_plain_loops(strength: float) -> None:
    shares = np.random.default_rng(0).dirichlet([5, 2, 1], 20).astype(np.float32)
    wanted = np.array([0.2, 0.3, 0.5])
    means = [sum(row[c] for row in shares.tolist()) / 20 for c in range(3)]
    factors = balancing(np.array(means), wanted, strength)
    expected = [(w / m) ** strength for w, m in zip(wanted, means, strict=True)]
    assert factors.tolist() == pytest.approx(expected, rel=1e-5)
