"""TIFFs that Pillow has no mode for: grey of 16 or 64 bit floats, colours of floats or signed."""

import math
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from semisup.prepare.decoding.deep_colour import MOST_COLOURS, of_page
from semisup.prepare.decoding.stored import NO_DATA, mark_of, without_marked

if TYPE_CHECKING:  # its import takes time, and few files need it
    from tifffile import TiffPage

PIXEL_BYTES = 72  # at the most, of four floats of 64 bits with their conversions
MOST_BANDS = 4  # colours and transparency
RGB = 2  # as TIFF calls colours
_AXES = ("YX", "YXS", "SYX")


class OtherTiff:
    """The first page of one, not read yet; size: (width, height) in pixels."""

    def __init__(self, page: "TiffPage") -> None:
        """Of tags that were read; its file stays open."""
        self._page = page
        self.size = (page.imagewidth, page.imagelength)
        self.bytes_needed = math.prod(self.size) * PIXEL_BYTES

    @classmethod
    def of(cls, stream: IO[bytes]) -> Self | None:
        """One in grey or RGB, whose samples are integers or floats; None: it is of another kind."""
        from tifffile import TiffFile

        stream.seek(0)
        page = TiffFile(stream).pages.first
        bands = page.samplesperpixel
        is_known = bands == 1 or (page.photometric == RGB and MOST_COLOURS <= bands <= MOST_BANDS)
        is_known = is_known and page.axes in _AXES
        return cls(page) if is_known and page.dtype and page.dtype.kind in "fiu" else None

    def values(self) -> NDArray[Any]:
        """(H, W, 1 or 3), upright; floats, and integers of 64 bits, as floats of 32 bits.

        NaN is what the file says is no data, of integers the least.
        """
        values = of_page(self._page)[..., :MOST_COLOURS]
        if values.dtype.kind == "f" or values.dtype.itemsize > 4:
            with np.errstate(over="ignore"):
                values = values.astype(np.float32)
        return without_marked(values, self.no_data)

    @property
    def no_data(self) -> float | None:
        """The value that stands for none, as GDAL writes it."""
        return mark_of(self._page.tags.valueof(NO_DATA))
