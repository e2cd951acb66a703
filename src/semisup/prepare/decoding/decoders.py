"""Many image files to pixels, by several processes and in the files' order.

The processes write pixels into memory that they share with this one: sending small images through
pipes costs a fifth of the time. However many they are, what is under way keeps to a share of
compute.memory_gib; only a file, or an image, that is larger than it all goes on alone.
"""

import math
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from semisup.params import sections
from semisup.prepare.decoding.decode import decode_into
from semisup.prepare.decoding.memory import CHUNK_BYTES, Bounds, MemoryLimit
from semisup.prepare.decoding.pixels import Fit, Ranges
from semisup.prepare.files.places import Entry
from semisup.prepare.records import (
    Candidates,
    Decoded,
    Facts,
    Pixels,
    Record,
    Rejected,
    Unreadable,
)
from semisup.workflow.errors import NoMeans
from semisup.workflow.processes import end_with_parent

Job = tuple[Record, Entry]  # an image, and its file

_slots: Pixels  # of a process that decodes: the memory that it shares
_limit: MemoryLimit


@dataclass
class _Chunk:
    """Some jobs in their order: `files` has the content or the path of each record's."""

    outcomes: list[Record | Rejected] = field(default_factory=list)
    files: list[str | bytes] = field(default_factory=list)
    file_bytes: int = 0

    def add(self, job: Job | Rejected) -> None:
        if isinstance(job, Rejected):
            self.outcomes.append(job)
            return
        record, entry = job
        try:
            self.files.append(entry.load())
        except Unreadable as error:
            self.outcomes.append(record.rejected(str(error)))
            return
        self.outcomes.append(record)
        self.file_bytes += entry.size


@dataclass(frozen=True)
class _Running:
    """A chunk whose contents are on their way, or gone."""

    outcomes: list[Record | Rejected]
    file_bytes: int
    results: Callable[[], list[Facts | str]]  # waits for them
    rows: Pixels  # the first ones are those of the results

    def candidates(self) -> Candidates:
        results = zip(self.results(), self.rows, strict=False)
        for outcome in self.outcomes:
            if isinstance(outcome, Rejected):
                yield outcome
                continue
            result, row = next(results)
            if isinstance(result, str):
                yield outcome.rejected(result)
            else:
                yield outcome, Decoded(row, result)


class Decoder:
    """Processes that decode, until `close`."""

    def __init__(
        self, image_size: int, fit: Fit, max_megapixels: float, compute: sections.Compute
    ) -> None:
        """By rules as of `decode`. With one worker, this process decodes by itself."""
        workers = compute.cpu_threads()
        image = (image_size, image_size, 3)
        self._rules = (fit, max_megapixels)
        self._bounds = Bounds.of(workers, compute.memory_bytes, math.prod(image))
        # a chunk's slot is free again when so many others have begun
        shape = (self._bounds.chunks + 1, self._bounds.chunk_images, *image)
        self._running: deque[_Running] = deque()
        self._begun = 0  # chunks
        self._file_bytes = 0  # of the running ones
        self._pool: ProcessPoolExecutor | None = None
        if workers > 1:
            self._slots = self._start(workers, shape)
        else:
            self._slots = np.empty(shape, np.uint8)

    def _start(self, workers: int, shape: tuple[int, ...]) -> Pixels:
        # spawn: forking a process that runs threads, as torch does, may hang
        context = multiprocessing.get_context("spawn")
        memory = context.RawArray("B", math.prod(shape))
        self._limit = MemoryLimit(context, self._bounds.decoder_bytes, self._bounds.own_bytes)
        before = multiprocessing.active_children()
        self._pool = pool = ProcessPoolExecutor(
            workers, context, _start, (memory, shape, self._limit)
        )
        with _no_interrupt():
            for _ in range(workers):  # each starts one, as long as none is idle
                pool.submit(os.getpid)
        self._processes = [p for p in multiprocessing.active_children() if p not in before]
        return np.frombuffer(memory, np.uint8).reshape(shape)

    def close(self) -> None:
        """End the processes. The semaphores that they share would else outlive this one."""
        if not self._pool:
            return
        if self._running:  # it was stopped: they may be sending results
            self._limit.close()
        else:
            for process in self._processes:  # idle; to end by themselves takes a tenth of a second
                process.kill()
        self._pool.shutdown(cancel_futures=True)

    def decoded(self, jobs: Iterator[Job | Rejected], ranges: Ranges | None = None) -> Candidates:
        """The jobs' pixels in the jobs' order, a bounded number of chunks ahead of the consumer.

        Args:
            jobs: the images and their files.
            ranges: what is black and white in images of more than 8 bits.

        Raises:
            NoMeans: where a process died.
        """
        begin = partial(self._begin, ranges=ranges)
        chunk = _Chunk()
        try:
            for job in jobs:
                size = 0 if isinstance(job, Rejected) else job[1].size
                full = len(chunk.outcomes) == self._bounds.chunk_images
                if full or (chunk.outcomes and chunk.file_bytes + size > CHUNK_BYTES):
                    yield from begin(chunk)
                    chunk = _Chunk()
                while size and self._running and self._holds(chunk, size) > self._bounds.file_bytes:
                    yield from self._finish()
                chunk.add(job)
            yield from begin(chunk)
            while self._running:
                yield from self._finish()
        except BrokenProcessPool:
            raise NoMeans(
                "data.folder: a process that decodes images died, most likely for want of memory; "
                "lower compute.threads or data.max_megapixels"
            ) from None

    def _holds(self, chunk: _Chunk, size: int) -> int:
        """Bytes of files that would be under way with so many more."""
        return self._file_bytes + chunk.file_bytes + size

    def _begin(self, chunk: _Chunk, ranges: Ranges | None) -> Candidates:
        """Have a chunk decoded; yields those that must be done with by then."""
        slot = self._begun % len(self._slots)
        self._begun += 1
        rows = self._slots[slot]
        how = (*self._rules, ranges)
        results: Callable[[], list[Facts | str]]
        if self._pool:
            results = self._pool.submit(_decode, slot, chunk.files, *how).result
        else:
            results = partial(decode_into, rows[: len(chunk.files)], chunk.files, *how)
        self._running.append(_Running(chunk.outcomes, chunk.file_bytes, results, rows))
        self._file_bytes += chunk.file_bytes
        while len(self._running) > self._bounds.chunks:
            yield from self._finish()

    def _finish(self) -> Candidates:
        """Yield what becomes of the oldest chunk."""
        yield from self._running[0].candidates()
        self._file_bytes -= self._running.popleft().file_bytes


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Processes that start here ignore Ctrl-C, from their first moment: they end with this one."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _start(memory: Any, shape: tuple[int, ...], limit: MemoryLimit) -> None:
    """What a process does first."""
    global _slots, _limit  # noqa: PLW0603
    end_with_parent()
    _slots = np.frombuffer(memory, np.uint8).reshape(shape)
    _limit = limit


def _decode(
    slot: int, files: list[str | bytes], fit: Fit, max_megapixels: float, ranges: Ranges | None
) -> list[Facts | str]:
    rows = _slots[slot, : len(files)]
    return decode_into(rows, files, fit, max_megapixels, ranges, _limit.reserved)
