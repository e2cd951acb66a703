"""Many image files to pixels, by several processes and in the files' order.

The processes write pixels into memory that they share with this one: sending small images through
pipes costs a fifth of the time.
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
from functools import partial
from typing import Any

import numpy as np

from semisup.params import sections
from semisup.prepare.decode import Fit, decode_into
from semisup.prepare.records import Candidates, Decoded, Facts, Pixels, Record, Rejected
from semisup.workflow.errors import NoMeans
from semisup.workflow.processes import ENDS_WITH_PARENT, end_with_parent

CHUNK_FILES = 128
CHUNK_BYTES = 2**22  # of decoded pixels, and of files that were read from an archive
CHUNKS_IN_FLIGHT = 3  # per worker: enough that none waits, few enough for the memory

Job = tuple[Record, str | bytes]  # an image, and where it lies or the file's content

_slots: Pixels  # of a process that decodes: the memory that it shares


class Decoder:
    """Processes that decode, until `close`."""

    def __init__(self, data: sections.Data, workers: int) -> None:
        """With one worker, this process decodes by itself."""
        self._rules = (data.fit, data.max_megapixels)
        image = (data.image_size, data.image_size, 3)
        self._files = max(1, min(CHUNK_FILES, CHUNK_BYTES // math.prod(image)))
        self._in_flight = CHUNKS_IN_FLIGHT * workers if workers > 1 else 0
        # a chunk's slot is free again when so many others have begun
        shape = (self._in_flight + 1, self._files, *image)
        self._pool = None
        if workers > 1:  # spawn: forking a process that runs threads, as torch does, may hang
            context = multiprocessing.get_context("spawn")
            memory = context.RawArray("B", math.prod(shape))
            self._pool = ProcessPoolExecutor(workers, context, _start, (memory, shape))
            with _no_interrupt():
                for _ in range(workers):  # each starts one, as long as none is idle
                    self._pool.submit(os.getpid)
            self._slots = np.frombuffer(memory, np.uint8).reshape(shape)
        else:
            self._slots = np.empty(shape, np.uint8)

    def close(self) -> None:
        """End the processes."""
        if self._pool:
            # their end takes a fifth of a second, for which nobody needs to wait where they would
            # not outlive this process
            self._pool.shutdown(wait=not ENDS_WITH_PARENT, cancel_futures=True)

    def decoded(self, jobs: Iterator[Job | Rejected]) -> Candidates:
        """The jobs' pixels in the jobs' order, a bounded number of chunks ahead of the consumer.

        Raises:
            NoMeans: where a process died.
        """
        pending: deque[Candidates] = deque()
        try:
            for number, chunk in enumerate(self._chunks(jobs)):
                slot = number % len(self._slots)
                pending.append(_joined(chunk, self._begun(chunk, slot), self._slots[slot]))
                if len(pending) > self._in_flight:
                    yield from pending.popleft()
            while pending:
                yield from pending.popleft()
        except BrokenProcessPool:
            raise NoMeans(
                "data.folder: a process that decodes images died, most likely for want of memory; "
                "lower compute.threads or data.max_megapixels"
            ) from None

    def _begun(self, chunk: list[Job | Rejected], slot: int) -> Callable[[], list[Facts | str]]:
        files = [job[1] for job in chunk if not isinstance(job, Rejected)]
        if self._pool:
            return self._pool.submit(_decode, slot, files, *self._rules).result
        return partial(decode_into, self._slots[slot, : len(files)], files, *self._rules)

    def _chunks(self, jobs: Iterator[Job | Rejected]) -> Iterator[list[Job | Rejected]]:
        chunk: list[Job | Rejected] = []
        size = 0
        for job in jobs:
            chunk.append(job)
            if not isinstance(job, Rejected) and isinstance(job[1], bytes):
                size += len(job[1])
            if len(chunk) == self._files or size >= CHUNK_BYTES:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Processes that start here ignore Ctrl-C, from their first moment: they end with this one."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _start(memory: Any, shape: tuple[int, ...]) -> None:
    """What a process does first."""
    global _slots  # noqa: PLW0603
    end_with_parent()
    _slots = np.frombuffer(memory, np.uint8).reshape(shape)


def _decode(
    slot: int, files: list[str | bytes], fit: Fit, max_megapixels: float
) -> list[Facts | str]:
    return decode_into(_slots[slot, : len(files)], files, fit, max_megapixels)


def _joined(
    chunk: list[Job | Rejected], results_of: Callable[[], list[Facts | str]], rows: Pixels
) -> Candidates:
    results = zip(results_of(), rows, strict=False)  # a slot may have more rows than this chunk
    for job in chunk:
        if isinstance(job, Rejected):
            yield job
            continue
        result, row = next(results)
        if isinstance(result, str):
            yield Rejected(job[0].source, result)
        else:
            yield job[0], Decoded(row, result)
