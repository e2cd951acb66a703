"""Images of more than 8 bits a pixel: one range of values for a whole data set.

Integers of 16 bits often hold values of 10 or 12; those of 32, and floats, say nothing of their
range. What black and white are must be the same for all images, or their brightness is lost.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from semisup.prepare.decoding.decode import opened
from semisup.prepare.decoding.deep_colour import colours, deep_values, has_more_bits, is_deep_colour
from semisup.prepare.decoding.pixels import Ranges
from semisup.prepare.files.places import Entry
from semisup.prepare.records import Rejected, Unreadable
from semisup.workflow.notes import Notes

MAY_BE_DEEP = (".png", ".tif", ".tiff", ".pgm", ".pnm", ".jp2", ".j2k", ".jpx")
FILES, PIXELS = 200, 4096  # that are looked at; pixels of each file
FIRST = 40  # of an archive: where none of so many is deep, the rest is not read
FEW_VALUES = 128  # up to which floats are no brightness of 8 bits or more
FAR = 0.001  # share of the pixels that may lie beyond the range at either end

Values = NDArray[np.float64]
# kind of values, None where of 8 bits; some of them; whether there are several pages; whether it
# has more bits than are read
Look = tuple[str | None, Values, bool, bool]


def find_ranges(
    places: Iterable[Iterable[Entry | Rejected]], max_megapixels: float, notes: Notes
) -> Ranges:
    """The range of each kind of values, by a sample of the files.

    Args:
        places: the files of each place.
        max_megapixels: larger images are not looked at.
        notes: is told what was found.
    """
    found: dict[str, list[Values]] = {}
    looked, pages, cut = 0, 0, 0
    for entries in places:
        for kind, values, several, is_cut in _sample(entries, max_megapixels):
            looked += 1
            pages += several
            cut += is_cut
            if kind:
                found.setdefault(kind, []).append(values)
    if pages:
        notes.warn(
            f"{pages} of {looked} files looked at have several pages or frames, of which the "
            "first is read; save the others as files of their own to use them"
        )
    if cut:
        notes.warn(
            f"{cut} of {looked} files looked at have colours of 16 bits, of which the upper 8 are "
            "read: too dark where these are values of 10 or 12 bits; save them as PNG or TIFF"
        )
    ranges = {kind: _range(np.concatenate(some), kind) for kind, some in sorted(found.items())}
    for kind, (low, high) in ranges.items():
        if kind != "uint16" or high < 65535:
            notes.warn(
                f"images of {kind} values: {low:g} becomes black and {high:g} white in all of "
                f"them, by {len(found[kind])} files; data.range sets it"
            )
    return ranges


def may_be_deep(path: str) -> bool:
    """Whether a file is of a kind that can have more than 8 bits, by its name."""
    return path.lower().endswith(MAY_BE_DEEP)


def _sample(entries: Iterable[Entry | Rejected], max_megapixels: float) -> list[Look]:
    """Of files evenly over all that may be deep, at most FILES."""
    kept: list[Look] = []
    stride, number = 1, 0
    for entry in entries:
        if isinstance(entry, Rejected) or not may_be_deep(entry.path):
            continue
        if number % stride == 0:
            try:
                file = entry.load()
            except Unreadable:
                continue
            kept.append(_look(file, max_megapixels))
            if number == FIRST and isinstance(file, bytes) and not any(k for k, *_ in kept):
                break
            if len(kept) == FILES:
                kept, stride = kept[::2], stride * 2
        number += 1
    return kept


def _look(file: str | bytes, max_megapixels: float) -> Look:
    none = np.empty(0)
    try:
        with opened(file) as image:
            several = bool(getattr(image, "is_animated", False)) and image.format == "TIFF"
            too_large = image.width * image.height > max_megapixels * 1e6
            if too_large:
                return None, none, several, False
            if image.fp and is_deep_colour(image):
                return *_values(colours(deep_values(image.fp, image.format))), several, False
            if image.mode[0] not in "IF":
                return None, none, several, has_more_bits(image)
            return *_values(np.asarray(image)), several, False
    except Exception:  # what is wrong with a file is said when it is decoded
        return None, none, False, False


def _values(values: NDArray[np.generic]) -> tuple[str, Values]:
    some = values.ravel()[:: max(1, values.size // PIXELS)].astype(np.float64)
    return values.dtype.name, some[np.isfinite(some)]


def _range(values: Values, kind: str) -> tuple[float, float]:
    """From black to white: a whole number of bits where the values look like that."""
    if not values.size:
        return 0.0, 1.0
    low, high = (float(v) for v in np.quantile(values, [FAR, 1 - FAR], method="nearest"))
    if low < 0:
        return low, max(high, low + 1)
    if kind.startswith("float") and high <= FEW_VALUES:
        return (0.0, 1.0) if 0.5 < high <= 1 or high == 0 else (0.0, high)
    bits = max(8, int(np.ceil(np.log2(high + 1))))
    return 0.0, float(2**bits - 1)
