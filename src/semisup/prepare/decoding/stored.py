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

WHITE = "semisup_white"  # in the info of an image
LARGEST = 65535
UNSIGNED, SIGNED = 1, 2  # in TIFF's tag of the form of samples


def stored_values(image: Image.Image) -> NDArray[Any] | None:
    """(H, W) of an image of more than 8 bits, or of signed ones; else None.

    Pillow reads signed TIFFs of 8 bits as unsigned, and unsigned ones of 32 bits as signed. Those
    of a PGM it stretches to 16 bits: one that is decoded already is as meant after `note_white`.
    """
    note_white(image)
    tags = image.tag_v2 if isinstance(image, TiffImageFile) else {}
    form = {*tags.get(SAMPLEFORMAT, (UNSIGNED,))}
    if image.mode == "L" and form == {SIGNED}:
        return np.asarray(image).view(np.int8)
    if image.mode[0] not in "IF":
        return None
    values = np.asarray(image)
    if image.mode == "I" and form == {UNSIGNED} and max(tags.get(BITSPERSAMPLE, (0,))) == 32:
        values = values.view(np.uint32)
    if WHITE in image.info:
        values = np.rint(values * (image.info[WHITE] / LARGEST)).astype(np.uint16)
    return values


def note_white(image: Image.Image) -> None:
    """Keep what a PGM of more than 8 bits says is white; Pillow forgets it in decoding."""
    tile = getattr(image, "tile", None)
    if image.format == "PPM" and image.mode == "I" and tile:
        is_whole = tile[0].codec_name == "raw"
        image.info[WHITE] = LARGEST if is_whole else tile[0].args[1]
