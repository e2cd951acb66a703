"""Colour images of 16 bits a channel, of which Pillow keeps the upper 8."""

from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL.ImageFile import ImageFile

from semisup.prepare.records import Unreadable


def is_deep_colour(image: ImageFile) -> bool:
    """Whether an image that is not decoded yet is one, in a file that can be read whole."""
    return image.format == "PNG" and has_more_bits(image)


def has_more_bits(image: ImageFile) -> bool:
    """Whether an image that is not decoded yet is one."""
    return image.mode in ("RGB", "RGBA", "LA") and any(";16" in str(t.args) for t in image.tile)


def colours(values: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """(H, W, 1 or 3) of these, without transparency."""
    return values[..., : values.shape[2] - (values.shape[2] + 1) % 2]


def deep_values(stream: IO[bytes]) -> NDArray[np.uint16]:
    """(H, W, C) of a PNG of this kind; torchvision's import takes seconds: only for these.

    Raises:
        Unreadable: it is damaged.
    """
    import torch
    from torchvision.io import decode_image

    stream.seek(0)
    content = torch.frombuffer(bytearray(stream.read()), dtype=torch.uint8)
    try:
        values: NDArray[np.uint16] = decode_image(content, "UNCHANGED").permute(1, 2, 0).numpy()
    except RuntimeError:
        raise Unreadable("corrupt PNG file of 16 bits a colour") from None
    return values
