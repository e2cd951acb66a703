"""Image files, decoded to square 8-bit RGB pixels.

`formats` tells what a file is. An animation or multi-page file gives its first frame. Large JPEGs
are shrunk by a whole factor while they are decoded. `pixels` has the rules for all that follows.
"""

import io
import logging
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import (
    PHOTOMETRIC_INTERPRETATION,
    SAMPLESPERPIXEL,
    ImageFileDirectory_v2,
)

from semisup.prepare.decoding.deep_colour import deep_values, is_deep_colour
from semisup.prepare.decoding.formats import PREFIX_BYTES, format_of
from semisup.prepare.decoding.other_tiffs import MOST_BANDS, RGB, OtherTiff
from semisup.prepare.decoding.pixels import (
    REDUCING_GAP,
    Fit,
    Ranges,
    fit_pixels,
    fit_values,
    target_size,
)
from semisup.prepare.decoding.stored import note_white
from semisup.prepare.records import Decoded, Facts, Pixels, Unreadable

logging.getLogger("PIL").addHandler(logging.NullHandler())  # else it writes on standard error

Reserve = Callable[[int], AbstractContextManager[object]]  # held while so many bytes are needed

# at the most, measured: of Pillow's image with its conversions, and of the WebP library's own
PIXEL_BYTES, WEBP_PIXEL_BYTES, DEEP_PIXEL_BYTES = 13, 18, 27
# Pillow's words where each band lies by itself, and it knows no colour for one
_NO_COLOUR = ("string index out of range", "unknown raw mode")
_NO_MODE = "unknown pixel mode"
BIG_TIFF = (b"+\0", b"\0+")
COEFFICIENT_BYTES = 2  # of a progressive JPEG's colour channel, for the image of full size


def decode(
    file: bytes | str | Path,
    image_size: int,
    fit: Fit,
    max_megapixels: float,
    reserve: Reserve = nullcontext,
    ranges: Ranges | None = None,
) -> Pixels:
    """Pixels of an image file, given as its content or its path: (S, S, 3), S = `image_size`.

    Images of more than `max_megapixels` million pixels are refused before they are decoded. Others
    are decoded when there is room for them. `ranges` are those of values of more than 8 bits; None:
    each image by itself.

    Raises:
        Unreadable: empty, no image, truncated, corrupt, too large, or not to be read from disk.
    """
    try:
        # Odd metadata makes Pillow warn; it says nothing about the pixels.
        with warnings.catch_warnings(action="ignore"), _stream(file) as stream:
            return _decode(stream, image_size, fit, max_megapixels, reserve, ranges)
    except OSError as error:  # of the file system: those of a decoder never come this far
        raise Unreadable(f"cannot be read: {error.strerror or error}") from None


def decode_into(
    rows: Pixels,
    files: Sequence[bytes | str],
    fit: Fit,
    max_megapixels: float,
    ranges: Ranges | None = None,
    reserve: Reserve = nullcontext,
) -> list[Facts | str]:
    """`decode` each file into its row of `rows` (n, S, S, 3).

    Returns what is known of the pixels, or the reason why there are none.
    """

    def one(row: Pixels, file: bytes | str) -> Facts | str:
        try:
            row[:] = decode(file, row.shape[0], fit, max_megapixels, reserve, ranges)
        except Unreadable as error:
            return str(error)
        return Decoded.of(row).facts

    return [one(row, file) for row, file in zip(rows, files, strict=True)]


def _stream(file: bytes | str | Path) -> AbstractContextManager[IO[bytes]]:
    # a Path takes longer to make than a small file to read
    return io.BytesIO(file) if isinstance(file, bytes) else io.BufferedReader(io.FileIO(file))


def _decode(
    stream: IO[bytes],
    image_size: int,
    fit: Fit,
    max_megapixels: float,
    reserve: Reserve,
    ranges: Ranges | None,
) -> Pixels:
    name = _name(stream)
    try:
        image = _image(stream, name)
        _check_size(image.size, max_megapixels)
        if isinstance(image, OtherTiff):
            with reserve(image.bytes_needed):
                return fit_values(image.values(), image_size, fit, ranges)
        full_size = image.size
        width, height = target_size(full_size, image_size, fit)
        image.draft(None, (width * REDUCING_GAP, height * REDUCING_GAP))
        with reserve(_bytes_needed(image, full_size)):
            deep = is_deep_colour(image)
            image.load()
            values = deep_values(stream, name) if deep else None
            return fit_pixels(image, image_size, fit, ranges, values)
    except Unreadable:
        raise
    except Image.DecompressionBombError:  # some decoders check a second size, a frame's or tile's
        raise Unreadable("more pixels than Pillow decodes") from None
    except Exception as error:  # on malformed files decoders raise all kinds: KeyError, struct...
        raise Unreadable(_reason(name, error, stream)) from None


