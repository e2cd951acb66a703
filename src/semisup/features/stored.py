"""Features of a task's frozen encoder as `embed` stores them and other stages read them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semisup.compute.device import Runtime
from semisup.data.dataset import Ints
from semisup.data.rows import Rows, rows_of
from semisup.workflow import outputs

TRAIN, TRAIN_IDS, VALIDATION, TEST = "train.npy", "train_ids.npy", "validation.npy", "test.npy"
POOL, POOL_IDS = "pool.npy", "pool_ids.npy"

Features = NDArray[np.float16]


@dataclass(frozen=True)
class FeatureSet:
    """What `embed` wrote: train (n, 1 + views, D), the others (n, D), and positions (n,) of images.

    No image of the pool is one of train. Features are mapped from their files.
    """

    train: Features
    train_ids: Ints
    pool: Features
    pool_ids: Ints
    validation: Features
    test: Features

    @classmethod
    def read(cls, folder: Path) -> "FeatureSet":
        """Open the features.

        Raises:
            UserError: where `embed` has not run.
        """
        train, pool, validation, test = (
            outputs.read_array(folder / name) for name in (TRAIN, POOL, VALIDATION, TEST)
        )
        train_ids, pool_ids = (
            np.array(outputs.read_array(folder / n)) for n in (TRAIN_IDS, POOL_IDS)
        )
        return cls(train, train_ids, pool, pool_ids, validation, test)

    @classmethod
    def read_all(cls, folder: Path) -> "list[FeatureSet]":
        """Open the features of all encoders of a task, in order.

        Raises:
            UserError: where `embed` has not run.
        """
        return [cls.read(own) for own in outputs.repeats(folder)]

    @property
    def per_image(self) -> int:
        """Features of each train image: as it is, and of its augmented views."""
        return int(self.train.shape[1])

    @property
    def plain_train(self) -> Features:
        """(n, D) of the train images as they are."""
        return self.train[:, 0]

    @property
    def width(self) -> int:
        """Length of the features."""
        return int(self.train.shape[2])

    def of_train(self, positions: Ints, runtime: Runtime) -> Rows:
        """Features (D,) of train images: view v of image i has the number per_image * i + v."""
        first = self.per_image * np.searchsorted(self.train_ids, positions)
        rows = (first[:, None] + np.arange(self.per_image)).ravel()
        return rows_of(self.train.reshape(-1, self.width), rows, runtime)

    def plain_of_train(self, positions: Ints, runtime: Runtime) -> Rows:
        """Features (D,) of train images as they are."""
        rows = self.per_image * np.searchsorted(self.train_ids, positions)
        return rows_of(self.train.reshape(-1, self.width), rows, runtime)
