"""How a classifier does on its validation images: in all, and on each half of them."""

import torch
from torch import Tensor
from torch.nn import functional as F

from semisup.training.cross_validation import Half
from semisup.training.selection import Score

SMALLEST_HALVES = 2  # images that can be halved


class Validation:
    """Labels of the validation images of one draw, and how much each image counts."""

    def __init__(self, labels: Tensor, balanced: bool) -> None:
        """Labels (n,) on the device; balanced: all classes count the same, else all images."""
        self._labels, self._balanced = labels, balanced
        # every second image of each class, so that both halves have the classes' shares
        second = torch.zeros(len(labels), dtype=torch.bool, device=labels.device)
        second[labels.argsort(stable=True)[1::2]] = True
        self._halves = (~second, second) if len(labels) >= SMALLEST_HALVES else ()

    def score(self, logits: Tensor) -> Score:
        """Accuracy and loss of logits (n, classes)."""
        losses = F.cross_entropy(logits, self._labels, reduction="none")
        right = (logits.argmax(dim=1) == self._labels).float()
        every = torch.ones_like(self._labels, dtype=torch.bool)
        whole, *halves = (self._means(right, losses, part) for part in (every, *self._halves))
        return Score(*whole, tuple(halves))

    def _means(self, right: Tensor, losses: Tensor, part: Tensor) -> Half:
        labels = self._labels[part]
        if not self._balanced:
            return Half(float(right[part].mean()), float(losses[part].mean()))
        counts = labels.bincount()
        there = counts > 0
        weights = 1 / (counts[labels] * there.sum())
        # by counts: the same whichever images of a class are right
        recalls = labels[right[part] > 0].bincount(minlength=len(counts))[there] / counts[there]
        return Half(float(recalls.mean()), float((losses[part] * weights).sum()))
