"""Weights and alignment, batch after batch, by plain NumPy."""

import numpy as np
import pytest
import torch

from semisup.selftrain.weighting import MOMENTUM, WIDTH, ConfidenceWeighting

CLASSES = 4


def batches(count: int = 3) -> list[np.ndarray]:
    draw = np.random.default_rng(0)
    logits = (3 * draw.normal(size=(6 + number, CLASSES)) for number in range(count))
    return [np.exp(one) / np.exp(one).sum(axis=1, keepdims=True) for one in logits]


def running(values: list[np.ndarray]) -> np.ndarray:
    """Of means of batches: the mean of all at first, later ones fade."""
    mean = np.zeros_like(values[0])
    for number, value in enumerate(values, 1):
        rate = max(1 - MOMENTUM, 1 / number)
        mean = (1 - rate) * mean + rate * value
    return mean


@pytest.mark.parametrize("targets", [None, [0.25] * 4, [0.7, 0.1, 0.1, 0.1]], ids=str)
def test_weights_against_a_reference(targets: list[float] | None) -> None:
    weighting = ConfidenceWeighting(CLASSES, None if targets is None else torch.tensor(targets))
    seen: list[np.ndarray] = []
    confidences: list[np.ndarray] = []
    for batch in batches():
        seen.append(batch)
        shares = running([one.mean(axis=0) for one in seen])
        aligned = batch if targets is None else batch * np.array(targets) / shares
        aligned = aligned / aligned.sum(axis=1, keepdims=True)
        confidences.append(aligned.max(axis=1))
        mean = running([c.mean() for c in confidences])
        variance = running([c.var() for c in confidences])
        below = np.minimum(confidences[-1] - mean, 0)
        expected = np.exp(-(below**2) / (2 * variance / WIDTH**2))
        classes, weights = weighting.weigh(torch.from_numpy(batch).float())
        assert classes.tolist() == aligned.argmax(axis=1).tolist()
        np.testing.assert_allclose(weights.numpy(), expected, rtol=1e-4)


def test_alignment_brings_a_rare_class_back() -> None:
    """What is said of one class only now and then is said at its target share."""
    weighting = ConfidenceWeighting(2, torch.tensor([0.5, 0.5]))
    probabilities = torch.tensor([[0.9, 0.1]] * 3 + [[0.6, 0.4]])
    classes, _ = weighting.weigh(probabilities)
    assert classes.tolist() == [0, 0, 0, 1]
    assert ConfidenceWeighting(2).weigh(probabilities)[0].tolist() == [0, 0, 0, 0]


def test_equal_confidences_count_in_full() -> None:
    _, weights = ConfidenceWeighting(2).weigh(torch.tensor([[0.8, 0.2], [0.2, 0.8]]))
    assert weights.tolist() == pytest.approx([1, 1])
