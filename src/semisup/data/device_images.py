"""Packed images on the device that trains, as batches of floats; see `semisup.data.rows`."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data.augment import augment
from semisup.data.dataset import ImageData, Ints
from semisup.data.rows import rows_of
from semisup.params.data_sections import Augment

EVALUATION_BATCH = 1024  # images at once, where they are small
EVALUATION_VALUES = EVALUATION_BATCH * 3 * 64**2  # of pixels at once, where they are large


class DeviceImages:
    """Some images of the packed array, by their indices 0 to len - 1."""

    def __init__(self, data: ImageData, positions: Ints, runtime: Runtime) -> None:
        """The images at these positions of the packed array."""
        self._rows, self._count = rows_of(data.images, positions, runtime), len(positions)
        self._values = math.prod(data.images.shape[1:])  # of an image

    def __len__(self) -> int:
        return self._count

    def pixels(self, indices: Tensor | slice) -> Tensor:
        """Images (n, C, S, S) uint8 in channels_last order."""
        return self._rows.read(indices).permute(0, 3, 1, 2)

    def stream(self, order: Iterator[Tensor]) -> Iterator[Tensor]:
        """`pixels` of each batch of indices, read ahead where that takes time."""
        return (batch.permute(0, 3, 1, 2) for batch in self._rows.stream(order))

    def plain(self, indices: Tensor | slice) -> Tensor:
        """Images (n, C, S, S) float in 0 to 1."""
        return to_unit(self.pixels(indices))

    def augmented(
        self, indices: Tensor | slice, settings: Augment, generator: torch.Generator
    ) -> Tensor:
        """Images (n, C, S, S) float in 0 to 1, changed at random."""
        return augment(self.plain(indices), settings, generator)

    def batches(self, views: int = 1) -> Iterator[slice]:
        """Slices that cover all images, in order.

        Each holds as many images as fit at once without gradients, where each is shown in `views`
        ways.
        """
        at_once = min(EVALUATION_BATCH, EVALUATION_VALUES // self._values)
        size, count = max(1, at_once // views), len(self)
        return (slice(at, min(at + size, count)) for at in range(0, count, size))


def to_unit(pixels: Tensor) -> Tensor:
    """Pixels 0 to 255 as float in 0 to 1."""
    return pixels.float().div_(255)
