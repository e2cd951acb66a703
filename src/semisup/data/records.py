"""What a source of images yields: one record per image, with its pixels or why it was left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (H, W, C) with C = 3, square, already of data.image_size
GivenSplit = Literal["train", "test"]


@dataclass(frozen=True)
class Record:
    """One image as its source describes it.

    `source` is a path or name that a reader of the manifest can find the image by; `label` is the
    class name, None where the source gives none; `given_split` is "test" for images of a test set
    that the source brings along.
    """

    source: str
    label: str | None
    given_split: GivenSplit = "train"


@dataclass(frozen=True)
class Rejected:
    """A file that is no usable image, and why (one line for rejected.csv)."""

    source: str
    reason: str


Outcome = Record | Rejected
Candidates = Iterator[tuple[Record, Pixels] | Rejected]
