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
NO_DATA = 42113  # GDAL's tag
FAR_OFF = 1e30  # beyond it are floats that programs write for no data
UNSIGNED, SIGNED = 1, 2  # in TIFF's tag of the form of samples


def stored_values(image: Image.Image) -> NDArray[Any] | None:
    """(H, W) of an image of more than 8 bits, or of signed ones; else None.

    Pillow reads signed TIFFs of 8 bits as unsigned, and unsigned ones of 32 bits as signed. Those
    of a PGM it stretches to 16 bits: one that is decoded already is as meant after `note_white`.
    What a file says is no data is NaN, as are floats beyond FAR_OFF; of integers the least.
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
    return without_marked(values, no_data(image))


def no_data(image: Image.Image) -> float | None:
    """The value that a TIFF says stands for none, as GDAL writes it."""
    return mark_of(image.tag_v2.get(NO_DATA) if isinstance(image, TiffImageFile) else None)


def mark_of(said: object) -> float | None:
    """The number that the tag of no data says, if any."""
    try:
        return None if said is None else float(str(said).strip("\0 "))
    except ValueError:
        return None


def without_marked(values: NDArray[Any], mark: float | None) -> NDArray[Any]:
    """With NaN, or the least of integers, where values say that there are none."""
    kind = values.dtype.kind
    if kind == "f":
        is_none = (values < -FAR_OFF) | (values > FAR_OFF)
        if mark is not None:
            is_none |= values == values.dtype.type(mark)
        return np.where(is_none, values.dtype.type(np.nan), values)
    if mark is None:
        return values
    return np.where(values == mark, np.iinfo(values.dtype).min, values)


def note_white(image: Image.Image) -> None:
    """Keep what a PGM of more than 8 bits says is white; Pillow forgets it in decoding."""
    tile = getattr(image, "tile", None)
    if image.format == "PPM" and image.mode == "I" and tile:
        is_whole = tile[0].codec_name == "raw"
        image.info[WHITE] = LARGEST if is_whole else tile[0].args[1]
