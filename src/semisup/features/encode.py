"""Features that a frozen encoder gives."""

import numpy as np
import torch
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData, Ints
from semisup.data.device_images import DeviceImages
from semisup.features.stored import Features
from semisup.network.backbones import Encoder, pooled, pooled_width


def encode(encoder: Encoder, images: Tensor, layer: str, pool: int, runtime: Runtime) -> Features:
    """Features (N, D) of images (N, C, S, S): maps of `layer`, averaged to pool x pool at most."""
    with torch.no_grad(), runtime.autocast():
        return pooled(encoder(images, layer), pool).half().cpu().numpy()


def encode_plain(
    encoder: Encoder, data: ImageData, positions: Ints, layer: str, pool: int, runtime: Runtime
) -> Features:
    """`encode` of the images at these positions, as they are."""
    width = pooled_width(encoder, layer, pool, data.image_size)
    features = np.empty((len(positions), width), np.float16)
    encode_into(features, encoder, data, positions, layer, pool, runtime)
    return features


def encode_into(
    features: Features,
    encoder: Encoder,
    data: ImageData,
    positions: Ints,
    layer: str,
    pool: int,
    runtime: Runtime,
) -> None:
    """`encode_plain` to where the features shall lie, such as a file."""
    images = DeviceImages.of(data, positions, runtime)
    for batch in images.batches():
        features[batch] = encode(encoder, images.plain(batch), layer, pool, runtime)
