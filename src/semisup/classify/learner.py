"""What is trained for one draw: a network, what to minimise, how it sees the data."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.training.loop import Objective

SMALLEST_WEIGHT = 1e-6  # of a batch: nothing in it counts


@dataclass(frozen=True)
class Targets:
    """What a network shall say of its training images, and how much each image counts.

    classes: (n,) their numbers; weights: (n,), None where all count the same.
    """

    classes: Tensor
    weights: Tensor | None = None


@dataclass(frozen=True)
class Learner:
    """What a method trains for one draw: a network, and how it sees each part of the data.

    objective: of the draw's labels and how far they are smoothed, what to minimise, mostly
    `CrossEntropy`; validation_logits and test_logits: of all these images, as they are;
    pool_statistics: after training, by name, of the pool's images that it was trained on.
    """

    network: nn.Module
    objective: Callable[[Targets, float], Objective]
    validation_logits: Callable[[], Tensor]
    test_logits: Callable[[], Tensor]
    pool_statistics: Callable[[], dict[str, float]] = dict


@dataclass(frozen=True)
class CrossEntropy:
    """Cross-entropy of training images, the mean over those that count.

    train_logits: indices (n,) of training images -> logits (n, classes), with gradients and random
    augmentation; stream: what the augmentation draws from; targets: of the training images, None
    where these are the draw's labelled ones.
    """

    network: nn.Module
    train_logits: Callable[[Tensor], Tensor]
    stream: torch.Generator
    targets: Targets | None = None

    def __call__(self, labels: Targets, smoothing: float) -> Objective:
        """To be minimised; smoothing: of the targets, in 0 to 1 (Szegedy et al., CVPR 2016)."""
        batch_loss = partial(self._loss, self.targets or labels, smoothing)
        examples = len((self.targets or labels).classes)
        return Objective(self.network, batch_loss, examples, streams=(self.stream,))

    def _loss(self, targets: Targets, smoothing: float, indices: Tensor) -> tuple[Tensor, Tensor]:
        logits, wanted = self.train_logits(indices), targets.classes[indices]
        right = logits.argmax(dim=1) == wanted
        if targets.weights is None:
            return F.cross_entropy(logits, wanted, label_smoothing=smoothing), right
        losses = F.cross_entropy(logits, wanted, label_smoothing=smoothing, reduction="none")
        weights = targets.weights[indices]
        return (weights * losses).sum() / weights.sum().clamp(min=SMALLEST_WEIGHT), right
