"""A student, and a teacher that is its running average and labels images for it.

Tarvainen & Valpola, NeurIPS 2017 (mean teacher, arXiv 1703.01780).
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.classify.classifier import Classifier
from semisup.selftrain.trust import Trust


class Joint(nn.Module):
    """Student and teacher, how far the teacher is believed, and sums of what it said.

    tally: images of the pool that were shown and their weights; of those whose class is known their
    number, and how many it named rightly.
    """

    tally: Tensor

    def __init__(self, start: Classifier, trust: Trust, average: float) -> None:
        """Both begin as `start`, which becomes the student; average: share that a teacher keeps."""
        super().__init__()
        self.student, self.trust, self.average = start, trust, average
        self.teacher = copy.deepcopy(start).requires_grad_(False)
        self.register_buffer("tally", torch.zeros(4))

    @torch.no_grad()
    def follow(self) -> None:
        """Move the teacher towards the student, batch norm's statistics included."""
        states = self.student.state_dict()
        for name, mine in self.teacher.state_dict().items():
            if mine.is_floating_point():
                mine.lerp_(states[name], 1 - self.average)
            else:  # the count of batches
                mine.copy_(states[name])

    @torch.no_grad()
    def labels(self, images: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        """What the teacher says of images (n, C, S, S), and how much that counts, both (n,).

        known: (n,) their classes, -1 for none, which are only compared with.
        """
        self.teacher.eval()
        classes, weights = self.trust.judge(F.softmax(self.teacher(images), dim=1))
        there = known >= 0
        sums = (torch.ones_like(weights), weights, there, there & (classes == known))
        self.tally += torch.stack([each.sum().float() for each in sums])
        return classes, weights

    def told(self) -> dict[str, float]:
        """Over all labels that the teacher gave: how sure, and where known how often right."""
        shown, weights, known, right = self.tally.tolist()
        return {"pool_sure": weights / shown} | ({"pool_top1": right / known} if known else {})
