"""What a source of images yields: one record per image, with its pixels or why it was left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import xxhash
from numpy.typing import NDArray

from semisup.prepare.junk import is_companion

Pixels = NDArray[np.uint8]  # (H, W, C) with C = 3, square, already of data.image_size
GivenSplit = Literal["train", "validation", "test"]
# what a file that is left out was meant for: one of these, a row of a table that names no file, or
# nothing, as text beside images is
Meant = Literal["labelled", "validation", "test", "unlabelled", "row", "aside"]


@dataclass(frozen=True)
class Record:
    """One image as its source describes it.

    `source` is a path or name that a reader of the manifest can find the image by; `label` is the
    class name, None where the source gives none; `given_split` is "test" or "validation" for images
    of such a set that the source brings along; images of one `group` are of one patient or part, so
    that they must not be on both sides of a split.
    """

    source: str
    label: str | None
    given_split: GivenSplit = "train"
    group: str | None = None

    @property
    def meant(self) -> Meant:
        """What it is for."""
        return meant_for(self.given_split, self.label is not None)

    def rejected(self, reason: str) -> "Rejected":
        """The same as a file that gives no image."""
        is_aside = self.label is None and is_companion(self.source)
        meant = "aside" if is_aside else self.meant
        return Rejected(self.source, reason, meant, self.label)


@dataclass(frozen=True)
class Rejected:
    """A file that is no usable image, and why (one line for rejected.csv).

    `label` is the class that it would have been of, where that is known.
    """

    source: str
    reason: str
    meant: Meant = "unlabelled"
    label: str | None = None


def meant_for(split: GivenSplit, has_label: bool) -> Meant:
    """What an image is for by the split that its source gives, and whether it has a label."""
    if split != "train":
        return split
    return "labelled" if has_label else "unlabelled"


class Unreadable(Exception):
    """A file that gives no pixels; the message is the reason, one line for rejected.csv."""


class Facts(NamedTuple):
    """What the packing keeps of an image besides its pixels."""

    pixel_hash: str  # by which equal images are found
    is_grey: bool


class Decoded(NamedTuple):
    """Pixels, and what is known of them: found where they are decoded, by many processes.

    The next image of the same source may take these pixels' place in memory: copy what shall stay.
    """

    pixels: Pixels
    facts: Facts

    @classmethod
    def of(cls, pixels: Pixels) -> "Decoded":
        """Look at pixels; at the first row before all others, since that settles it for most."""
        is_grey = _is_grey(pixels[0].tobytes()) and _is_grey(pixels.tobytes())
        return cls(pixels, Facts(pixel_hash(np.ascontiguousarray(pixels).data), is_grey))


def _is_grey(pixels: bytes) -> bool:
    return pixels[::3] == pixels[1::3] == pixels[2::3]


def pixel_hash(pixels: bytes | memoryview) -> str:
    """The same for the same pixels.

    XXH3 of 128 bits: no two of any number of images share it by chance, and it takes a fortieth of
    the time of a cryptographic hash, which was a tenth of that of preparing an image.
    """
    return xxhash.xxh3_128_hexdigest(pixels)


Outcome = Record | Rejected
Candidates = Iterator[tuple[Record, Decoded] | Rejected]
