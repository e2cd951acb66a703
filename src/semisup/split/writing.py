"""What `split` writes: roles and ranks, counts by class, what pretraining reads, warnings."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import (
    LEFT_OUT,
    NO_RANK,
    ROLES,
    TEST,
    TRAIN,
    UNEVEN,
    VALIDATION,
    Ints,
    split_row,
)
from semisup.split.roles import Split
from semisup.workflow import outputs
from semisup.workflow.notes import Notes, counted, named

MOST_VALUES = 2**24  # of pixels at once, as float64: 128 MiB
ROWS_AT_ONCE = 10_000  # of the table, as Python's own numbers
FEW_OF_A_CLASS = 5  # test images
FEW_TESTS = 100  # images; the standard error of an accuracy may exceed 5 points below
OF_CLASSES = ("class", "train", "validation", "test", "left_out")


def write_split(folder: Path, split: Split, classes: list[str], notes: Notes) -> None:
    """Write the split as an array and as tables, stats.json of the pool's pixels, and warnings."""
    rows = np.zeros(len(split.role), split_row(len(split.rank)))
    rows["role"], rows["rank"] = split.role, split.rank.T
    rows["in_pool"][split.pool] = True
    np.save(folder / outputs.SPLIT_ROWS, rows)
    _write_table(folder / outputs.SPLIT, rows)
    images = outputs.read_array(outputs.PREPARED / outputs.IMAGES)
    mean, std = _pixel_statistics(images, split.pool)
    counts = {name: int((split.role == role).sum()) for role, name in enumerate(ROLES)}
    stats = {"mean": mean, "std": std, "pool": len(split.pool), **vars(split.lost), **counts}
    np.save(folder / outputs.CHOSEN, split.chosen)
    _write_pool(folder / outputs.POOL, split, {"mean": mean, "std": std})
    outputs.write_json(folder / outputs.STATS, stats)
    outputs.write_rows(folder / outputs.CLASSES, OF_CLASSES, by_class(split, classes))
    warn(split, classes, notes)
    notes.write(folder)


def _write_pool(folder: Path, split: Split, pixels: dict[str, list[float]]) -> None:
    """Write what pretraining reads, which stays the same where more images get labels."""
    folder.mkdir()
    np.save(folder / outputs.POSITIONS, split.pool)
    np.save(folder / outputs.VALIDATION, np.flatnonzero(split.role == VALIDATION))
    outputs.write_json(folder / outputs.PIXELS, pixels)


def _write_table(path: Path, rows: NDArray[np.void]) -> None:
    """Write split.csv: id, role, in_pool (0 or 1), rank per draw."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = outputs.csv_writer(file)
        draws = rows["rank"].shape[1]
        writer.writerow(["id", "role", "in_pool", *(f"rank_{draw}" for draw in range(draws))])
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            columns = (some[name].tolist() for name in ("role", "in_pool", "rank"))
            for number, (role, in_pool, ranks) in enumerate(zip(*columns, strict=True), start):
                shown = ["" if rank == NO_RANK else rank for rank in ranks]
                writer.writerow([number, ROLES[role], int(in_pool), *shown])


def by_class(split: Split, classes: list[str]) -> list[tuple[str, ...]]:
    """How many images of each role a class has: rows of OF_CLASSES."""
    columns = [
        np.bincount(
            split.labels[(split.role == role) & (split.labels >= 0)], minlength=len(classes)
        )
        for role in (TRAIN, VALIDATION, TEST, LEFT_OUT)
    ]
    return [
        (name, *map(str, row)) for name, row in zip(classes, np.transpose(columns), strict=True)
    ]


def warn(split: Split, classes: list[str], notes: Notes) -> None:
    """Of classes that lack a role, of a small test set, of images that are left out."""
    validates = (split.role == VALIDATION).any()
    for role, what in ((TRAIN, "train"), (VALIDATION, "validation"), (TEST, "test")):
        there = np.unique(split.labels[split.role == role])
        lacking = [name for number, name in enumerate(classes) if number not in there]
        if lacking and (role != VALIDATION or validates):
            verb = "has" if len(lacking) == 1 else "have"
            asked = {classes[number] for number in np.unique(split.labels[split.role == TEST])}
            is_wrong = role == TRAIN and asked.intersection(lacking)
            wrong = "; whatever is said of their test images is wrong" if is_wrong else ""
            notes.warn(
                f"{len(lacking)} of {len(classes)} classes {verb} no {what} image: "
                f"{named(map(repr, lacking), 10)}{wrong}"
            )
        if lacking and role != TRAIN and len(there) == 1:
            notes.warn(
                f"all {what} images are of one class, {classes[there[0]]!r}: whoever names it "
                f"always is right each time, so that accuracies on {what} tell nothing; label "
                f"images of other classes for {what}"
            )
    _warn_of_few_tests(np.bincount(split.labels[split.role == TEST]), notes)
    _warn_of_chosen(split, len(classes), notes)
    if split.lost.torn:
        notes.warn(
            f"{split.lost.torn} images are left out since others of their group are held back for "
            "test or validation"
        )
    if split.lost.conflicts:
        notes.warn(
            f"{split.lost.conflicts} images are left out since equal ones have another label; see "
            f"{outputs.PREPARED / outputs.CONFLICTS}"
        )


def _warn_of_few_tests(counts: NDArray[np.integer], notes: Notes) -> None:
    """`counts`: test images by class."""
    tests = [int(count) for count in counts if count]
    if not tests or (sum(tests) >= FEW_TESTS and min(tests) >= FEW_OF_A_CLASS):
        return
    whose, worth = "that is right", f"{100 / sum(tests):.1f} points of top-1"
    if max(tests) > UNEVEN * min(tests):  # the report compares balanced accuracy
        share = 100 / (min(tests) * len(tests))
        whose, worth = "of it that is right", f"{share:.1f} points of balanced accuracy"
    notes.warn(
        f"the test set is small: {counted(sum(tests), 'image')}, {min(tests)} of the rarest class; "
        f"one image more {whose} is {worth}"
    )


def _warn_of_chosen(split: Split, classes: int, notes: Notes) -> None:
    """Of budgets whose labels are no random sample."""
    is_chosen = np.isin(np.arange(len(split.role)), split.chosen[:, 0])
    trains = (split.role == TRAIN) & (split.labels >= 0)
    chosen, drawn = (
        np.bincount(split.labels[trains & some], minlength=classes)
        for some in (is_chosen, ~is_chosen)
    )
    if chosen.any():
        least = drawn[chosen > 0].min()
        notes.warn(
            f"{chosen.sum()} of {trains.sum()} training labels are of images that were chosen "
            f"({outputs.LABELS}), no random sample; budgets up to {least} use none"
        )


def _pixel_statistics(images: NDArray[np.uint8], pool: Ints) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each channel over at most 20,000 pool images, in 0 to 1."""
    some = pool[:: max(1, len(pool) // 10_000)]
    total = np.zeros((2, images.shape[3]))
    step = min(1000, max(1, MOST_VALUES // math.prod(images.shape[1:])))
    for start in range(0, len(some), step):
        pixels = images[some[start : start + step]].reshape(-1, images.shape[3]) / 255.0
        total += np.stack([pixels.sum(axis=0), (pixels**2).sum(axis=0)])
    n = len(some) * images.shape[1] * images.shape[2]
    mean = total[0] / n
    std = np.sqrt(np.maximum(total[1] / n - mean**2, 1e-6))
    return [round(float(m), 6) for m in mean], [round(float(s), 6) for s in std]
