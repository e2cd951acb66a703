"""Images that look like copies of others: resized, or compressed anew, so that no byte is the same.

Equal images are found by their hash. Copies that differ a little are no such duplicates, and make
an accuracy too high all the same where one is trained on and the other is for test.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from semisup.workflow import outputs
from semisup.workflow.notes import Notes

SIDE, ROUGH = 32, 8  # pixels a side that images are averaged down to: to compare, to find pairs
MOST_ASKED, MOST_OTHERS = 2000, 100_000  # images, evenly over all
AT_ONCE = 2**24  # values, as float32
# Correlations of the rough image, of the whole, and of its detail. Measured on 32 pixels: copies of
# JPEG quality 60 and of twice the size have 0.99, 0.99 and 0.96 at least; the image most alike, of
# 2,000 others of clothes, all seen from the front, has more than 0.99 and 0.93 in two cases
PAIR, WHOLE, DETAIL = 0.98, 0.99, 0.93
FEW, SHARE = 3, 0.01  # copies, of the images that were asked about: not worth a warning below
HELD = ("validation", "test")
# what is said of those that the data hold back, of others beside these, and where there are none
_GIVEN = (
    "validation and test images looked at seem to be copies of others that may be trained on",
    "accuracy is then too high. Remove them, or give both",
)
_OTHERS = (
    "images to train on looked at seem to be copies of others of these",
    "some are held back, and accuracy on those is then too high. Remove one, or give both",
)
_ALL = (
    "images looked at seem to be copies of others",
    "on both sides of the split they make accuracy too high. Remove one, or give both",
)

Images = NDArray[np.uint8]
Rows = NDArray[np.void]
Floats = NDArray[np.float32]


def doubt_copies(images: Images, rows: Rows, manifest: Path, notes: Notes) -> None:
    """Warn where images for validation and test look like copies of others, or some of all do.

    Args:
        images: (N, H, W, C), prepared.
        rows: (N,), of the manifest: `given`, `same_as`, and `key`, which a group has in common.
        manifest: the table of the images, which names them.
        notes: takes the warning.
    """
    given = [np.flatnonzero(rows["given"] == outputs.GIVEN.index(part)) for part in HELD]
    held = np.sort(np.concatenate(given))
    free = np.setdiff1d(np.arange(len(rows)), held)
    if not len(free):
        return
    asked = [_evenly(held, MOST_ASKED)]
    if not all(map(len, given)):  # some of the others will be held back
        asked.append(_evenly(free, MOST_ASKED))
    every = np.concatenate(asked)
    nearest = _nearest(images, every, _evenly(free, MOST_OTHERS), rows)
    names: list[str] = []
    for some, what in zip(asked, (_GIVEN, _OTHERS if len(held) else _ALL), strict=False):
        mine, nearest = nearest[: len(some)], nearest[len(some) :]
        found = [
            (one, int(other))
            for one, other in zip(some.tolist(), mine, strict=True)
            if other >= 0 and _are_copies(images[one], images[other])
        ]
        if len(found) < max(FEW, SHARE * len(some)):
            continue
        names = names or [row["source"] for row in outputs.read_rows(manifest)]
        one, other = (names[number] for number in found[0])
        notes.warn(
            f"{len(found)} of {len(some)} {what[0]}, resized or compressed anew (such as {one}, of "
            f"{other}): {what[1]} one group (a column group of the table, or "
            "data.folder.group_pattern)"
        )


def _evenly(numbers: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    return numbers[:: max(1, -(-len(numbers) // most))]


def _nearest(
    images: Images, asked: NDArray[np.intp], others: NDArray[np.intp], rows: Rows
) -> NDArray[np.intp]:
    """Of each one asked about, the other image most like it; -1: none is.

    Equal ones and those of its group do not count: a split sees to these.
    """
    rough = np.concatenate([_rough(images[part]) for part in _parts(images, asked)])
    best = np.full(len(asked), PAIR, np.float32)
    nearest = np.full(len(asked), -1, np.intp)
    for part in _parts(images, others):
        alike = rough @ _rough(images[part]).T
        for column in ("same_as", "key"):
            alike[rows[column][asked][:, None] == rows[column][part][None]] = -1
        at = alike.argmax(axis=1)
        here = alike[np.arange(len(asked)), at]
        nearest = np.where(here > best, part[at], nearest)
        best = np.maximum(best, here)
    return nearest


def _parts(images: Images, numbers: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    size = max(1, min(2000, AT_ONCE // int(np.prod(images.shape[1:]))))
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]


def _rough(images: Images) -> Floats:
    """(n, values) of length 1; of an image of one grey, zeros."""
    values = _smaller(_grey(images), ROUGH).reshape(len(images), -1)
    return _unit(values)


def _are_copies(one: Images, other: Images) -> bool:
    pair = _smaller(_grey(np.stack([one, other])), SIDE)
    whole = _unit(pair.reshape(2, -1))
    if whole[0] @ whole[1] < WHOLE:
        return False
    detail = _unit((pair - uniform_filter(pair, (1, 3, 3), mode="nearest")).reshape(2, -1))
    return bool(detail[0] @ detail[1] >= DETAIL)


def _grey(images: Images) -> Floats:
    grey: Floats = images.mean(axis=-1, dtype=np.float32)
    return grey


def _smaller(images: Floats, side: int) -> Floats:
    """Averaged down to at most `side` pixels a side."""
    now = images.shape[1]
    if now <= side:
        return images
    edges = np.linspace(0, now, side + 1).round().astype(int)
    size = np.diff(edges).astype(np.float32)
    summed = np.add.reduceat(np.add.reduceat(images, edges[:-1], axis=1), edges[:-1], axis=2)
    mean: Floats = summed / (size[:, None] * size[None])
    return mean


def _unit(rows: Floats) -> Floats:
    centred = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: Floats = centred / np.maximum(length, 1e-3)
    return unit
