"""Images of more than 8 bits a pixel: one range of values for a whole data set.

Integers of 16 bits often hold values of 10 or 12; those of 32, and floats, say nothing of their
range. What black and white are must be the same for all images, or their brightness is lost.
"""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL.ImageFile import ImageFile

from semisup.prepare.decoding.decode import opened
from semisup.prepare.decoding.deep_colour import colours, deep_values, has_more_bits, is_deep_colour
from semisup.prepare.decoding.other_tiffs import OtherTiff
from semisup.prepare.decoding.pixels import Ranges
from semisup.prepare.decoding.stored import no_data, stored_values
from semisup.prepare.files.places import Entry
from semisup.prepare.records import Unreadable
from semisup.workflow.notes import Notes

MAY_BE_DEEP = (".png", ".tif", ".tiff", ".pgm", ".pnm", ".pfm", ".jp2", ".j2k", ".jpx")
FILES, PIXELS = 200, 4096  # that are looked at; pixels of each file
FIRST = 40  # of a tar and the like: where none of so many is deep, the rest is not read
FEW_VALUES = 128  # up to which floats are no brightness of 8 bits or more
MARKS = (-9999.0, -32768.0)  # that programs write for no data, black in the images
FAR = 0.001  # share of the pixels that may lie beyond the range at either end

CLEAR = 0.5  # share of the pixels that a transparency leaves wholly opaque, or wholly transparent
QUICK = 4_000_000  # pixels that are decoded for this alone

Values = NDArray[np.float64]


class Look(NamedTuple):
    """What is seen of a file."""

    kind: str | None  # of values; None: of 8 bits
    values: Values  # some of them
    several: bool = False  # pages
    is_cut: bool = False  # it has more bits than are read
    is_tinted: bool = False  # its transparency looks like a colour


def find_ranges(
    places: Iterable[tuple[Iterable[Entry], bool]], max_megapixels: float, notes: Notes
) -> Ranges:
    """The range of each kind of values, by a sample of the files.

    Args:
        places: the files of each place, and whether each is read without those before it, as in a
            zip; on disk they are anyway.
        max_megapixels: larger images are not looked at.
        notes: is told what was found.
    """
    found: dict[str, list[Values]] = {}
    looks = [look for place in places for look in _sample(*place, max_megapixels)]
    for look in looks:
        if look.kind:
            found.setdefault(look.kind, []).append(look.values)
    _warn(looks, notes)
    ranges = {}
    for kind, some in sorted(found.items()):
        values = np.concatenate(some)
        mark = _mark_among(values)
        ranges[kind] = low, high = _range(values[values != mark], kind)
        if kind != "uint16" or high < 65535:
            notes.warn(
                f"images of {kind} values: {low:g} becomes black and {high:g} white in all of "
                f"them, by {len(some)} files"
                f"{f', {mark:g} is taken for no data' if mark else ''}; data.range sets it"
            )
    return ranges


def _warn(looks: list[Look], notes: Notes) -> None:
    of = f"of {len(looks)} files looked at have"
    if pages := sum(look.several for look in looks):
        notes.warn(
            f"{pages} {of} several pages or frames, of which the "
            "first is read; save the others as files of their own to use them"
        )
    if cut := sum(look.is_cut for look in looks):
        notes.warn(
            f"{cut} {of} colours of 16 bits, of which the upper 8 are "
            "read: too dark where these are values of 10 or 12 bits; save them as PNG or TIFF"
        )
    if tinted := sum(look.is_tinted for look in looks):
        notes.warn(
            f"{tinted} {of} a last channel that the file calls transparency, though most pixels "
            "are neither opaque nor clear: they are put on white by it; if it is a colour, such "
            "as infrared, save the files without it"
        )


def may_be_deep(path: str) -> bool:
    """Whether a file is of a kind that can have more than 8 bits, by its name, or has no ending."""
    return path.lower().endswith(MAY_BE_DEEP) or "." not in path.rpartition("/")[2]


def _sample(entries: Iterable[Entry], is_quick: bool, max_megapixels: float) -> list[Look]:
    """Of files evenly over all that may be deep, at most FILES."""
    kept: list[Look] = []
    stride, number = 1, 0
    for entry in entries:
        if not may_be_deep(entry.path):
            continue
        if number % stride == 0:
            try:
                file = entry.load()
            except Unreadable:
                continue
            kept.append(_look(file, max_megapixels))
            is_slow = not is_quick and isinstance(file, bytes)
            if number == FIRST and is_slow and not any(look.kind for look in kept):
                break
            if len(kept) == FILES:
                kept, stride = kept[::2], stride * 2
        number += 1
    return kept


def _look(file: str | bytes, max_megapixels: float) -> Look:
    none = np.empty(0)
    try:
        with opened(file) as image:
            too_large = math.prod(image.size) > max_megapixels * 1e6
            if isinstance(image, OtherTiff):
                return (
                    Look(None, none) if too_large else Look(*_values(image.values(), image.no_data))
                )
            several = bool(getattr(image, "is_animated", False)) and image.format == "TIFF"
            if too_large:
                return Look(None, none, several)
            if image.fp and is_deep_colour(image):
                deep = deep_values(image.fp, image.format)
                opaque = colours(deep)
                alpha = deep[..., opaque.shape[2] :]
                return Look(*_values(opaque), several, is_tinted=_is_tinted(alpha, 65535))
            values = stored_values(image)
            if values is None:
                return Look(None, none, several, has_more_bits(image), _has_tint(image))
            return Look(*_values(values, no_data(image)), several)
    except Exception:  # what is wrong with a file is said when it is decoded
        return Look(None, none)


def _has_tint(image: ImageFile) -> bool:
    """As GDAL calls the fourth band of 8 bits a transparency, whatever it holds."""
    if image.mode != "RGBA" or image.width * image.height > QUICK:
        return False
    return _is_tinted(np.asarray(image.getchannel("A")), 255)


def _is_tinted(alpha: NDArray[np.generic], opaque: int) -> bool:
    return bool(alpha.size) and bool(np.isin(alpha, (0, opaque)).mean() < CLEAR)


def _values(values: NDArray[Any], mark: float | None = None) -> tuple[str, Values]:
    some = values.ravel()[:: max(1, values.size // PIXELS)]
    if mark is not None and some.dtype.kind == "i":
        some = some[some != np.iinfo(some.dtype).min]  # as `stored` writes it
    some = some.astype(np.float64)
    return values.dtype.name, some[np.isfinite(some) & (some != mark)]


def _mark_among(values: Values) -> float | None:
    """The lowest value, where it is a usual one for no data that no file calls so."""
    low = float(values.min(initial=0))
    return low if low in MARKS and float((values == low).mean()) > FAR else None


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