@contextmanager
def opened(file: bytes | str) -> Iterator[ImageFile | OtherTiff]:
    """An image that is not decoded yet, whatever its size; raises all kinds of exceptions."""
    with warnings.catch_warnings(action="ignore"), _stream(file) as stream:
        yield _image(stream, _name(stream))


def _name(stream: IO[bytes]) -> str:
    prefix = stream.read(PREFIX_BYTES)
    if not prefix:
        raise Unreadable("empty file")
    return format_of(prefix)


def _image(stream: IO[bytes], name: str) -> ImageFile | OtherTiff:
    stream.seek(0)
    try:
        # Not Image.open: it applies Pillow's own limit of pixels, a global of the process.
        image = Image.OPEN[name][0](stream, "")
    except SyntaxError as error:
        if name == "TIFF" and _NO_MODE in str(error) and (other := OtherTiff.of(stream)):
            return other
        raise
    note_white(image)
    return image


def _check_size(size: tuple[int, int], max_megapixels: float) -> None:
    width, height = size
    if width <= 0 or height <= 0:
        raise Unreadable(f"image of zero size: {width} x {height} pixels")
    if width * height > max_megapixels * 1e6:
        raise Unreadable(
            f"too large: {width} x {height} pixels are more than data.max_megapixels "
            f"({max_megapixels:g} million)"
        )


def _bytes_needed(image: ImageFile, full_size: tuple[int, int]) -> int:
    """For decoding an image that may be shrunk on the way, at the most."""
    of_pixel = WEBP_PIXEL_BYTES if image.format == "WEBP" else PIXEL_BYTES
    if is_deep_colour(image):
        of_pixel = DEEP_PIXEL_BYTES
    needed = math.prod(image.size) * of_pixel
    if "progressive" in image.info:
        needed += math.prod(full_size) * len(image.getbands()) * COEFFICIENT_BYTES
    return needed


def _reason(name: str, error: Exception, stream: IO[bytes]) -> str:
    message = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, MemoryError):
        return f"{name} image that does not fit into memory"
    if isinstance(error, EOFError) or "truncated" in message.lower():
        return f"truncated {name} file"
    if name == "TIFF" and (bands := _unread_bands(error, message, stream)):
        return (
            f"TIFF of {bands} bands, which is not decoded: save three of them as RGB, or one as "
            "grey, of 8 or 16 bits"
        )
    if isinstance(error, SyntaxError) and _NO_MODE in message:
        return f"{name} of a kind that can't be read; save it as RGB or grey, of 8 or 16 bits"
    return f"corrupt {name} file ({message})"


def _unread_bands(error: Exception, message: str, stream: IO[bytes]) -> int:
    """Of a TIFF that is sound, but of bands that Pillow can't read together; else 0."""
    tags = _tags(stream)
    bands = int(tags.get(SAMPLESPERPIXEL, 1))
    if bands == 1 or message.startswith(_NO_COLOUR):
        return bands * (bands > 1)
    is_rgb = tags.get(PHOTOMETRIC_INTERPRETATION) == RGB and bands <= MOST_BANDS
    return bands if isinstance(error, SyntaxError) and not is_rgb else 0


def _tags(stream: IO[bytes]) -> Mapping[int, Any]:
    """Of a TIFF that Pillow does not read; none where not even its header can be read."""
    try:
        stream.seek(0)
        start = stream.read(8)
        tags = ImageFileDirectory_v2(start + (stream.read(8) if start[2:4] in BIG_TIFF else b""))
        stream.seek(tags.next)
        tags.load(stream)
        return {
            tag: tags[tag] for tag in (SAMPLESPERPIXEL, PHOTOMETRIC_INTERPRETATION) if tag in tags
        }
    except Exception:  # as above
        return {}
