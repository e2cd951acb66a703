"""Features that a frozen encoder gives."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData, Ints
from semisup.data.device_images import DeviceImages
from semisup.features.stored import Features
from semisup.network.backbones import Encoder
from semisup.network.batching import in_parts
from semisup.network.pooling import pooled, pooled_width


@dataclass(frozen=True)
class FeatureExtractor:
    """A frozen encoder up to `layer`, whose maps are averaged to pool x pool at most."""

    encoder: Encoder
    layer: str
    pool: int
    runtime: Runtime

    def width(self, image_size: int) -> int:
        """Length D of the features."""
        return pooled_width(self.encoder, self.layer, self.pool, image_size)

    def __call__(self, images: Tensor) -> Features:
        """Features (N, D) of images (N, C, S, S) in 0 to 1."""
        with torch.no_grad(), self.runtime.autocast():
            found = in_parts(self._look, images, self.encoder)
        return found.half().cpu().numpy()

    def _look(self, images: Tensor) -> Tensor:
        return pooled(self.encoder(images, self.layer), self.pool)

    def plain(self, data: ImageData, positions: Ints) -> Features:
        """Features of the images at these positions, as they are."""
        images = DeviceImages(data, positions, self.runtime)
        features = np.empty((len(images), self.width(data.image_size)), np.float16)
        for batch in images.batches():
            features[batch] = self(images.plain(batch))
        return features
