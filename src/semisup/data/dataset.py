"""The prepared, split data as the later stages read it."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semisup.workflow import outputs

Ints = NDArray[np.int64]
ROLES = ("left_out", "unlabelled", "train", "validation", "test")
LEFT_OUT, UNLABELLED, TRAIN, VALIDATION, TEST = range(5)
TOP1, BALANCED = "top1", "balanced_accuracy"  # columns of results
UNEVEN = 1.5  # times as many test images has the largest class as the smallest: too unequal
NO_RANK = -1  # of images that are not for training


@dataclass(frozen=True)
class LabelledSet:
    """Images that one draw at one budget may use: positions into the packed array."""

    train: Ints
    validation: Ints


@dataclass(frozen=True)
class ImageData:
    """Packed images with labels, roles and ranks.

    images: (N, H, W, C) uint8, memory-mapped; labels: (N,) with outputs.NO_CLASS for none; role:
    (N,) indices into ROLES; rank: (draws, N); pool: positions of the unlabelled pool; mean, std:
    (C,) of the pool's pixels in 0 to 1; chosen: positions of images chosen to be labelled.
    """

    images: NDArray[np.uint8]
    labels: Ints
    role: Ints
    rank: Ints
    pool: Ints
    classes: list[str]
    mean: NDArray[np.float32]
    std: NDArray[np.float32]
    chosen: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def channels(self) -> int:
        """1 (grey) or 3."""
        return int(self.images.shape[3])

    @property
    def image_size(self) -> int:
        """Side of the square images in pixels."""
        return int(self.images.shape[1])

    @cached_property
    def test(self) -> Ints:
        """Positions of the test images."""
        return np.flatnonzero(self.role == TEST)

    @cached_property
    def headline(self) -> str:
        """By which figure classifiers are chosen and compared: `TOP1` or `BALANCED`.

        Where the test classes differ much in size, naming the largest one would look accurate.
        """
        counts = np.bincount(self.labels[self.test])
        there = counts[counts > 0]
        uneven = len(there) > 0 and there.max() > UNEVEN * there.min()
        return BALANCED if uneven else TOP1

    @cached_property
    def validation(self) -> Ints:
        """Positions of the images set aside for validation; empty with within_budget."""
        return np.flatnonzero(self.role == VALIDATION)

    def labelled_set(self, budget: int, draw: int, within_budget: float) -> LabelledSet:
        """Images of `budget` labels per class, or as many as the class has.

        Where none are set aside, the last `within_budget` part of each class's images (rounded
        down) is validation, not training.
        """
        bought = np.flatnonzero((self.rank[draw] != NO_RANK) & (self.rank[draw] < budget))
        if len(self.validation):
            return LabelledSet(bought, self.validation)
        per_class = np.bincount(self.labels[bought], minlength=len(self.classes))
        # 0.29 of 100 is 28.999...
        kept = per_class - (per_class * within_budget + 1e-9).astype(np.int64)
        trains = self.rank[draw, bought] < kept[self.labels[bought]]
        return LabelledSet(bought[trains], bought[~trains])

    def shared_by_draws(self, budget: int) -> float:
        """The share of a draw's images that another draw is expected to have too."""
        is_chosen = np.zeros(len(self.labels), bool)
        is_chosen[self.chosen] = True
        trains, shared, all_bought = self.rank[0] != NO_RANK, 0.0, 0
        left = np.full(len(self.classes), budget)
        for part in (trains & ~is_chosen, trains & is_chosen):  # the order in which they are taken
            there = np.bincount(self.labels[part], minlength=len(self.classes))
            bought = np.minimum(there, left)
            shared += float((bought * bought / np.maximum(there, 1)).sum())
            all_bought += int(bought.sum())
            left = left - bought
        return shared / all_bought

    def ranked_below(self, limit: int) -> Ints:
        """Train images that some draw ranks below `limit`, ascending."""
        return np.flatnonzero(((self.rank != NO_RANK) & (self.rank < limit)).any(axis=0))


