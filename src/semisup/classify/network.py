"""The network of a classifier: an encoder up to a layer, and a head."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from semisup.classify.layers import build_head
from semisup.network.backbones import Encoder
from semisup.network.pooling import pooled, pooled_width


class Classifier(nn.Module):
    """Images (N, C, S, S) in 0 to 1 to logits (N, classes) in float32."""

    def __init__(self, encoder: Encoder, layer: str, pool: int, head: nn.Module) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head
        self.layer, self.pool = layer, pool

    def train(self, mode: bool = True) -> "Classifier":
        """Switch the mode; batch norm of an encoder that others trained keeps its statistics."""
        super().train(mode)
        if self.encoder.keeps_statistics:
            for norm in _norms(self.encoder):
                norm.eval()
        return self

    @property
    def norms(self) -> list[_BatchNorm]:
        """Batch norm that takes note of images while training."""
        return _norms(self.head if self.encoder.keeps_statistics else self)

    def forward(self, images: Tensor) -> Tensor:
        """Logits of every class."""
        logits: Tensor = self.head(self.features(images))
        return logits.float()

    def features(self, images: Tensor) -> Tensor:
        """What the head sees: (N, D)."""
        return pooled(self.encoder(images, self.layer), self.pool)


def _norms(module: nn.Module) -> list[_BatchNorm]:
    return [layer for layer in module.modules() if isinstance(layer, _BatchNorm)]


def with_random_head(
    encoder: Encoder,
    *,
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
