"""TIFFs of samples that Pillow has no mode for."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_files import candidates, compute, data, planned
from numpy.typing import NDArray
from tifffile import imwrite

from semisup.prepare.decoding.decode import decode
from semisup.prepare.records import Rejected, Unreadable

SIDE = 8
GREY = np.random.default_rng(0).random((SIDE, SIDE))
COLOURS = np.random.default_rng(1).random((SIDE, SIDE, 3))


def tiff(values: NDArray[Any], **kind: Any) -> bytes:
    stream = io.BytesIO()
    imwrite(stream, values, **kind)
    return stream.getvalue()


RGB = {"photometric": "rgb"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (tiff(GREY.astype(np.float16)), GREY),
        (tiff(GREY), GREY),
        (tiff(COLOURS.astype(np.float16), **RGB), COLOURS),
        (tiff(COLOURS.astype(np.float32), **RGB, compression="deflate", predictor=True), COLOURS),
        (tiff(COLOURS, **RGB, byteorder=">"), COLOURS),
        (tiff(np.moveaxis(COLOURS, 2, 0), **RGB, planarconfig="separate"), COLOURS),
        (tiff(np.dstack([COLOURS, GREY]), **RGB), COLOURS),  # an alpha that is left out
    ],
)
def test_floats(content: bytes, expected: NDArray[np.float64]) -> None:
    found = decode(content, SIDE, "crop", 1.0)
    shown = expected if expected.ndim == 3 else expected[..., None]
    assert np.abs(found - shown * 255).max() <= 0.7


def test_integers_of_64_bits() -> None:
    values = np.round(GREY * 2.0**40).astype(np.uint64)
    found = decode(tiff(values), SIDE, "crop", 1.0, ranges={"float32": (0.0, 2.0**40)})
    assert np.abs(found[..., 0] - GREY * 255).max() <= 0.51


@pytest.mark.parametrize("kind", [np.int8, np.int16, np.uint32])
def test_integers_in_colour(kind: type[np.integer[Any]]) -> None:
    high = np.iinfo(kind).max
    content = tiff((COLOURS * high).astype(kind), **RGB)
    found = decode(content, SIDE, "crop", 1.0, ranges={np.dtype(kind).name: (0.0, float(high))})
    assert np.abs(found - COLOURS * 255).max() <= 255 / min(high, 255) + 0.51


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_upright(orientation: int) -> None:
    turned = [(274, 3, 1, orientation, True)]
    found = decode(tiff(GREY, extratags=turned), SIDE, "crop", 1.0)
    expected = np.rot90(GREY, {1: 0, 3: 2, 6: -1}[orientation])
    assert np.abs(found[..., 0] - expected * 255).max() <= 0.51


def test_no_data_is_black() -> None:
    values = np.where(GREY > 0.5, GREY, -9999.0)
    found = decode(tiff(values, extratags=[(42113, 2, 0, "-9999", True)]), SIDE, "crop", 1.0)
    assert np.abs(found[..., 0] - np.where(GREY > 0.5, GREY, 0) * 255).max() <= 0.51


def test_other_kinds_are_refused() -> None:
    with pytest.raises(Unreadable, match="of a kind that can't be read; save it as RGB or grey"):
        decode(tiff(GREY + 1j * GREY), SIDE, "crop", 1.0)
    with pytest.raises(Unreadable, match="too large: 8 x 8 pixels"):
        decode(tiff(GREY), SIDE, "crop", 1e-5)
    with pytest.raises(Unreadable, match="no pixel of it is a finite number"):
        decode(tiff(np.full_like(GREY, np.nan)), SIDE, "crop", 1.0)


def test_one_range_for_all(tmp_path: Path) -> None:
    """Of files of several kinds of floats, and without endings."""
    for number, kind in enumerate((np.float16, np.float32, np.float64)):
        for name, share in (("dark", 0.25), ("bright", 1.0)):
            values = (GREY * share * 1000 + number).astype(kind)
            (tmp_path / f"{name}{number}").write_bytes(tiff(values))
    bright, dark = [], []
    for outcome in candidates(planned(unlabelled=tmp_path), data(), compute()):
        assert not isinstance(outcome, Rejected), outcome
        record, image = outcome
        (dark if "dark" in record.source else bright).append(image.pixels.mean())
    assert 3.5 < np.mean(bright) / np.mean(dark) < 4.5
