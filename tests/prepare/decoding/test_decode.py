"""Every kind of image file comes out with the right pixels, or is refused with a reason."""

import gzip
import io
import pickle
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_files import BLUE, GREEN, RED, WHITE, encoded, noise, quadrants
from numpy.typing import NDArray
from PIL import Image, ImageFile
from tifffile import imwrite

from semisup.prepare.decoding.decode import decode
from semisup.prepare.records import Unreadable


def corners(pixels: NDArray[np.uint8]) -> NDArray[np.int_]:
    return pixels[:: len(pixels) - 1, :: len(pixels) - 1].astype(int)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
        ("PPM", {}),
        ("PCX", {}),
        ("SGI", {}),
        ("ICO", {"sizes": [(8, 8)]}),
        ("JPEG2000", {"irreversible": False}),
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


def test_avif() -> None:
    content = encoded(quadrants(), "AVIF", quality=100, subsampling="4:4:4")
    assert np.abs(decode(content, 8, "crop", 1).astype(int) - np.asarray(quadrants())).max() <= 2


def test_heic() -> None:
    heif = pytest.importorskip("pillow_heif", reason="pillow-heif, an optional extra")
    heif.register_heif_opener()
    content = encoded(quadrants(64), "HEIF", quality=95)
    Image.OPEN.pop("HEIF")  # as before any was decoded
    try:
        pixels = corners(decode(content, 16, "crop", 1))
    finally:
        Image.OPEN.pop("HEIF", None)
    assert np.abs(pixels - [[RED, GREEN], [BLUE, WHITE]]).max() < 9


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, GREEN, BLUE)]
    options = {"lossless": True} if kind == "WEBP" else {}
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    np.testing.assert_array_equal(decode(content, 4, "crop", 1), np.full((4, 4, 3), RED))


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
        (b"\0\0\0\x18ftypheic" + bytes(200), "a HEIC photograph, .* install pillow-heif"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heic" + bytes(200), "a HEIC photograph, .* install pillow"),
        (bytes(128) + b"DICM" + bytes(90), "a DICOM file, .* export it"),
        (struct.pack("<i", 348) + bytes(340), "a NIfTI volume, .* export its slices"),
        (gzip.compress(struct.pack("<i", 348) + bytes(9000), mtime=0), "a NIfTI volume, .* export"),
        (gzip.compress(bytes((0, 0, 8, 3)) + bytes(9000), mtime=0), "an IDX file of many images"),
        (gzip.compress(b"some text", mtime=0), "a gzip archive in the place: unpack it"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file, not decoded: save images as PNG"),
        (pickle.dumps({}), "a pickle of Python, not decoded"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer.*`git lfs pull`"),
        (b"PK\x03\x04" + bytes(50), "a zip archive in the place: unpack it, or name it"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), "a 7z archive, which is not read: unpack it"),
        (bytes(257) + b"ustar" + bytes(50), "a tar archive in the place"),
        (b"<!DOCTYPE html><p>404", "a web page, as of a failed download"),
        (b"%PDF-1.7", "a PDF document"),
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
def test_refused(content: bytes, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as where it is not installed
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
    code = "import sys, semisup.prepare.decoding.decode; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def tiff(values: NDArray[Any]) -> bytes:
    """Of (H, W, bands), which Pillow cannot write where they are many."""
    height, width, bands = values.shape
    bits = np.full(bands, 8 * values.itemsize, "<u2").tobytes()
    more = np.zeros(bands - 1, "<u2").tobytes()  # of no meaning
    ends = 8 + 2 + 10 * 12 + 4
    tags = [
        *((256, 3, 1, width), (257, 3, 1, height), (258, 3, bands, ends), (259, 3, 1, 1)),
        *((262, 3, 1, 1), (273, 4, 1, ends + len(bits + more)), (277, 3, 1, bands)),
        *((278, 3, 1, height), (279, 4, 1, values.nbytes), (338, 3, bands - 1, ends + len(bits))),
    ]
    directory = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    start = struct.pack("<4sIH", b"II*\0", 8, len(tags))
    return start + directory + bytes(4) + bits + more + values.tobytes()


@pytest.mark.parametrize("bands", [5, 13])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_tiff_of_many_bands_is_named_as_such(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], bands: int, kind: Any
) -> None:
    """As satellites' images have them; Pillow logs an error for each."""
    (tmp_path / "1.tif").write_bytes(tiff(np.zeros((8, 8, bands), kind)))
    program = (
        "from semisup.prepare.decoding.decode import decode\n"
        "try:\n    decode('1.tif', 8, 'crop', 1.0)\n"
        "except Exception as error:\n    print(error)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    assert capfd.readouterr() == (f"{not_decoded(bands)}\n", "")


def not_decoded(bands: int) -> str:
    return (
        f"TIFF of {bands} bands, which is not decoded: save three of them as RGB, or one as grey, "
        "of 8 or 16 bits"
    )


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("photometric", "bands"),
    [("minisblack", 2), ("minisblack", 3), ("minisblack", 4), ("minisblack", 5), ("rgb", 4)],
)
def test_a_tiff_whose_bands_lie_apart_is_not_called_corrupt(
    bands: int, photometric: str, kind: Any
) -> None:
    """As GDAL writes those of satellites, band by band or pixel by pixel."""
    stream = io.BytesIO()
    of_colour = 3 if photometric == "rgb" else 1
    how = {"photometric": photometric, "extrasamples": ["unspecified"] * (bands - of_colour)}
    imwrite(stream, np.zeros((bands, 8, 8), kind), planarconfig="separate", **how)
    with pytest.raises(Unreadable, match=not_decoded(bands)):
        decode(stream.getvalue(), 8, "crop", 1.0)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_a_tiff_of_four_greys_is_named_as_such(kind: Any) -> None:
    with pytest.raises(Unreadable, match=not_decoded(4)):
        decode(tiff(np.zeros((8, 8, 4), kind)), 8, "crop", 1.0)
