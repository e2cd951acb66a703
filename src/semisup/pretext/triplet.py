"""Is this the same image, or another one? (Schroff et al., CVPR 2015, arXiv 1503.03832, with
positives as in Dosovitskiy et al., arXiv 1406.6909)

Anchor and positive: two views of an image, by random crops, affine and colour changes. Negative:
a view of another image of the batch. The positive's embedding shall be nearer to the anchor's than
the negative's, by a margin. What matters is the choice of negatives: the hardest ones collapse the
embedding, most random ones are soon far enough to teach nothing more.
"""

from typing import ClassVar, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from semisup.params.base import Positive
from semisup.pretext.shared.similarity import SimilarityTask, ViewSettings, squared_distances


class Settings(ViewSettings):
    """`pretrain.triplet`."""

    negatives: Literal["all", "random", "semi_hard"]
    margin: Positive


class Task(SimilarityTask):
    """The encoder, and a projection to embeddings of length 1."""

    remedy: ClassVar[str] = (
        "lower pretrain.triplet.lr, raise batch_images or margin, or set negatives: random"
    )

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
        active = (losses > 0).float().view(len(images), -1).mean(dim=1)
        return super().figures(images) | {"active": active}

    def _triplets(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Loss of every triplet, (N,) or (N, N - 1) with all negatives; accuracy (N,)."""
        anchor, positive = self.embedded_views(images).chunk(2)
        to_positive = (anchor - positive).square().sum(dim=1)
        to_others = distances_to_others(anchor)
        at_random = random_negatives(to_others)
        nearer = to_positive < at_random
        if self.settings.negatives == "all":
            beyond = to_positive[:, None] - without_own(to_others)
            return F.relu(beyond + self.settings.margin), nearer
        chosen = at_random
        if self.settings.negatives == "semi_hard":
            chosen = semi_hard_negatives(to_positive, to_others)
        return F.relu(to_positive - chosen + self.settings.margin), nearer


def distances_to_others(anchors: Tensor) -> Tensor:
    """Squared distance (N, N) of each anchor (N, D) to each; infinite to itself."""
    own = torch.eye(len(anchors), dtype=torch.bool, device=anchors.device)
    return squared_distances(anchors).masked_fill(own, torch.inf)


def without_own(to_others: Tensor) -> Tensor:
    """Distances (N, N - 1) to the others alone, of (N, N); (1, 1) stays, as an infinite one."""
    n = len(to_others)
    if n == 1:
        return to_others
    return to_others.flatten()[1:].view(n - 1, n + 1)[:, :-1].reshape(n, n - 1)


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
