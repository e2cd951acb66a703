"""Colour images of 16 bits a channel, of which Pillow keeps the upper 8."""

from collections.abc import Callable
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import BITSPERSAMPLE, TiffImageFile

from semisup.prepare.records import Unreadable

MOST_COLOURS = 3
PREMULTIPLIED, ALPHA = 1, 2  # in TIFF's tag of samples beside the colours
Values = NDArray[np.uint16]


def is_deep_colour(image: ImageFile) -> bool:
    """Whether an image that is not decoded yet is one, in a file that can be read whole."""
    return image.format in _READERS and has_more_bits(image)


def has_more_bits(image: ImageFile) -> bool:
    """Whether an image that is not decoded yet is one."""
    if image.mode not in ("RGB", "RGBA", "LA"):
        return False
    if isinstance(image, TiffImageFile):
        return bool(max(image.tag_v2.get(BITSPERSAMPLE, (8,))) == 16)
    return any(";16" in str(t.args) for t in image.tile)


def colours(values: Values) -> Values:
    """(H, W, 1 or 3) of these, without transparency."""
    return values[..., : values.shape[2] - (values.shape[2] + 1) % 2]


def deep_values(stream: IO[bytes], kind: str | None) -> Values:
    """(H, W, C) of a PNG or TIFF of this kind, upright where the file says which way is up.

    Raises:
        Unreadable: it is damaged.
    """
    stream.seek(0)
    try:
        return _READERS[kind](stream)
    except MemoryError:
        raise
    except Exception:  # on damaged files decoders raise all kinds
        raise Unreadable(f"corrupt {kind} file of 16 bits a colour") from None


def _png(stream: IO[bytes]) -> Values:
    """As it lies in the file; torchvision's import takes seconds: only for these."""
    import torch
    from torchvision.io import decode_image

    content = torch.frombuffer(bytearray(stream.read()), dtype=torch.uint8)
    values: Values = decode_image(content, "UNCHANGED").permute(1, 2, 0).numpy()
    return values


def _tiff(stream: IO[bytes]) -> Values:
    """Of the first page."""
    from tifffile import TiffFile

    with TiffFile(stream) as file:
        page = file.pages.first
        values = of_page(page)
        values = _with_alpha_apart(values, [int(kind) for kind in page.extrasamples])
    return np.ascontiguousarray(values, np.uint16)


def of_page(page: Any) -> NDArray[Any]:
    """(H, W, C) of tifffile's page, turned by its orientation, as Pillow turns TIFFs on loading."""
    values = page.asarray()
    if page.axes == "SYX":  # each colour by itself
        values = np.moveaxis(values, 0, 2)
    elif page.axes == "ZYXS":  # of a volume the first
        values = values[0]
    values = values.reshape(*values.shape[:2], -1)
    orientation = page.tags.valueof("Orientation", 1)
    return _UPRIGHT[orientation](values) if orientation in _UPRIGHT else values


def _with_alpha_apart(values: Values, extra: list[int]) -> Values:
    """Colours and, where there is one, a transparency that they are not multiplied by yet."""
    if values.shape[2] <= 3 or extra[:1] not in ([PREMULTIPLIED], [ALPHA]):
        # without others, such as a fourth colour of satellites, which is infrared
        return values[..., :MOST_COLOURS]
    if extra[0] == ALPHA:
        return values[..., :4]
    alpha = values[..., 3:4]
    colours = values[..., :3] * (65535 / np.maximum(alpha, 1))
    return np.concatenate([np.minimum(colours, 65535).astype(np.uint16), alpha], axis=2)


_READERS: dict[str | None, Callable[[IO[bytes]], Values]] = {"PNG": _png, "TIFF": _tiff}

_UPRIGHT: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {  # by TIFF's tag 274
    2: np.fliplr,
    3: lambda values: np.rot90(values, 2),
    4: np.flipud,
    5: lambda values: values.swapaxes(0, 1),
    6: lambda values: np.rot90(values, -1),
    7: lambda values: np.rot90(values, 2).swapaxes(0, 1),
    8: np.rot90,
}
