"""Grey values as a file means them, where Pillow gives others."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import (
    BITSPERSAMPLE,
    SAMPLEFORMAT,
    TiffImageFile,
)

UNSIGNED, SIGNED = 1, 2  # in TIFF's tag of the form of samples


def stored_values(image: Image.Image) -> NDArray[Any] | None:
    """(H, W) of an image of more than 8 bits, or of signed ones; else None.

    Pillow reads signed TIFFs of 8 bits as unsigned, and unsigned ones of 32 bits as signed.
    """
    tags = image.tag_v2 if isinstance(image, TiffImageFile) else {}
    form = {*tags.get(SAMPLEFORMAT, (UNSIGNED,))}
    if image.mode == "L" and form == {SIGNED}:
        return np.asarray(image).view(np.int8)
    if image.mode[0] not in "IF":
        return None
    values = np.asarray(image)
    if image.mode == "I" and form == {UNSIGNED} and max(tags.get(BITSPERSAMPLE, (0,))) == 32:
        values = values.view(np.uint32)
    return values
