"""A student, and a teacher that is its moving average and gives it pseudo-labels.

Tarvainen & Valpola, NeurIPS 2017 (mean teacher, arXiv 1703.01780).
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.classify.network import Classifier
from semisup.selftrain.weighting import ConfidenceWeighting


class MeanTeacher(nn.Module):
    """Student and teacher, how much the teacher's labels count, and sums of what it said.

    statistics: images of the pool that were shown and their weights; of those whose class is known
    their number, and how many it named rightly.
    """

    statistics: Tensor

    def __init__(self, start: Classifier, weighting: ConfidenceWeighting, ema_decay: float) -> None:
        """Both begin as `start`, the student itself; ema_decay: share that the teacher keeps."""
        super().__init__()
        self.student, self.weighting, self.ema_decay = start, weighting, ema_decay
        self.teacher = copy.deepcopy(start).requires_grad_(False)
        self.register_buffer("statistics", torch.zeros(4))

    @torch.no_grad()
    def update_teacher(self) -> None:
        """Move the teacher's weights towards the student's: an exponential moving average."""
        mine: list[Tensor] = [*self.teacher.parameters()]
        others: list[Tensor] = [*self.student.parameters()]
        torch._foreach_lerp_(mine, others, 1 - self.ema_decay)  # all at once, as optimisers do

    @torch.no_grad()
    def pseudo_label(self, images: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        """Classes that the teacher gives images (n, C, S, S), and how much they count, both (n,).

        known: (n,) their classes, outputs.NO_CLASS for none, which are only compared with. Batch
        norm takes note of these images: the student's statistics are those of strong views, which
        look unlike any image that is to be classified.
        """
        self.teacher.eval()
        for norm in self.teacher.norms:
            norm.training = len(images) > 1
        classes, weights = self.weighting.weigh(F.softmax(self.teacher(images), dim=1))
        there = known >= 0
        sums = (torch.ones_like(weights), weights, there, there & (classes == known))
        self.statistics += torch.stack([each.sum().float() for each in sums])
        return classes, weights

    def pool_statistics(self) -> dict[str, float]:
        """Over all labels that the teacher gave: how sure, and where known how often right."""
        shown, weights, known, right = self.statistics.tolist()
        return {"pool_sure": weights / shown} | ({"pool_top1": right / known} if known else {})
