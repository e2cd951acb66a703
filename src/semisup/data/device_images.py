"""Packed images on the device that trains, as batches of floats."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from semisup.augment import augment
from semisup.data.labelled import ImageData, Ints
from semisup.device import Runtime
from semisup.params_sections import Augment

EVALUATION_BATCH = 1024


@dataclass(frozen=True)
class DeviceImages:
    """pixels: (N, C, S, S) uint8 in channels_last order."""

    pixels: Tensor

    @classmethod
    def of(cls, data: ImageData, positions: Ints, runtime: Runtime) -> "DeviceImages":
        """Copy the images at these positions of the packed array to the device."""
        chosen = torch.from_numpy(np.ascontiguousarray(data.images[positions]))
        return cls(chosen.to(runtime.device).permute(0, 3, 1, 2))

    def __len__(self) -> int:
        return len(self.pixels)

    def plain(self, numbers: Tensor | slice) -> Tensor:
        """Images (n, C, S, S) float in 0 to 1."""
        return self.pixels[numbers].float().div_(255)

    def augmented(
        self, numbers: Tensor | slice, settings: Augment, generator: torch.Generator
    ) -> Tensor:
        """Images (n, C, S, S) float in 0 to 1, changed at random."""
        return augment(self.plain(numbers), settings, generator)

    def batches(self, size: int = EVALUATION_BATCH) -> Iterator[slice]:
        """Slices that cover all images in order."""
        return (slice(at, min(at + size, len(self))) for at in range(0, len(self), size))
