"""Image files to square 8-bit RGB pixels, by fixed rules.

Formats: JPEG, PNG, WebP, BMP, TIFF, GIF, told by their first bytes, not by the file's name.

- An animation or multi-page file gives its first frame. EXIF orientation is applied; colour
  profiles are ignored.
- Transparency is composited over white. Greyscale, 1-bit, palette and CMYK become RGB.
- 16-bit greyscale is scaled from its full range: 0 to 65535 become 0 to 255. 32-bit integers and
  floats say nothing of their range, so the smallest usual one that holds the image's values is
  taken: 0 to 1 (floats only), 0 to 255, 0 to 65535; else the image's own minimum to maximum.
- `crop`: the central square, scaled. `pad`: the whole image, its longer side scaled, bars in the
  image's mean colour. `stretch`: the whole image, aspect ratio lost. Small images are enlarged.
- Scaling is bilinear with antialiasing, as torchvision's Resize. Large files are first shrunk by a
  whole factor (JPEG: while decoding), at least twice as large as asked for.
"""

import io
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

# The plugins are imported for their entry in Image.OPEN.
from PIL import (
    BmpImagePlugin,  # noqa: F401
    GifImagePlugin,  # noqa: F401
    Image,
    JpegImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)

from semisup.prepare.records import Decoded, Facts, Pixels

Fit = Literal["crop", "pad", "stretch"]

EXTENSIONS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
REDUCING_GAP = 2  # how much larger than asked for an image stays in the first, cheap shrinking

_EXIF_ORIENTATION = 0x0112
_TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Unreadable(Exception):
    """A file that gives no pixels; the message is the reason, one line for rejected.csv."""


def decode(file: bytes | str | Path, image_size: int, fit: Fit, max_megapixels: float) -> Pixels:
    """Pixels of an image file, given as its content or its path: (S, S, 3), S = `image_size`.

    Images of more than `max_megapixels` million pixels are refused before they are decoded.

    Raises:
        Unreadable: empty, no image, truncated, corrupt, too large, or not to be read from disk.
    """
    try:
        # Odd metadata makes Pillow warn; it says nothing about the pixels.
        with warnings.catch_warnings(action="ignore"), _stream(file) as stream:
            return _decode(stream, image_size, fit, max_megapixels)
    except OSError as error:  # of the file system: those of a decoder never come this far
        raise Unreadable(f"cannot be read: {error.strerror or error}") from None


def decode_into(
    rows: Pixels, files: Sequence[bytes | str], fit: Fit, max_megapixels: float
) -> list[Facts | str]:
    """`decode` each file into its row of `rows` (n, S, S, 3).

    Returns what is known of the pixels, or the reason why there are none.
    """

    def one(row: Pixels, file: bytes | str) -> Facts | str:
        try:
            row[:] = decode(file, row.shape[0], fit, max_megapixels)
        except Unreadable as error:
            return str(error)
        return Decoded.of(row).facts

    return [one(row, file) for row, file in zip(rows, files, strict=True)]


def fit_pixels(image: Image.Image, image_size: int, fit: Fit) -> Pixels:
    """An image of any mode and size as (S, S, 3) pixels, by the rules above.

    Raises:
        Unreadable: its colour mode has no conversion to RGB.
    """
    simple = _as_8_bit(image)
    width, height = simple.size
    box = (0.0, 0.0, float(width), float(height))
    if fit == "crop":
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
    target = _target_size(simple.size, image_size, fit)
    if simple.size != target:
        simple = simple.resize(
            target, Image.Resampling.BILINEAR, box=box, reducing_gap=REDUCING_GAP
        )
    upright = _upright(_over_white(simple), image)
    return np.array(_padded(upright, image_size) if fit == "pad" else upright)  # writable


def _stream(file: bytes | str | Path) -> AbstractContextManager[IO[bytes]]:
    # a Path takes longer to make than a small file to read
    return io.BytesIO(file) if isinstance(file, bytes) else io.BufferedReader(io.FileIO(file))


