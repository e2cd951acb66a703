"""Small pictures in the page itself."""

import base64
import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from semisup.report.page.pictures import EXACT, LARGEST, SIDE, exact, of_example, of_image


def small(pixels: np.ndarray) -> str:
    return of_image(SimpleNamespace(images=pixels[None]), 0)


def opened(source: str) -> np.ndarray:
    kind, _, text = source.partition(",")
    assert kind == "data:image/webp;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB"))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("side", "shown"), [(16, 16), (SIDE, SIDE), (200, SIDE)])
def test_large_images_are_made_smaller(channels: int, side: int, shown: int) -> None:
    pixels = np.full((side, side, channels), 90, np.uint8)
    found = opened(small(pixels))
    assert found.shape == (shown, shown, 3)
    assert np.abs(found.astype(int) - 90).max() <= 4


def test_exact_pictures_keep_each_pixel() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 70, 3), np.uint8)
    assert np.array_equal(opened(exact(pixels)), pixels)


@pytest.mark.parametrize(
    ("side", "shown"), [(EXACT, EXACT), (EXACT + 1, EXACT + 1), (224, LARGEST)]
)
def test_only_small_examples_keep_each_pixel(side: int, shown: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    found = opened(of_example(pixels))
    assert found.shape == (shown, shown, 3)
    assert np.array_equal(found, pixels) == (side <= EXACT)


def test_the_same_pixels_give_the_same_text() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)
    assert small(pixels) == small(pixels.copy())
