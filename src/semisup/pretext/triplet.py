"""Is this the same image, or another one? (Schroff et al., CVPR 2015, arXiv 1503.03832, with
positives as in Dosovitskiy et al., arXiv 1406.6909)

Anchor: an image. Positive: a random affine and colour change of it. Negative: another image of the
batch. The positive's embedding shall be nearer to the anchor's than the negative's, by a margin.
What matters is the choice of negatives: the hardest ones collapse the embedding.
"""

from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.augment import augment
from semisup.params_sections import Augment, Fraction, Positive
from semisup.pretext import TrainedSettings
from semisup.similarity import SimilarityTask, batch_norm, squared_distances
from semisup.views import recolour


class Settings(TrainedSettings):
    """`pretrain.triplet`."""

    positive: Augment
    hue: Annotated[float, Field(ge=0, le=0.5)]
    grey: Fraction
    negatives: Literal["random", "semi_hard"]
    margin: Positive
    embedding: Annotated[int, Field(ge=2)]


class Task(SimilarityTask):
    """The encoder, and a linear layer to embeddings of length 1."""

    remedy: ClassVar[str] = (
        "lower pretrain.triplet.lr, raise batch_images or margin, or set negatives: random"
    )

    def project(self, width: int) -> nn.Module:
        """Batch norm spreads the embeddings from the start: pooled features are all alike."""
        size = self.settings.embedding
        return nn.Sequential(nn.Linear(width, size, bias=False), batch_norm(size))

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean triplet loss, and whether each positive is nearer than a random negative.

        That negative is random whichever `negatives` are trained on, so that the figures of merit
        of both can be compared.
        """
        losses, nearer = self._triplets(images)
        return losses.mean(), nearer

    def figures(self, images: Tensor) -> dict[str, Tensor]:
        """The spread, and the share of triplets that still have a loss to learn from."""
        losses, _ = self._triplets(images)
        return super().figures(images) | {"active": losses > 0}

    def _triplets(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Loss and accuracy of each image's triplet, (N,) each."""
        moved = augment(images, self.settings.positive, None)
        positives = recolour(moved, self.settings.hue, self.settings.grey)
        anchor, positive = self.embed(torch.cat([images, positives])).chunk(2)
        to_positive = (anchor - positive).square().sum(dim=1)
        to_others = distances_to_others(anchor)
        at_random = random_negatives(to_others)
        chosen = at_random
        if self.settings.negatives == "semi_hard":
            chosen = semi_hard_negatives(to_positive, to_others)
        losses = F.relu(to_positive - chosen + self.settings.margin)
        return losses, to_positive < at_random


def distances_to_others(anchors: Tensor) -> Tensor:
    """Squared distance (N, N) of each anchor (N, D) to each; infinite to itself."""
    own = torch.eye(len(anchors), dtype=torch.bool, device=anchors.device)
    return squared_distances(anchors).masked_fill(own, torch.inf)


def random_negatives(to_others: Tensor) -> Tensor:
    """Distance (N,) of each anchor to one of the other images of its batch."""
    n = len(to_others)
    ahead = torch.randint(1, max(n, 2), (n,), device=to_others.device)
    which = (torch.arange(n, device=to_others.device) + ahead) % n
    return to_others.gather(1, which[:, None])[:, 0]


def semi_hard_negatives(to_positive: Tensor, to_others: Tensor) -> Tensor:
    """Distance (N,) of each anchor to its nearest negative that is farther than its positive.

    Only those within the margin have a loss, so this picks a semi-hard one wherever there is one.
    Where every negative is nearer than the positive the farthest is taken, the least hard.
    """
    farther = to_others > to_positive[:, None]
    nearest = to_others.masked_fill(~farther, torch.inf).amin(dim=1)
    farthest = to_others.masked_fill(to_others.isinf(), 0).amax(dim=1)
    return torch.where(nearest.isinf(), farthest, nearest)
