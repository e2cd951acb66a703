"""The network of a classifier: an encoder up to a layer, and a head."""

from collections.abc import Sequence

from torch import Tensor, nn

from semisup.classify.layers import build_head
from semisup.network.backbones import Encoder, pooled, pooled_width


class Classifier(nn.Module):
    """Images (N, C, S, S) in 0 to 1 to logits (N, classes) in float32."""

    def __init__(self, encoder: Encoder, layer: str, pool: int, head: nn.Module) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head
        self.layer, self.pool = layer, pool

    def forward(self, images: Tensor) -> Tensor:
        """Logits of every class."""
        logits: Tensor = self.head(self.features(images))
        return logits.float()

    def features(self, images: Tensor) -> Tensor:
        """What the head sees: (N, D)."""
        return pooled(self.encoder(images, self.layer), self.pool)


def with_random_head(
    encoder: Encoder,
    image_size: int,
    layer: str,
    pool: int,
    hidden: Sequence[int],
    classes: int,
    dropout: float = 0.0,
    generator_seed: int = 0,
) -> Classifier:
    """An encoder under a head whose weights depend on the seed alone."""
    width = pooled_width(encoder, layer, pool, image_size)
    head = build_head(width, [*hidden], classes, dropout, generator_seed)
    return Classifier(encoder, layer, pool, head)
