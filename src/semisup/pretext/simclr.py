"""Which of the other views shows the same image? (Chen et al., ICML 2020, arXiv 2002.05709)

Two strongly changed views of each image of a batch; each must find its partner among all the
others (NT-Xent loss). What matters: views that share no cheap mark such as their colours, large
batches, and a projection head that is thrown away.
"""

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from semisup.params.base import Positive
from semisup.pretext.shared.similarity import SimilarityTask, ViewSettings, cosines


class Settings(ViewSettings):
    """`pretrain.simclr`."""

    temperature: Positive


class Task(SimilarityTask):
    """The encoder, and a projection to embeddings of length 1."""

    remedy: ClassVar[str] = "lower pretrain.simclr.lr, raise batch_images or lower temperature"

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """NT-Xent, and whether each of the 2 N views has its partner nearest."""
        return nt_xent(self.embedded_views(images), self.settings.temperature)


def nt_xent(embeddings: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
    """Normalised temperature-scaled cross-entropy of picking the partner among the other views.

    Args:
        embeddings: (2 N, D) of length 1; the partner of row i is row i + N, modulo 2 N.
        temperature: that the cosines are divided by.

    Returns:
        The mean loss, and whether each view's partner is nearest (2 N,).
    """
    views = len(embeddings)
    logits = (cosines(embeddings) / temperature).fill_diagonal_(-torch.inf)
    partner = torch.arange(views, device=embeddings.device).roll(views // 2)
    return F.cross_entropy(logits, partner), logits.argmax(dim=1) == partner
