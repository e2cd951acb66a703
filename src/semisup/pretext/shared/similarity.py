"""Which images are alike? What the tasks `triplet` and `simclr` share.

Images become points on a sphere (embeddings of length 1) where two views of one image should lie
close together. All lying in one place would do for that, and nothing be learned: `spread` tells.
"""

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.data.views import strong_view
from semisup.network.backbones import Encoder
from semisup.network.pooling import pooled, pooled_width
from semisup.params.base import TwoOrMore
from semisup.params.data_sections import Views
from semisup.pretext.shared.synchronised import gathered_images
from semisup.pretext.shared.task import Examples, PretextTask, TrainedSettings

COLLAPSED = 0.05  # spread below which all images count as one
ROWS, NEIGHBOURS = 8, 5  # of the picture


class ViewSettings(TrainedSettings, Views):
    """What makes two views of an image, and the points that they become."""

    projection: TwoOrMore


class SimilarityTask(PretextTask):
    """The encoder, and a projection of its pooled features that is trained with it only.

    The projection has one hidden layer as wide as the features. Batch norm after both layers
    spreads the embeddings from the start: pooled features are all alike.
    """

    encoder_passes = 2
    contrastive = True
    example_images: ClassVar[int] = 256  # to find the nearest among
    remedy: ClassVar[str]  # what to do about a collapse

    def __init__(self, encoder: Encoder, settings: Any, image_size: int) -> None:
        super().__init__(encoder, settings, image_size)
        width = pooled_width(encoder, encoder.layers[-1], 1, image_size)
        hidden = [nn.Linear(width, width, bias=False), _batch_norm(width), nn.ReLU()]
        last = nn.Linear(width, settings.projection, bias=False)
        self.projection = nn.Sequential(*hidden, last, _batch_norm(settings.projection))

    def embedded_views(self, images: Tensor) -> Tensor:
        """Embeddings (2 N, D) of two views of each image; row i + N shows what row i does.

        In training the N images are those of all processes that train together.
        """
        both = self.embed(torch.cat([strong_view(images, self.settings) for _ in range(2)]))
        if not self.training:
            return both
        return torch.cat([gathered_images(views) for views in both.chunk(2)])

    def embed(self, images: Tensor) -> Tensor:
        """Images (N, C, S, S) to embeddings (N, D) of length 1, in float32."""
        projected: Tensor = self.projection(pooled(self.encoder(images), 1))
        return F.normalize(projected.float(), dim=1)

    def figures(self, images: Tensor) -> dict[str, Tensor]:
        """The spread of the images' embeddings; nothing for a single image."""
        return {"spread": spread(self.embed(images))} if len(images) > 1 else {}

    def collapse(self, figures: dict[str, float]) -> str | None:
        """Whether all embeddings lie in one place."""
        if figures.get("spread", 1.0) >= COLLAPSED:
            return None
        return (
            f"the embedding collapsed: its spread over images is {figures['spread']:.3f} (0: all "
            f"images in one place, 1: all over the sphere); {self.remedy}"
        )

    def examples(self, images: Tensor) -> Examples:
        """Held-out images, each with those of the others that lie nearest, and their distance."""
        if len(images) < 2:
            return Examples(images[:, None])
        distances = squared_distances(self.embed(images)).fill_diagonal_(torch.inf).sqrt()
        count = min(NEIGHBOURS, len(images) - 1)
        nearest, which = distances[:ROWS].topk(count, dim=1, largest=False)
        rows = torch.cat([images[:ROWS, None], images[which]], dim=1)
        captions = [["", *(f"{distance:.2f}" for distance in row)] for row in nearest.tolist()]
        return Examples(rows, captions, ["image", *(f"near {n + 1}" for n in range(count))])


def _batch_norm(width: int) -> nn.Module:
    """Batch norm that normalises by the batch at hand in evaluation too.

    Running means lag behind in a short training, and embeddings that are off centre look collapsed.
    """
    return nn.BatchNorm1d(width, track_running_stats=False)


def spread(embeddings: Tensor) -> Tensor:
    """How far embeddings (N, D) of length 1 lie apart, the same figure for each: (N,).

    The standard deviation over images, mean over dimensions, in units of 1 / sqrt(D): near 1 where
    they lie all over the sphere, 0 where they lie in one place (Chen & He, arXiv 2011.10566).
    """
    deviation = embeddings.std(dim=0, correction=0).mean() * math.sqrt(embeddings.shape[1])
    return deviation.expand(len(embeddings))


def cosines(embeddings: Tensor) -> Tensor:
    """Cosine (N, N) of each pair of embeddings (N, D) of length 1."""
    # autocast would multiply in bfloat16, which can't tell 0.99 from 0.992
    with torch.autocast(embeddings.device.type, enabled=False):
        products: Tensor = embeddings @ embeddings.T
    return products


def squared_distances(embeddings: Tensor) -> Tensor:
    """Squared distance (N, N) of each pair of embeddings (N, D) of length 1."""
    return (2 - 2 * cosines(embeddings)).clamp_min(0)
