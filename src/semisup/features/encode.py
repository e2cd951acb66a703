"""Features that a frozen encoder gives."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData, Ints
from semisup.data.device_images import DeviceImages
from semisup.features.stored import Features
from semisup.network.backbones import Encoder, pooled, pooled_width

CPU_VALUES = 8 * 3 * 224**2  # of pixels at once


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
            found = [
                pooled(self.encoder(some, self.layer), self.pool).half().cpu()
                for some in images.split(self._at_once(images))  # type: ignore[no-untyped-call]
            ]
        return torch.cat(found).numpy()

    def _at_once(self, images: Tensor) -> int:
        """How many images the encoder gets: on a CPU, few enough for its maps to stay in caches."""
        if images.device.type != "cpu":
            return len(images)
        side = getattr(self.encoder.entry, "side", images.shape[-1])  # that they are enlarged to
        return max(1, CPU_VALUES // (self.encoder.channels * side**2))

    def plain(self, data: ImageData, positions: Ints) -> Features:
        """Features of the images at these positions, as they are."""
        features = np.empty((len(positions), self.width(data.image_size)), np.float16)
        self.write_plain(data, positions, features)
        return features

    def write_plain(self, data: ImageData, positions: Ints, features: Features) -> None:
        """`plain` to where the features shall lie, such as a file."""
        images = DeviceImages.of(data, positions, self.runtime)
        for batch in images.batches():
            features[batch] = self(images.plain(batch))
