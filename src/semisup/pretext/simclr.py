"""Which of the other views shows the same image? (Chen et al., ICML 2020, arXiv 2002.05709)

Two strongly changed views of each image of a batch; each must find its partner among all the
others (NT-Xent loss). What matters: views that share no cheap mark such as their colours, large
batches, and a projection head that is thrown away.
"""

from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.augment import augment
from semisup.params_sections import Augment, Fraction, Positive
from semisup.pretext import TrainedSettings
from semisup.similarity import SimilarityTask, batch_norm, cosines
from semisup.views import random_blur, random_crop, recolour


class Settings(TrainedSettings):
    """`pretrain.simclr`."""

    crop: Annotated[float, Field(gt=0, le=1)]
    strong: Augment
    hue: Annotated[float, Field(ge=0, le=0.5)]
    grey: Fraction
    blur: Fraction
    temperature: Positive
    projection: Annotated[int, Field(ge=2)]


class Task(SimilarityTask):
    """The encoder, and two layers to embeddings of length 1."""

    remedy: ClassVar[str] = "lower pretrain.simclr.lr, raise batch_images or lower temperature"

    def project(self, width: int) -> nn.Module:
        """One hidden layer as wide as the features, batch norm after both."""
        size = self.settings.projection
        hidden = [nn.Linear(width, width, bias=False), batch_norm(width), nn.ReLU()]
        return nn.Sequential(*hidden, nn.Linear(width, size, bias=False), batch_norm(size))

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """NT-Xent, and whether each of the 2 N views has its partner nearest."""
        views = torch.cat([strong_view(images, self.settings) for _ in range(2)])
        return nt_xent(self.embed(views), self.settings.temperature)


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


def strong_view(images: Tensor, settings: Settings) -> Tensor:
    """Images (N, C, S, S) in 0 to 1, each cropped, recoloured and blurred in its own way."""
    images = augment(random_crop(images, settings.crop), settings.strong, None)
    images = recolour(images, settings.hue, settings.grey)
    if settings.blur:
        images = random_blur(images, settings.blur)
    return images
