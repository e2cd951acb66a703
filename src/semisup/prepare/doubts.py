"""What looks wrong about images and labels that can all be used."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semisup.labels.no_label import UNSURE, may_be_none
from semisup.prepare.alike import near_equal
from semisup.prepare.limits import Tally
from semisup.workflow import outputs
from semisup.workflow.notes import Notes, counted, named

LOOKED_AT = 500  # images, evenly over all
DARK, FLAT = 40, 8  # an image is nearly black below, all of one grey within so much of 255
SHARE = 0.2  # of the images, from which on it is worth a warning
LISTED = ("id", "source", "given_split", "label", "pixel_hash")
FEW_IMAGES = 2  # on average per class: folders that are no classes


def doubt_labels(tally: Tally, notes: Notes) -> None:
    """Names of classes that may mean one, or none; classes that are too many."""
    counts = {row[0]: tally.images_of(row[0]) for row in tally.classes()}
    for one, other in near_equal(counts):
        notes.warn(
            f"classes {one!r} ({counted(counts[one], 'image')}) and {other!r} ({counts[other]}) "
            "have nearly the same name; if they are one, spell them alike"
        )
    unsure = [name for name in counts if name.casefold() in UNSURE or may_be_none(name)]
    if unsure:
        notes.warn(
            f"class {named(map(repr, unsure))} is one like the others; if it means no label, add "
            "it to data.folder.no_label"
        )
    _doubt_untrained(tally, notes)
    images = sum(counts.values())
    if len(counts) > 10 and images < FEW_IMAGES * len(counts):
        notes.warn(
            f"{len(counts)} classes have {images} images in all: are the names those of classes? "
            f"(the first: {named(counts, 3)})"
        )


def _doubt_untrained(tally: Tally, notes: Notes) -> None:
    """Classes of which a split that the data bring leaves nothing to train on."""
    trained = [row[0] for row in tally.classes() if row[1]]
    held = [row[0] for row in tally.classes() if not row[1] and tally.images_of(row[0])]
    if held:
        stops = ", and `split` will stop, since it needs two that have" if len(trained) < 2 else ""
        notes.warn(
            f"class {named(map(repr, held))}: validation or test images only, none to train on"
            f"{stops}; to divide them anew, name their folder in data.folder.labelled too, or set "
            "data.folder.columns.split to null"
        )


def doubt_pixels(images: NDArray[np.uint8], duplicates: int, notes: Notes) -> None:
    """Prepared images (N, H, W, C) that show little or the same."""
    some = images[:: max(1, len(images) // LOOKED_AT)]
    pixels = some.reshape(len(some), -1)
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    dark, flat = high < DARK, high.astype(int) - low < FLAT
    if dark.mean() > SHARE:
        notes.warn(
            f"{dark.mean():.0%} of the images are nearly black (no value above {high[dark].max()} "
            "of 255): if the files have 16 bits, set data.range to what they hold"
        )
    elif flat.mean() > SHARE:
        notes.warn(f"{flat.mean():.0%} of the images show nothing: each is of one grey or colour")
    if duplicates > SHARE * len(images):
        notes.warn(
            f"{duplicates} of {len(images)} images equal another one (duplicate_of in "
            f"{outputs.PREPARED / outputs.MANIFEST})"
        )


def write_conflicts(folder: Path, wrong: NDArray[np.bool_], notes: Notes) -> None:
    """List equal images with different labels, and warn of them."""
    found: dict[str, list[dict[str, str]]] = {}
    if wrong.any():
        rows = outputs.read_rows(folder / outputs.MANIFEST)
        for row, conflicts in zip(rows, wrong, strict=True):
            if conflicts:
                found.setdefault(row["pixel_hash"], []).append(row)
    every = (row for equal in found.values() for row in equal)
    outputs.write_rows(
        folder / outputs.CONFLICTS, LISTED, ([row[k] for k in LISTED] for row in every)
    )
    if found:
        first = next(iter(found.values()))
        of_each = {row["label"]: row for row in reversed(first)}
        first.sort(key=lambda row: row is not of_each[row["label"]])  # two that differ come first
        shown = named((f"{row['source']} is {row['label']!r}" for row in first), 2)
        notes.warn(
            f"{counted(len(found), 'time')}, equal images have different labels ({shown}): "
            f"all these are left out; they are listed in {outputs.PREPARED / outputs.CONFLICTS}"
        )
