"""How many images a network looks at at once, where no gradients are wanted."""

from collections.abc import Callable

import torch
from torch import Tensor

from semisup.network.backbones import Encoder

CPU_VALUES = 8 * 3 * 224**2  # of pixels as it sees them: few enough for its maps to stay in caches
VALUES = 1024 * 3 * 64**2  # the same elsewhere: enough to keep a GPU busy


def in_parts(look: Callable[[Tensor], Tensor], images: Tensor, encoder: Encoder) -> Tensor:
    """What `look` makes of images, a few at a time, by what the encoder enlarges them to.

    Args:
        look: images (n, ...) -> (n, D); called once at least.
        images: (N, C, S, S) or (N, S, S, C), as `look` takes them.
        encoder: that `look` uses.
    """
    most = at_once(encoder, images.shape[2], images.device)
    return torch.cat([look(some) for some in images.split(most)])  # type: ignore[no-untyped-call]


def at_once(encoder: Encoder, image_size: int, device: torch.device) -> int:
    """How many images, stored with this side, an encoder looks at at once."""
    most = CPU_VALUES if device.type == "cpu" else VALUES
    return max(1, most // (encoder.channels * encoder.side(image_size) ** 2))