@dataclass(frozen=True)
class Manifest:
    """What `prepare` knows of each image, as (N,) arrays.

    labels: outputs.NO_CLASS for none; given: the part that the source puts it into, as index into
    outputs.GIVEN; same_as: the first image with equal pixels; group: -1 for none; key: by which
    test images are drawn, the same for those of one group or with equal pixels.
    """

    labels: Ints
    given: Ints
    same_as: Ints
    group: Ints
    key: NDArray[np.uint64]
    classes: list[str]

    @property
    def given_test(self) -> NDArray[np.bool_]:
        """Whether the source puts the image into its test set."""
        is_test: NDArray[np.bool_] = self.given == outputs.GIVEN.index("test")
        return is_test


def read_manifest() -> Manifest:
    """Read it from data/prepared, with the names of the classes.

    Raises:
        UserError: where `prepare` has not run.
    """
    labels, classes = _read_labels()
    rows = outputs.read_array(outputs.PREPARED / outputs.MANIFEST_ROWS)
    return Manifest(
        labels=labels,
        given=_ints(rows["given"]),
        same_as=_ints(rows["same_as"]),
        group=_ints(rows["group"]),
        key=np.array(rows["key"]),
        classes=classes,
    )


def _read_labels() -> tuple[Ints, list[str]]:
    classes: list[str] = outputs.read_json(outputs.PREPARED / outputs.SUMMARY)["classes"]
    return _ints(outputs.read_array(outputs.PREPARED / outputs.MANIFEST_ROWS)["label"]), classes


def split_row(draws: int) -> np.dtype[np.void]:
    """What split.npy has of each image; the reverse is `open_data`."""
    return np.dtype([("role", "i1"), ("in_pool", "?"), ("rank", "<i4", (draws,))])


def open_data() -> ImageData:
    """Open what `prepare` and `split` wrote.

    Raises:
        UserError: where a stage before this one has not run.
    """
    labels, classes = _read_labels()
    positions, numbers = outputs.read_array(outputs.SPLITS / outputs.CHOSEN).T
    labels[positions] = numbers
    stats = outputs.read_json(outputs.SPLITS / outputs.STATS)
    rows = outputs.read_array(outputs.SPLITS / outputs.SPLIT_ROWS)
    return ImageData(
        images=outputs.read_array(outputs.PREPARED / outputs.IMAGES),
        labels=labels,
        role=_ints(rows["role"]),
        rank=_ints(rows["rank"].T),
        pool=np.flatnonzero(rows["in_pool"]),
        classes=classes,
        mean=np.array(stats["mean"], np.float32),
        std=np.array(stats["std"], np.float32),
        chosen=_ints(positions),
    )


def open_pool() -> ImageData:
    """What may be looked at without labels: the pool; of validation images, labels too.

    It stays the same where more images get labels.

    Raises:
        UserError: where a stage before this one has not run.
    """
    labels, classes = _read_labels()
    folder = outputs.SPLITS / outputs.POOL
    pool, validation = (
        np.array(outputs.read_array(folder / name))
        for name in (outputs.POSITIONS, outputs.VALIDATION)
    )
    pixels = outputs.read_json(folder / outputs.PIXELS)
    role = np.full(len(labels), LEFT_OUT)
    role[pool], role[validation] = UNLABELLED, VALIDATION
    return ImageData(
        images=outputs.read_array(outputs.PREPARED / outputs.IMAGES),
        labels=np.where(role == VALIDATION, labels, outputs.NO_CLASS),
        role=role,
        rank=np.empty((0, len(labels)), np.int64),
        pool=pool,
        classes=classes,
        mean=np.array(pixels["mean"], np.float32),
        std=np.array(pixels["std"], np.float32),
    )


def spaced(positions: Ints, most: int) -> Ints:
    """At most so many of them, from all over."""
    if len(positions) <= most:
        return positions
    return positions[np.arange(most) * len(positions) // most]


def _ints(column: NDArray[Any]) -> Ints:
    """A copy in memory."""
    return np.array(column, np.int64, order="C")
