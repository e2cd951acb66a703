"""Colour images of 16 bits a channel, as PNG and as TIFF."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_files import candidates, compute, data, deep_png, planned
from numpy.typing import NDArray
from PIL import ExifTags, Image
from tifffile import imwrite

from semisup.prepare.decoding.decode import decode
from semisup.prepare.records import Rejected

SIDE = 8
WHITE = 4095
COLOURS = np.random.default_rng(0).integers(0, WHITE + 1, (SIDE, SIDE, 3)).astype(np.uint16)


def tiff(values: NDArray[Any], **kind: Any) -> bytes:
    stream = io.BytesIO()
    imwrite(stream, values, **({"photometric": "rgb"} | kind))
    return stream.getvalue()


def decoded(content: bytes) -> NDArray[np.uint8]:
    return decode(content, SIDE, "crop", 1.0, ranges={"uint16": (0.0, WHITE)})


@pytest.mark.parametrize(
    "content",
    [
        deep_png(COLOURS),
        tiff(COLOURS),
        tiff(COLOURS, byteorder=">"),
        tiff(COLOURS, compression="lzw"),
        tiff(COLOURS, compression="deflate", predictor=True),
        tiff(COLOURS.transpose(2, 0, 1), planarconfig="separate"),
        tiff(np.stack([COLOURS, COLOURS // 2]), photometric="rgb"),  # of two pages the first
    ],
    ids=["png", "tiff", "big-endian", "lzw", "deflate", "planar", "pages"],
)
def test_every_bit_counts(content: bytes) -> None:
    assert np.abs(decoded(content) - COLOURS / WHITE * 255).max() <= 0.51


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright(orientation: int) -> None:
    """As Pillow turns the same image of 8 bits."""
    turned = [(ExifTags.Base.Orientation, 3, 1, orientation, True)]
    shallow = tiff((COLOURS >> 4).astype(np.uint8), extratags=turned)
    found, expected = decoded(tiff(COLOURS, extratags=turned)), decoded(shallow)
    assert np.abs(found.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("kind", ["PNG of 2", "PNG of 4", "TIFF of 4"])
def test_over_white(kind: str) -> None:
    channels = int(kind[-1])
    values = np.full((SIDE, SIDE, channels), WHITE // 2, np.uint16)
    values[..., -1] = np.where(np.arange(SIDE) < SIDE // 2, 0, 65535)
    made = tiff(values, extrasamples=["unassalpha"]) if kind[0] == "T" else deep_png(values)
    assert (decoded(made)[0, :, 0] == np.repeat([255, 127], SIDE // 2)).all()


def test_a_fourth_colour_is_no_transparency() -> None:
    """As satellites have it: infrared."""
    values = np.concatenate([COLOURS, COLOURS[..., :1] // 3], axis=2)
    found = decoded(tiff(values, extrasamples=["unspecified"]))
    assert np.abs(found - COLOURS / WHITE * 255).max() <= 0.51


def test_colours_that_are_multiplied_by_their_transparency() -> None:
    alpha = np.linspace(9000, 65535, SIDE * SIDE).reshape(SIDE, SIDE, 1)
    product = np.concatenate([COLOURS * (alpha / 65535), alpha], axis=2).astype(np.uint16)
    expected = (COLOURS / WHITE * alpha / 65535 + 1 - alpha / 65535) * 255
    assert np.abs(decoded(tiff(product, extrasamples=["assocalpha"])) - expected).max() < 2


@pytest.mark.parametrize(
    ("kind", "content", "kept"),
    [("PNG", deep_png(COLOURS), 60), ("TIFF", tiff(COLOURS, compression="lzw"), -20)],
)
def test_damaged(tmp_path: Path, kind: str, content: bytes, kept: int) -> None:
    (tmp_path / f"1.{kind}").write_bytes(content[:kept])
    (tmp_path / f"2.{kind}").write_bytes(content)
    bad, good = candidates(planned(unlabelled=tmp_path), data(), compute())
    assert isinstance(bad, Rejected)
    assert kind in bad.reason
    assert not isinstance(good, Rejected)


def test_shallow_ones_stay() -> None:
    pixels = (COLOURS >> 4).astype(np.uint8)
    for content in (tiff(pixels), tiff(pixels.transpose(2, 0, 1), planarconfig="separate")):
        assert (decoded(content) == np.array(Image.fromarray(pixels))).all()
