"""How many images a network looks at at once, where no gradients are wanted."""

from collections.abc import Callable

import torch
from torch import Tensor

from semisup.network.backbones import Encoder

CPU_VALUES = 8 * 3 * 224**2  # of pixels as it sees them: few enough for its maps to stay in caches
VALUES = 1024 * 3 * 64**2  # the same elsewhere: enough to keep a GPU busy


def in_parts(
    look: Callable[[Tensor], Tensor], images: Tensor, encoder: Encoder, image_size: int
) -> Tensor:
    """What `look` makes of images (N, ...), a few at a time, by what the encoder enlarges them to.

    Args:
        look: images (n, ...) -> (n, D); called once at least.
        images: stored as `look` takes them.
        encoder: that `look` uses.
        image_size: their side in pixels.
    """
    most = CPU_VALUES if images.device.type == "cpu" else VALUES
    at_once = max(1, most // (encoder.channels * encoder.side(image_size) ** 2))
    return torch.cat([look(some) for some in images.split(at_once)])  # type: ignore[no-untyped-call]
