"""Rows of a large array as batches on the device that trains.

They are copied to the device whole where they fit: into a quarter of the memory that
`compute.memory_gib` allows, or half of what a GPU has free. Larger ones stay in their file, from
which threads of their own read the next batches while the device computes. Either way the order of
the rows, and so the result, is the same.
"""

import mmap
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data.dataset import Ints

HOST_SHARE, GPU_SHARE = 1 / 4, 1 / 2
BATCHES_AHEAD = 4
READERS = 2
COPY_BYTES = 2**26  # at once to a GPU
HUGE_PAGE = 2**21  # bytes of a file that the system may map with each page that is read

Array = NDArray[Any]


Rows: TypeAlias = "Resident | Streamed"


def rows_of(array: Array, positions: Ints, runtime: Runtime) -> Rows:
    """The rows at these positions of an array, which may be mapped from a file."""
    if positions.size * array[:1].nbytes <= _room(runtime):
        return Resident(array, positions, runtime)
    return Streamed(array, positions, runtime)


def all_rows_of(array: Array, runtime: Runtime) -> Rows:
    """Every row of an array."""
    return rows_of(array, np.arange(len(array)), runtime)


def _room(runtime: Runtime) -> float:
    """Bytes that one set of rows may take on the device."""
    if runtime.device.type == "cuda":
        kept = torch.cuda.memory_reserved(runtime.device)  # by PyTorch, and some of it in use
        unused = kept - torch.cuda.memory_allocated(runtime.device)
        return (torch.cuda.mem_get_info(runtime.device)[0] + unused) * GPU_SHARE
    return runtime.memory * HOST_SHARE


class Resident:
    """Rows that all lie on the device."""

    def __init__(self, array: Array, positions: Ints, runtime: Runtime) -> None:
        kind = torch.from_numpy(np.empty(0, array.dtype)).dtype
        shape = (len(positions), *array.shape[1:])
        self._all = torch.empty(shape, dtype=kind, device=runtime.device)
        step = max(1, COPY_BYTES // max(1, array[:1].nbytes))
        for at in range(0, len(positions), step):
            part = torch.from_numpy(np.ascontiguousarray(array[positions[at : at + step]]))
            self._all[at : at + step] = part

    def read(self, indices: Tensor | slice) -> Tensor:
        """The rows at these indices."""
        return self._all[indices]

    def stream(self, order: Iterator[Tensor]) -> Iterator[Tensor]:
        """`read` of each batch of indices."""
        return map(self.read, order)


class Streamed:
    """Rows that are read from their file, which is mapped into memory.

    Pages of the file that were read, and those around them, count as this process's memory until
    they are given back.
    """

    def __init__(self, array: Array, positions: Ints, runtime: Runtime) -> None:
        self._mapped: mmap.mmap | None = None
        if isinstance(array, np.memmap):
            # copy on write, since torch has no read-only tensors; nothing is written
            mapped = np.load(cast(str, array.filename), mmap_mode="c")
            self._mapped = cast(mmap.mmap, mapped._mmap)
            array = mapped.reshape(array.shape)
        self._all = torch.from_numpy(array)
        self._positions = torch.from_numpy(positions)
        self._device = runtime.device
        mapped_by_row = (array[:1].nbytes // HUGE_PAGE + 2) * HUGE_PAGE
        may_map = runtime.memory * HOST_SHARE / (READERS + 1)  # each, and batches that wait
        self._rows_at_once = max(1, int(may_map // mapped_by_row))
        self._rows_mapped = 0

    def read(self, indices: Tensor | slice) -> Tensor:
        """The rows at these indices, on the device."""
        return self._to_device(self._gather(self._at(indices)))

    def stream(self, order: Iterator[Tensor]) -> Iterator[Tensor]:
        """`read` of each batch of indices, ahead of time."""
        with ThreadPoolExecutor(READERS, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            ahead: deque[Future[Tensor]] = deque()
            try:
                for indices in order:
                    ahead.append(pool.submit(self._gather, self._at(indices)))
                    if len(ahead) > BATCHES_AHEAD:
                        yield self._to_device(ahead.popleft().result())
                while ahead:
                    yield self._to_device(ahead.popleft().result())
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _at(self, indices: Tensor | slice) -> Tensor:
        return self._positions[indices if isinstance(indices, slice) else indices.cpu()]

    def _gather(self, positions: Tensor) -> Tensor:
        """Copies of the rows, in memory that a GPU can fetch from by itself."""
        pinned = self._device.type == "cuda"
        shape = (len(positions), *self._all.shape[1:])
        copies = torch.empty(shape, dtype=self._all.dtype, pin_memory=pinned)
        step = self._rows_at_once
        for rows, indices in zip(
            torch.split(copies, step), torch.split(positions, step), strict=True
        ):
            torch.index_select(self._all, 0, indices, out=rows)
            self._rows_mapped += len(indices)
            if self._mapped and self._rows_mapped >= step:
                self._give_back(self._mapped)
        return copies

    def _give_back(self, mapped: mmap.mmap) -> None:
        if hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)
        self._rows_mapped = 0

    def _to_device(self, copies: Tensor) -> Tensor:
        # Apple's GPUs would read from memory that is freed, and perhaps filled anew, by then
        return copies.to(self._device, non_blocking=copies.is_pinned())
