"""Images as small pictures that stand in the page itself."""

import base64
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import ImageData

SIDE = 48  # pixels; larger images are made smaller
EXACT, LARGEST = 64, 96  # sides of examples that are shown as they are, and of any
QUALITY = 80  # of WebP
SHOWN_CLASSES, OF_EACH = 24, 6  # whose training images are shown, and how many


@dataclass(frozen=True)
class Picture:
    """source: the image itself, as a data URI; title, text: below it; alt: what it shows; file:
    where it lies, if that is told.
    """

    source: str
    title: str
    text: str
    alt: str
    file: str = ""


def of_image(data: ImageData, position: int) -> str:
    """One prepared image as a data URI, made smaller, in about a kilobyte."""
    return _uri(np.asarray(data.images[position]), SIDE, lossless=False)


def of_example(pixels: NDArray[np.uint8]) -> str:
    """An image (H, W, C) as it is, but smaller where it is large: a page may hold hundreds."""
    return _uri(pixels, LARGEST, lossless=max(pixels.shape[:2]) <= EXACT)


def exact(pixels: NDArray[np.uint8]) -> str:
    """An image (H, W, C) as a data URI, as it is."""
    return _uri(pixels, max(pixels.shape[:2]), lossless=True)


def _uri(pixels: NDArray[np.uint8], most: int, lossless: bool) -> str:
    from PIL import Image

    image = Image.fromarray(pixels.squeeze(2) if pixels.shape[2] == 1 else pixels)
    image.thumbnail((most, most))
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=lossless, quality=QUALITY, method=4)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()


def of_classes(data: ImageData) -> list[tuple[str, list[str]]]:
    """The first training images of each of the first classes, by its name."""
    ranked = (data.rank >= 0).any(axis=0)
    found = []
    for number, name in enumerate(data.classes[:SHOWN_CLASSES]):
        positions = np.flatnonzero(ranked & (data.labels == number))[:OF_EACH]
        found.append((name, [of_image(data, int(position)) for position in positions]))
    return found
