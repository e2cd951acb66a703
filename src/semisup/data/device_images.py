"""Packed images as batches on the device that trains.

They are copied to the device whole where they fit: into a quarter of the memory that
`compute.memory_gib` allows, or half of what a GPU has free. Larger ones stay in their file, from
which threads of their own read the next batches while the device computes. Either way the order of
the images, and so the result, is the same.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, cast

import numpy as np
import torch
from torch import Tensor

from semisup.augment import augment
from semisup.data.labelled import ImageData, Ints
from semisup.device import Runtime
from semisup.params_sections import Augment

EVALUATION_BATCH = 1024
HOST_SHARE, GPU_SHARE = 1 / 4, 1 / 2
BATCHES_AHEAD = 4
READERS = 2
COPY_BYTES = 2**26  # at once to a GPU
MAPPED_AROUND = 2**16  # bytes of a file that the system maps with each page that is read


class DeviceImages:
    """Some images of the packed array, by their numbers 0 to len - 1."""

    def __init__(self, store: "_Resident | _Streamed", count: int) -> None:
        self._store, self._count = store, count

    @classmethod
    def of(cls, data: ImageData, positions: Ints, runtime: Runtime) -> "DeviceImages":
        """The images at these positions of the packed array."""
        if positions.size * data.images[:1].nbytes <= _room(runtime):
            return cls(_Resident(data, positions, runtime), len(positions))
        return cls(_Streamed(data, positions, runtime), len(positions))

    def __len__(self) -> int:
        return self._count

    def pixels(self, numbers: Tensor | slice) -> Tensor:
        """Images (n, C, S, S) uint8 in channels_last order."""
        return self._store.read(numbers).permute(0, 3, 1, 2)

    def stream(self, order: Iterator[Tensor]) -> Iterator[Tensor]:
        """`pixels` of each batch of numbers, read ahead where that takes time."""
        return (batch.permute(0, 3, 1, 2) for batch in self._store.stream(order))

    def plain(self, numbers: Tensor | slice) -> Tensor:
        """Images (n, C, S, S) float in 0 to 1."""
        return to_unit(self.pixels(numbers))

    def augmented(
        self, numbers: Tensor | slice, settings: Augment, generator: torch.Generator
    ) -> Tensor:
        """Images (n, C, S, S) float in 0 to 1, changed at random."""
        return augment(self.plain(numbers), settings, generator)

    def batches(self, size: int = EVALUATION_BATCH) -> Iterator[slice]:
        """Slices that cover all images in order."""
        return (slice(at, min(at + size, len(self))) for at in range(0, len(self), size))


def to_unit(pixels: Tensor) -> Tensor:
    """Pixels 0 to 255 as float in 0 to 1."""
    return pixels.float().div_(255)


def _room(runtime: Runtime) -> float:
    """Bytes that one set of images may take on the device."""
    if runtime.device.type == "cuda":
        return torch.cuda.mem_get_info(runtime.device)[0] * GPU_SHARE
    return runtime.memory * HOST_SHARE


class _Resident:
    """All of them on the device: (N, S, S, C) uint8."""

    def __init__(self, data: ImageData, positions: Ints, runtime: Runtime) -> None:
        shape = (len(positions), *data.images.shape[1:])
        self._all = torch.empty(shape, dtype=torch.uint8, device=runtime.device)
        step = max(1, COPY_BYTES // data.images[:1].nbytes)
        for at in range(0, len(positions), step):
            part = torch.from_numpy(np.ascontiguousarray(data.images[positions[at : at + step]]))
            self._all[at : at + step] = part

    def read(self, numbers: Tensor | slice) -> Tensor:
        return self._all[numbers]

    def stream(self, order: Iterator[Tensor]) -> Iterator[Tensor]:
        return map(self.read, order)


class _Mapped(Protocol):
    def madvise(self, option: int) -> None: ...


class _Streamed:
    """None of them: they are read from the file, which is mapped into memory.

    Pages of the file that were read count as this process's memory until they are given back.
    """

    def __init__(self, data: ImageData, positions: Ints, runtime: Runtime) -> None:
        images = data.images
        self._mapped: _Mapped | None = None
        if isinstance(images, np.memmap):
            # copy on write, since torch has no read-only tensors; nothing is written
            images = np.load(cast(str, images.filename), mmap_mode="c")
            self._mapped = cast(_Mapped, images._mmap)
        self._all = torch.from_numpy(images)
        self._positions = torch.from_numpy(positions)
        self._device = runtime.device
        self._image_bytes = images[:1].nbytes
        self._may_touch = runtime.memory * HOST_SHARE / 2
        self._touched = 0.0

    def read(self, numbers: Tensor | slice) -> Tensor:
        return self._to_device(self._gather(self._at(numbers)))

    def stream(self, order: Iterator[Tensor]) -> Iterator[Tensor]:
        with ThreadPoolExecutor(READERS, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            ahead: deque[Future[Tensor]] = deque()
            try:
                for numbers in order:
                    ahead.append(pool.submit(self._gather, self._at(numbers)))
                    if len(ahead) > BATCHES_AHEAD:
                        yield self._to_device(ahead.popleft().result())
                while ahead:
                    yield self._to_device(ahead.popleft().result())
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _at(self, numbers: Tensor | slice) -> Tensor:
        return self._positions[numbers if isinstance(numbers, slice) else numbers.cpu()]

    def _gather(self, positions: Tensor) -> Tensor:
        """Copies of the images, in memory that a GPU can fetch from by itself."""
        pinned = self._device.type == "cuda"
        shape = (len(positions), *self._all.shape[1:])
        copies = torch.empty(shape, dtype=torch.uint8, pin_memory=pinned)
        torch.index_select(self._all, 0, positions, out=copies)
        self._touched += len(positions) * (self._image_bytes + 2 * MAPPED_AROUND)
        if self._mapped and self._touched > self._may_touch:
            self._give_back(self._mapped)
        return copies

    def _give_back(self, mapped: _Mapped) -> None:
        import mmap

        if hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)
        self._touched = 0.0

    def _to_device(self, copies: Tensor) -> Tensor:
        return copies.to(self._device, non_blocking=True)
