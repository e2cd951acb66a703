"""What is minimised, by plain sums."""

import math

import pytest
import torch
from torch import nn

from semisup.classify.learner import CrossEntropy, Targets

LOGITS = [[2.0, 0.5, -1.0], [0.0, 1.0, 0.0], [3.0, -2.0, 0.5], [0.1, 0.2, 0.3]]
CLASSES = [0, 0, 2, 2]
SHOWN = [3, 0, 2]  # numbers of a batch
SMOOTHING = 0.3


def smoothed(number: int) -> float:
    """Cross-entropy of one image, part of whose target is spread over all classes."""
    row = LOGITS[number]
    total = math.log(sum(map(math.exp, row)))
    targets = [(1 - SMOOTHING) * (c == CLASSES[number]) + SMOOTHING / 3 for c in range(3)]
    return sum(share * (total - value) for share, value in zip(targets, row, strict=True))


@pytest.mark.parametrize("weights", [None, [0.5, 7.0, 0.25, 1.0], [0.0, 7.0, 0.0, 0.0]])
@pytest.mark.parametrize("own", [True, False])
def test_mean_over_the_images_that_count(weights: list[float] | None, own: bool) -> None:
    """Of the draw's labels, or of others that take their place."""
    targets = Targets(torch.tensor(CLASSES), None if weights is None else torch.tensor(weights))
    others = Targets(torch.tensor([1, 1]))
    learned = CrossEntropy(
        nn.Identity(),
        lambda n: torch.tensor(LOGITS)[n],
        torch.Generator(),
        None if own else targets,
    )
    objective = learned(targets if own else others, SMOOTHING)
    loss, right = objective.batch_loss(torch.tensor(SHOWN))
    counts = [1.0 if weights is None else weights[number] for number in SHOWN]
    whole = sum(count * smoothed(number) for count, number in zip(counts, SHOWN, strict=True))
    assert loss.item() == pytest.approx(whole / sum(counts) if any(counts) else 0)
    assert right.tolist() == [True, True, False]
    assert objective.examples == len(CLASSES)
