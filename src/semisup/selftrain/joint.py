"""A student, and a teacher that is its running average and labels images for it.

Tarvainen & Valpola, NeurIPS 2017 (mean teacher, arXiv 1703.01780).
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.classify.network import Classifier
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
        """Move the teacher's weights towards the student's."""
        pairs = zip(self.teacher.parameters(), self.student.parameters(), strict=True)
        for mine, other in pairs:
            mine.lerp_(other, 1 - self.average)

    @torch.no_grad()
    def labels(self, images: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        """What the teacher says of images (n, C, S, S), and how much that counts, both (n,).

        known: (n,) their classes, -1 for none, which are only compared with. Batch norm takes note
        of these images: the student's statistics are those of strong views, which look unlike any
        image that is to be classified.
        """
        self.teacher.eval()
        for norm in self.teacher.norms:
            norm.training = len(images) > 1
        classes, weights = self.trust.judge(F.softmax(self.teacher(images), dim=1))
        there = known >= 0
        sums = (torch.ones_like(weights), weights, there, there & (classes == known))
        self.tally += torch.stack([each.sum().float() for each in sums])
        return classes, weights

    def told(self) -> dict[str, float]:
        """Over all labels that the teacher gave: how sure, and where known how often right."""
        shown, weights, known, right = self.tally.tolist()
        return {"pool_sure": weights / shown} | ({"pool_top1": right / known} if known else {})
