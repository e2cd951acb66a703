"""Opened images of any mode and size to square 8-bit RGB pixels, by fixed rules.

- Transparency is composited over white. Greyscale, 1-bit, palette and CMYK become RGB.
- Greyscale of 16 or 32 bits or of floats, signed TIFFs of 8 bits, and PNG and TIFF of 16 bits a
  colour are scaled from the range that the data set has (`depth`).
  Without such a range, of an image by itself, 16 bits are taken whole: 0 to 65535, or to what a PGM
  says is white, become 0 to 255; of others the smallest usual range that holds the image's values:
  0 to 1 (floats only), 0 to 255, 0 to 65535; else the image's own minimum to maximum.
- `crop`: the central square, scaled. `pad`: the whole image, its longer side scaled, bars in the
  image's mean colour. `stretch`: the whole image, aspect ratio lost. Small images are enlarged.
- Scaling is bilinear with antialiasing, as torchvision's Resize. Large images are first shrunk by a
  whole factor, at least twice as large as asked for.
- EXIF orientation is applied; colour profiles are ignored.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import PHOTOMETRIC_INTERPRETATION, TiffImageFile

from semisup.prepare.decoding.deep_colour import colours
from semisup.prepare.decoding.stored import LARGEST, WHITE, stored_values
from semisup.prepare.records import Pixels, Unreadable

Fit = Literal["crop", "pad", "stretch"]
# what becomes black and white of values of more than 8 bits, by their kind ("uint16"), "": of all
Ranges = Mapping[str, tuple[float, float]]

REDUCING_GAP = 2  # how much larger than asked for an image stays in the first, cheap shrinking
STRIP_PIXELS = 2**20

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


def fit_pixels(
    image: Image.Image,
    image_size: int,
    fit: Fit,
    ranges: Ranges | None = None,
    deep: NDArray[np.uint16] | None = None,
) -> Pixels:
    """An image of any mode and size as (S, S, 3) pixels, by the rules above.

    `deep` is the same image (H, W, C) in colours of 16 bits, where the file has such.

    Raises:
        Unreadable: its colour mode has no conversion to RGB, `ranges` lack its kind of values,
            or none is finite.
    """
    simple = _as_8_bit(image, ranges) if deep is None else _deep_as_8_bit(deep, ranges)
    return _fitted(simple, image_size, fit, image)


def fit_values(
    values: NDArray[Any], image_size: int, fit: Fit, ranges: Ranges | None = None
) -> Pixels:
    """The same of upright values (H, W, 1 or 3) of more than 8 bits, or signed ones."""
    return _fitted(_deep_as_8_bit(values, ranges), image_size, fit)


def _fitted(
    simple: Image.Image, image_size: int, fit: Fit, turned_as: Image.Image | None = None
) -> Pixels:
    """Of an image in mode L, RGB or RGBA, turned as the EXIF data of another say."""
    width, height = simple.size
    box = (0.0, 0.0, float(width), float(height))
    if fit == "crop":
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
    target = target_size(simple.size, image_size, fit)
    if simple.size != target:
        simple = simple.resize(
            target, Image.Resampling.BILINEAR, box=box, reducing_gap=REDUCING_GAP
        )
    upright = _over_white(simple)
    if turned_as is not None:
        upright = _upright(upright, turned_as)
    return np.array(_padded(upright, image_size) if fit == "pad" else upright)  # writable


def grey(pixels: Pixels) -> Pixels:
    """(S, S, 3) as (S, S, 1): brightness by ITU-R 601, rounded."""
    brightness = pixels @ np.array([0.299, 0.587, 0.114]) + 0.5
    return np.asarray(brightness.astype(np.uint8)[..., None])


def target_size(size: tuple[int, int], image_size: int, fit: Fit) -> tuple[int, int]:
    """What the image, or its central square, is scaled to."""
    if fit != "pad":
        return image_size, image_size
    scale = image_size / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _as_8_bit(image: Image.Image, ranges: Ranges | None) -> Image.Image:
    """The same image in mode L, RGB or RGBA."""
    if (values := stored_values(image)) is not None:
        _forbid_nothing_finite(values)
        scaled = _scaled_to_8_bit(values, *_range_of(values, ranges, image.info.get(WHITE)))
        return Image.fromarray(~scaled if _is_white_at_zero(image) else scaled)
    if image.mode in ("L", "RGB", "RGBA") and "transparency" not in image.info:
        return image
    try:
        if image.has_transparency_data:
            return image.convert("RGBA")
        return image.convert("L" if image.mode == "1" else "RGB")
    except ValueError:
        raise Unreadable(f"colour mode {image.mode} is not supported") from None


def _forbid_nothing_finite(values: NDArray[Any]) -> None:
    if not any(np.isfinite(strip).any() for strip in _strips(values)):
        raise Unreadable("no pixel of it is a finite number")


def _is_white_at_zero(image: Image.Image) -> bool:
    """Of a TIFF; where it has 8 bits, Pillow has turned it already."""
    tags = image.tag_v2 if isinstance(image, TiffImageFile) else {}
    return tags.get(PHOTOMETRIC_INTERPRETATION) == 0


def _deep_as_8_bit(values: NDArray[Any], ranges: Ranges | None) -> Image.Image:
    """The last of two or four channels, the transparency, has all 16 bits."""
    _forbid_nothing_finite(values)
    opaque = colours(values)
    alpha = _scaled_to_8_bit(values[..., opaque.shape[2] :], 0.0, 65535.0)
    scaled = _scaled_to_8_bit(opaque, *_range_of(values, ranges))
    both = np.concatenate([scaled, alpha], axis=2)
    image = Image.fromarray(both[..., 0] if both.shape[2] == 1 else both)
    return image if image.mode == "RGB" else image.convert("RGBA")


def _range_of(
    values: NDArray[Any], ranges: Ranges | None, white: int | None = None
) -> tuple[float, float]:
    if ranges is None:
        return (0.0, float(white or LARGEST)) if values.dtype.itemsize == 2 else _range(values)
    kind = values.dtype.name
    if found := ranges.get(kind) or ranges.get(""):
        return found
    raise Unreadable(
        f"values of {kind}, which none of the files had by which the range was found; set "
        "data.range before training, or save it with 8 bits a colour"
    )


def _scaled_to_8_bit(values: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Values of more than 8 bits (H, W) or (H, W, C) to 0..255; NaN, infinities become black."""
    scaled = np.empty(values.shape, np.uint8)
    for strip, target in zip(_strips(values), _strips(scaled), strict=True):
        with np.errstate(invalid="ignore"):  # infinity minus infinity
            share = (strip.astype(np.float64) - low) / (high - low)
        share[~np.isfinite(share)] = 0
        target[:] = np.rint(np.clip(share, 0, 1) * 255)
    return scaled


def _range(values: NDArray[Any]) -> tuple[float, float]:
    finite = (strip[np.isfinite(strip)] for strip in _strips(values))
    ends = [(float(some.min()), float(some.max())) for some in finite if some.size]
    low = min((least for least, _ in ends), default=0.0)
    high = max((most for _, most in ends), default=1.0)
    for usual in (1.0, 255.0, 65535.0) if values.dtype.kind == "f" else (255.0, 65535.0):
        if low >= 0 and high <= usual:
            return 0.0, usual
    return low, max(high, np.nextafter(low, np.inf))


def _strips(values: NDArray[Any]) -> list[NDArray[Any]]:
    """Parts of an image that take little memory with 64 bits a pixel."""
    rows = max(1, STRIP_PIXELS // values.shape[1])
    return [values[row : row + rows] for row in range(0, len(values), rows)]


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
