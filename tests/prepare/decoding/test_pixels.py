"""Images of every mode, turn and shape come out as the right square RGB pixels."""

import io
import struct
import warnings
from typing import Any

import numpy as np
import pytest
from made_files import BLUE, GREEN, RED, WHITE, encoded, noise, quadrants
from numpy.typing import NDArray
from PIL import Image

from semisup.prepare.decoding.decode import decode
from semisup.prepare.decoding.pixels import fit_pixels, grey
from semisup.prepare.records import Unreadable


def corners(pixels: NDArray[np.uint8]) -> NDArray[np.int_]:
    return pixels[:: len(pixels) - 1, :: len(pixels) - 1].astype(int)


def row(values: list[Any], dtype: Any) -> Image.Image:
    return Image.fromarray(np.array([values, values], dtype))


def grey_row(pixels: NDArray[np.uint8]) -> list[int]:
    assert (pixels == pixels[:1, :, :1]).all(), "grey, both rows alike"
    return [int(v) for v in pixels[0, :, 0]]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (row([0, 100, 255, 7], np.uint8), [0, 100, 255, 7]),
        (row([0, 257, 32768, 65535], np.uint16), [0, 1, 128, 255]),
        (row([0, 257, 32768, 65535], np.int32), [0, 1, 128, 255]),
        (row([0, 10, 200, 255], np.int32), [0, 10, 200, 255]),
        (row([-100000, 0, 100000, 100000], np.int32), [0, 128, 255, 255]),
        (row([0.0, 0.2, 0.5, 1.0], np.float32), [0, 51, 128, 255]),
        (row([0.0, 51.0, 128.0, 255.0], np.float32), [0, 51, 128, 255]),
        (row([-2.0, -1.0, 0.0, 2.0], np.float32), [0, 64, 128, 255]),
        (row([np.nan, np.inf, 0.0, 1.0], np.float32), [0, 0, 0, 255]),
        (row([7e9, 7e9, 7e9, 7e9], np.float32), [0, 0, 0, 0]),
    ],
)
def test_deep_greyscale_is_scaled_not_clipped(image: Image.Image, expected: list[int]) -> None:
    tiff = encoded(image, "TIFF")
    wide = decode(tiff, 4, "stretch", 1)  # 4 x 2 enlarged to 4 x 4: columns stay as they are
    assert grey_row(wide) == expected


@pytest.mark.parametrize(
    "image",
    [
        row([0, 100, 255, 7], np.uint8),
        row([0, 257 * 100, 65535, 257 * 7], np.uint16),
    ],
)
def test_a_tiff_may_have_its_white_at_zero(image: Image.Image) -> None:
    tiff = encoded(image, "TIFF")
    tag = struct.pack("<HHI", 262, 3, 1)  # how values become colours; 1: black is at zero
    negative = tiff.replace(tag + b"\1", tag + b"\0")
    assert negative != tiff
    assert grey_row(decode(negative, 4, "stretch", 1)) == [255, 155, 0, 248]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_image_without_a_finite_number_is_none(value: float) -> None:
    tiff = encoded(row([value] * 4, np.float32), "TIFF")
    with pytest.raises(Unreadable, match=r"^no pixel of it is a finite number$"):
        decode(tiff, 4, "stretch", 1)


def test_16_bit_png() -> None:
    png = encoded(row([0, 257, 32768, 65535], np.uint16), "PNG")
    assert grey_row(decode(png, 4, "stretch", 1)) == [0, 1, 128, 255]


@pytest.mark.parametrize(
    ("image", "kind", "options", "expected"),
    [
        (row([True, False], bool), "PNG", {}, [[255] * 3, [0] * 3]),
        (Image.new("LA", (2, 2), (100, 255)), "PNG", {}, [[100] * 3] * 2),
        (Image.new("LA", (2, 2), (100, 0)), "PNG", {}, [WHITE] * 2),
        (Image.new("RGBA", (2, 2), (255, 0, 0, 255)), "PNG", {}, [RED] * 2),
        (Image.new("RGBA", (2, 2), (0, 0, 0, 51)), "PNG", {}, [[204] * 3] * 2),
        (Image.new("RGB", (2, 2), RED), "PNG", {"transparency": RED}, [WHITE] * 2),
        (quadrants(2).quantize(4), "PNG", {}, [RED, GREEN]),
        (Image.new("P", (2, 2), 0), "PNG", {"transparency": 0}, [WHITE] * 2),
        (Image.new("P", (2, 2), 0), "GIF", {"transparency": 0}, [WHITE] * 2),
        (Image.new("CMYK", (2, 2), (0, 255, 255, 0)), "TIFF", {}, [RED] * 2),
        (Image.new("CMYK", (2, 2), (0, 0, 0, 255)), "TIFF", {}, [[0] * 3] * 2),
    ],
)
def test_colour_modes(
    image: Image.Image, kind: str, options: dict[str, Any], expected: list[Any]
) -> None:
    pixels = decode(encoded(image, kind, **options), 2, "crop", 1)
    np.testing.assert_array_equal(pixels[0], expected)