def _decode(stream: IO[bytes], image_size: int, fit: Fit, max_megapixels: float) -> Pixels:
    prefix = stream.read(16)
    if not prefix:
        raise Unreadable("empty file")
    name = _format_of(prefix)
    try:
        # Not Image.open: it applies Pillow's own limit of pixels, a global of the process.
        image = Image.OPEN[name][0](_rewound(stream), "")
        _check_size(image.size, max_megapixels)
        width, height = _target_size(image.size, image_size, fit)
        image.draft(None, (width * REDUCING_GAP, height * REDUCING_GAP))
        image.load()
        return fit_pixels(image, image_size, fit)
    except Unreadable:
        raise
    except Image.DecompressionBombError:  # some decoders check a second size, a frame's or tile's
        raise Unreadable("more pixels than Pillow decodes") from None
    except Exception as error:  # on malformed files decoders raise all kinds: KeyError, struct...
        raise Unreadable(_reason(name, error)) from None


def _format_of(prefix: bytes) -> str:
    for name in FORMATS:
        accept = Image.OPEN[name][1]
        if accept and accept(prefix) is True:
            return name
    raise Unreadable("not an image of a known format (JPEG, PNG, WebP, BMP, TIFF, GIF)")


def _rewound(stream: IO[bytes]) -> IO[bytes]:
    stream.seek(0)
    return stream


def _check_size(size: tuple[int, int], max_megapixels: float) -> None:
    width, height = size
    if width <= 0 or height <= 0:
        raise Unreadable(f"image of zero size: {width} x {height} pixels")
    if width * height > max_megapixels * 1e6:
        raise Unreadable(
            f"too large: {width} x {height} pixels are more than data.max_megapixels "
            f"({max_megapixels:g} million)"
        )


def _reason(name: str, error: Exception) -> str:
    message = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, MemoryError):
        return f"{name} image that does not fit into memory"
    if isinstance(error, EOFError) or "truncated" in message.lower():
        return f"truncated {name} file"
    return f"corrupt {name} file ({message})"


def _target_size(size: tuple[int, int], image_size: int, fit: Fit) -> tuple[int, int]:
    """What the image, or its central square, is scaled to."""
    if fit != "pad":
        return image_size, image_size
    scale = image_size / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _as_8_bit(image: Image.Image) -> Image.Image:
    """The same image in mode L, RGB or RGBA."""
    if image.mode[0] in "IF":
        return Image.fromarray(_scaled_to_8_bit(np.asarray(image)))
    if image.mode in ("L", "RGB", "RGBA") and "transparency" not in image.info:
        return image
    try:
        if image.has_transparency_data:
            return image.convert("RGBA")
        return image.convert("L" if image.mode == "1" else "RGB")
    except ValueError:
        raise Unreadable(f"colour mode {image.mode} is not supported") from None


def _scaled_to_8_bit(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Greyscale of more than 8 bits (H, W) to 0..255; NaN and infinities become black."""
    if values.dtype.itemsize == 2:
        low, high = 0.0, 65535.0
    else:
        low, high = _range(values)
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        share = (values.astype(np.float64) - low) / (high - low)
    share[~np.isfinite(share)] = 0
    return np.rint(share * 255).astype(np.uint8)


def _range(values: NDArray[Any]) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    for usual in (1.0, 255.0, 65535.0) if values.dtype.kind == "f" else (255.0, 65535.0):
        if low >= 0 and high <= usual:
            return 0.0, usual
    return low, max(high, np.nextafter(low, np.inf))


def _over_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image if image.mode == "RGB" else image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _upright(image: Image.Image, original: Image.Image) -> Image.Image:
    """`image` turned as the EXIF data of `original` say, unless they are malformed."""
    try:
        orientation = original.getexif().get(_EXIF_ORIENTATION, 1)
    except Exception:  # a broken EXIF block raises all kinds; the pixels are good
        return image
    return image.transpose(_TO_UPRIGHT[orientation]) if orientation in _TO_UPRIGHT else image


def _padded(image: Image.Image, image_size: int) -> Image.Image:
    mean = np.asarray(image).mean(axis=(0, 1))
    canvas = Image.new("RGB", (image_size, image_size), tuple(int(c) for c in np.rint(mean)))
    canvas.paste(image, ((image_size - image.width) // 2, (image_size - image.height) // 2))
    return canvas
