"""Features of a task's frozen encoder as `embed` stores them and `head` reads them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from semisup import outputs
from semisup.data.labelled import Ints
from semisup.device import Runtime

TRAIN, TRAIN_IDS, VALIDATION, TEST = "train.npy", "train_ids.npy", "validation.npy", "test.npy"

Features = NDArray[np.float16]


@dataclass(frozen=True)
class FeatureSet:
    """What `embed` wrote: train (n, 1 + views, D), train_ids (n,), validation and test (n, D)."""

    train: Features
    train_ids: Ints
    validation: Features
    test: Features

    @classmethod
    def read(cls, folder: Path) -> "FeatureSet":
        """Open the features, the train ones memory-mapped.

        Raises:
            UserError: where `embed` has not run.
        """
        try:
            return cls(
                np.load(folder / TRAIN, mmap_mode="r"),
                np.load(folder / TRAIN_IDS),
                np.load(folder / VALIDATION),
                np.load(folder / TEST),
            )
        except FileNotFoundError as error:
            raise outputs.missing(Path(error.filename)) from None

    def of_train(self, positions: Ints, runtime: Runtime) -> Tensor:
        """Features (n, 1 + views, D) of train images, on the device."""
        rows = np.searchsorted(self.train_ids, positions)
        return torch.from_numpy(np.asarray(self.train[rows])).to(runtime.device)
