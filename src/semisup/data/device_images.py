"""Packed images on the device that trains, as normalised batches."""

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
    """pixels: (N, C, S, S) uint8 in channels_last order; mean, std: (C, 1, 1) in 0 to 1."""

    pixels: Tensor
    mean: Tensor
    std: Tensor

    @classmethod
    def of(cls, data: ImageData, positions: Ints, runtime: Runtime) -> "DeviceImages":
        """Copy the images at these positions of the packed array to the device."""
        chosen = torch.from_numpy(np.ascontiguousarray(data.images[positions]))
        mean, std = (
            torch.from_numpy(v).view(-1, 1, 1).to(runtime.device) for v in (data.mean, data.std)
        )
        return cls(chosen.to(runtime.device).permute(0, 3, 1, 2), mean, std)

    def __len__(self) -> int:
        return len(self.pixels)

    def plain(self, numbers: Tensor | slice) -> Tensor:
        """Images (n, C, S, S) float, normalised."""
        return (self._unit(numbers) - self.mean) / self.std

    def augmented(
        self, numbers: Tensor | slice, settings: Augment, generator: torch.Generator
    ) -> Tensor:
        """Images (n, C, S, S) float, changed at random, normalised."""
        return (augment(self._unit(numbers), settings, generator) - self.mean) / self.std

    def batches(self, size: int = EVALUATION_BATCH) -> Iterator[slice]:
        """Slices that cover all images in order."""
        return (slice(at, min(at + size, len(self))) for at in range(0, len(self), size))

    def _unit(self, numbers: Tensor | slice) -> Tensor:
        return self.pixels[numbers].float().div_(255)
