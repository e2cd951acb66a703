"""Features of a task's frozen encoder as `embed` stores them and `head` reads them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semisup.compute.device import Runtime
from semisup.data.dataset import Ints
from semisup.data.rows import Rows, rows_of
from semisup.workflow import outputs

TRAIN, TRAIN_IDS, VALIDATION, TEST = "train.npy", "train_ids.npy", "validation.npy", "test.npy"

Features = NDArray[np.float16]


@dataclass(frozen=True)
class FeatureSet:
    """What `embed` wrote: train (n, 1 + views, D), train_ids (n,), validation and test (n, D).

    All but train_ids are mapped from their files.
    """

    train: Features
    train_ids: Ints
    validation: Features
    test: Features

    @classmethod
    def read(cls, folder: Path) -> "FeatureSet":
        """Open the features.

        Raises:
            UserError: where `embed` has not run.
        """
        try:
            return cls(
                np.load(folder / TRAIN, mmap_mode="r"),
                np.load(folder / TRAIN_IDS),
                *(_opened(folder / name) for name in (VALIDATION, TEST)),
            )
        except FileNotFoundError as error:
            raise outputs.missing(Path(error.filename)) from None

    @property
    def views(self) -> int:
        """Features of each train image: as it is, and of its augmented views."""
        return int(self.train.shape[1])

    @property
    def width(self) -> int:
        """Length of the features."""
        return int(self.train.shape[2])

    def of_train(self, positions: Ints, runtime: Runtime) -> Rows:
        """Features (D,) of train images: view v of image i has the number views * i + v."""
        first = self.views * np.searchsorted(self.train_ids, positions)
        rows = (first[:, None] + np.arange(self.views)).ravel()
        return rows_of(self.train.reshape(-1, self.width), rows, runtime)

    def plain_of_train(self, positions: Ints, runtime: Runtime) -> Rows:
        """Features (D,) of train images as they are."""
        rows = self.views * np.searchsorted(self.train_ids, positions)
        return rows_of(self.train.reshape(-1, self.width), rows, runtime)


def _opened(path: Path) -> Features:
    features: Features = np.load(path, mmap_mode="r")
    return features
