"""What is known of an image's pixels."""

import numpy as np
import pytest

from semisup.prepare.records import Decoded, Meant, Pixels, Record


def pixels(seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (5, 5, 3), np.uint8)


def one_coloured(row: int) -> Pixels:
    grey = np.repeat(pixels()[..., :1], 3, axis=2)
    grey[row, 2, 1] += 1
    return grey


@pytest.mark.parametrize(
    ("image", "is_grey"),
    [
        (np.repeat(pixels()[..., :1], 3, axis=2), True),
        (pixels(), False),
        (one_coloured(0), False),
        (one_coloured(4), False),
    ],
)
def test_grey_is_where_all_channels_agree_everywhere(image: Pixels, is_grey: bool) -> None:
    assert Decoded.of(image).facts.is_grey is is_grey


def test_hash_is_of_the_pixels_not_of_their_order_in_memory() -> None:
    turned = np.ascontiguousarray(pixels().transpose(1, 0, 2)).transpose(1, 0, 2)
    assert not turned.flags.c_contiguous
    assert Decoded.of(turned).facts == Decoded.of(pixels()).facts
    assert Decoded.of(pixels(1)).facts.pixel_hash != Decoded.of(pixels()).facts.pixel_hash


@pytest.mark.parametrize(
    ("record", "meant"),
    [
        (Record("x/1.png", None), "unlabelled"),
        (Record("x/1.npy", None), "aside"),
        (Record("x/1.npy", "cat"), "labelled"),  # as a table says
        (Record("x/1.dat", "cat", "test"), "test"),
    ],
)
def test_what_a_file_that_gives_no_image_was_meant_for(record: Record, meant: Meant) -> None:
    assert record.rejected("broken").meant == meant