def test_cmyk_jpeg_is_not_inverted() -> None:
    jpeg = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    assert np.abs(decode(jpeg, 4, "crop", 1).astype(int) - RED).max() <= 4


def test_lab_is_converted() -> None:
    # L* = 128 / 255 * 100 = 50.2, neutral: sRGB 119
    tiff = encoded(Image.new("LAB", (2, 2), (128, 128, 128)), "TIFF")
    assert grey_row(decode(tiff, 2, "crop", 1)) == [119, 119]


def test_mode_without_a_conversion_is_refused() -> None:
    with pytest.raises(Unreadable, match="colour mode La is not supported"):
        fit_pixels(Image.new("La", (2, 2)), 2, "crop")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [[RED, GREEN], [BLUE, WHITE]]),
        (2, [[GREEN, RED], [WHITE, BLUE]]),
        (3, [[WHITE, BLUE], [GREEN, RED]]),
        (4, [[BLUE, WHITE], [RED, GREEN]]),
        (5, [[RED, BLUE], [GREEN, WHITE]]),
        (6, [[BLUE, RED], [WHITE, GREEN]]),
        (7, [[WHITE, GREEN], [BLUE, RED]]),
        (8, [[GREEN, WHITE], [RED, BLUE]]),
        (99, [[RED, GREEN], [BLUE, WHITE]]),
    ],
)
def test_exif_orientation(kind: str, orientation: int, expected: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode(encoded(quadrants(64), kind, exif=exif), 16, "crop", 1)
    assert np.abs(corners(pixels) - expected).max() < 16


def test_malformed_exif_costs_neither_the_image_nor_a_warning() -> None:
    jpeg = encoded(quadrants(64), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7fgarbage")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert decode(jpeg, 8, "crop", 1).shape == (8, 8, 3)


@pytest.mark.parametrize("upright", [False, True])
def test_fit_of_an_image_that_is_not_square(upright: bool) -> None:
    strip = np.array([[RED] * 2 + [GREEN] * 4 + [BLUE] * 2], np.uint8).repeat(
        4, 0
    )  # 8 wide, 4 high
    image = Image.fromarray(strip.transpose(1, 0, 2) if upright else strip)

    def fitted(fit: Any) -> NDArray[np.uint8]:
        pixels = fit_pixels(image, 4, fit)
        return pixels.transpose(1, 0, 2) if upright else pixels

    np.testing.assert_array_equal(fitted("crop"), np.full((4, 4, 3), GREEN))
    stretched = fitted("stretch")
    assert (stretched == stretched[:1]).all()
    assert stretched[0, 0, 0] > 200
    assert stretched[0, 3, 2] > 200
    padded = fitted("pad")
    mean = np.rint(np.asarray(padded[1:3]).mean(axis=(0, 1)))
    np.testing.assert_array_equal(padded[1:3], stretched[1:3])
    np.testing.assert_array_equal(padded[0], [mean] * 4)
    np.testing.assert_array_equal(padded[3], [mean] * 4)


def test_extreme_shape_keeps_a_line() -> None:
    assert fit_pixels(Image.new("RGB", (1000, 1), RED), 16, "pad").shape == (16, 16, 3)


def test_small_image_is_enlarged() -> None:
    pixels = fit_pixels(quadrants(2), 8, "crop")
    np.testing.assert_array_equal(pixels[0, 0], RED)
    np.testing.assert_array_equal(pixels[7, 7], WHITE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_shrinking_in_two_steps_is_as_good_as_in_one(kind: str) -> None:
    smooth = noise(8, 8).resize((700, 700), Image.Resampling.BICUBIC)
    content = encoded(smooth, kind)
    once = Image.open(io.BytesIO(content)).resize((32, 32), Image.Resampling.BILINEAR)
    ours = decode(content, 32, "crop", 1).astype(int)
    assert np.abs(ours - np.asarray(once)).mean() < (4 if kind == "JPEG" else 1)


def test_brightness_of_equal_channels_is_theirs() -> None:
    """By which grey images are stored as one of their channels."""
    values = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    assert (grey(values.repeat(3, 2)) == values).all()
