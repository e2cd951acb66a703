"""Every kind of image file comes out with the right pixels, or is refused with a reason."""

import io
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFile

from semisup.prepare.decode import Unreadable, decode, fit_pixels

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def noise(width: int = 64, height: int = 64) -> Image.Image:
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def quadrants(size: int = 8) -> Image.Image:
    """Red, green / blue, white: shows every turn and mirroring."""
    pixels = np.array([[RED, GREEN], [BLUE, WHITE]], np.uint8)
    return Image.fromarray(pixels.repeat(size // 2, 0).repeat(size // 2, 1))


def corners(pixels: NDArray[np.uint8]) -> NDArray[np.int_]:
    return pixels[:: len(pixels) - 1, :: len(pixels) - 1].astype(int)


def row(values: list[Any], dtype: Any) -> Image.Image:
    return Image.fromarray(np.array([values, values], dtype))


def grey_row(pixels: NDArray[np.uint8]) -> list[int]:
    assert (pixels == pixels[:1, :, :1]).all(), "grey, both rows alike"
    return [int(v) for v in pixels[0, :, 0]]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
    ],
)
def test_lossless_formats_keep_every_pixel(kind: str, options: dict[str, Any]) -> None:
    image = quadrants()
    np.testing.assert_array_equal(
        decode(encoded(image, kind, **options), 8, "crop", 1), np.asarray(image)
    )


def test_jpeg_and_path(tmp_path: Path) -> None:
    file = tmp_path / "no suffix needed"
    file.write_bytes(encoded(quadrants(64), "JPEG", quality=95))
    assert np.abs(corners(decode(file, 16, "crop", 1)) - [[RED, GREEN], [BLUE, WHITE]]).max() < 12


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


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, GREEN, BLUE)]
    options = {"lossless": True} if kind == "WEBP" else {}
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    np.testing.assert_array_equal(decode(content, 4, "crop", 1), np.full((4, 4, 3), RED))


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


def zero_width_png() -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", 0, 4, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + encoded(noise(), "PNG")[33:]


def huge_png() -> bytes:
    """Claims 60000 x 60000 pixels in a few bytes: more than Pillow itself would open."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + encoded(noise(), "PNG")[33:]


def damaged_png() -> bytes:
    content = bytearray(encoded(noise(), "PNG"))
    content[200:260] = bytes(60)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty file"),
        (b"hello, I am text", "not an image of a known format"),
        (b"%PDF-1.4 " * 10, "not an image"),
        (b"\xff\xd8\xff", "(truncated|corrupt) JPEG"),
        (b"\x89PNG\r\n\x1a\n", "(truncated|corrupt) PNG"),
        (b"\xff\xd8\xff" + b"junk" * 50, "(truncated|corrupt) JPEG"),
        (b"II*\0" + b"\xff" * 60, "(truncated|corrupt) TIFF"),
        (b"GIF89a", "(truncated|corrupt) GIF"),
        (b"RIFF\xff\0\0\0WEBPVP8 junk", "(truncated|corrupt) WEBP"),
        (b"BM" + bytes(50), "(truncated|corrupt) BMP"),
        (damaged_png(), "(truncated|corrupt) PNG"),
        (zero_width_png(), "zero size|corrupt PNG"),
        (huge_png(), "too large: 60000 x 60000 pixels .* data.max_megapixels"),
    ],
)
def test_refused(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as caught:
        decode(content, 8, "crop", 20)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_files_are_refused(kind: str, share: float) -> None:
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    content = encoded(noise(128, 128), kind)
    with pytest.raises(Unreadable, match=r"truncated|corrupt"):
        decode(content[: int(len(content) * share)], 8, "crop", 1)


def test_size_limit_is_exact() -> None:
    content = encoded(noise(100, 100), "PNG")
    assert decode(content, 8, "crop", 0.01).shape == (8, 8, 3)
    with pytest.raises(Unreadable, match=r"100 x 100 pixels are more than .* \(0.0099 million\)"):
        decode(content, 8, "crop", 0.0099)


def test_pillows_own_limit_neither_applies_nor_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert decode(encoded(noise(100, 100), "PNG"), 8, "crop", 1).shape == (8, 8, 3)
    assert Image.MAX_IMAGE_PIXELS == 100


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.png"):
        with pytest.raises(Unreadable, match="cannot be read: "):
            decode(path, 8, "crop", 1)


def test_a_worker_that_decodes_does_not_import_torch() -> None:
    code = "import sys, semisup.prepare.decode; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
