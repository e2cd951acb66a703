"""Many image files to pixels, by several processes and in the files' order."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from types import TracebackType

from semisup import params_sections
from semisup.data.decode import decode_many
from semisup.data.records import Candidates, Decoded, Record, Rejected
from semisup.errors import NoMeans
from semisup.processes import end_with_parent

CHUNK_FILES = 128
CHUNK_BYTES = 2**24  # of decoded pixels, and of files that were read from an archive
CHUNKS_IN_FLIGHT = 3  # per worker: enough that none waits, few enough for the memory

Job = tuple[Record, str | bytes]  # an image, and where it lies or the file's content


class Decoder:
    """Processes that decode; leaving the context ends them."""

    def __init__(self, data: params_sections.Data, workers: int) -> None:
        self._rules = (data.image_size, data.fit, data.max_megapixels)
        self._pixel_bytes = 3 * data.image_size**2
        self._pool = None
        self._in_flight = 0
        if workers > 1:  # spawn: forking a process that runs threads, as torch does, may hang
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(workers, context, end_with_parent)
            self._in_flight = CHUNKS_IN_FLIGHT * workers

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def decoded(self, jobs: Iterator[Job | Rejected]) -> Candidates:
        """The jobs' pixels in the jobs' order, a bounded number of chunks ahead of the consumer.

        Raises:
            NoMeans: where a process died.
        """
        pending: deque[tuple[list[Job | Rejected], Callable[[], list[Decoded | str]]]] = deque()
        try:
            for chunk in self._chunks(jobs):
                pending.append((chunk, self._begun(chunk)))
                if len(pending) > self._in_flight:
                    yield from _joined(*pending.popleft())
            while pending:
                yield from _joined(*pending.popleft())
        except BrokenProcessPool:
            raise NoMeans(
                "data.folder: a process that decodes images died, most likely for want of memory; "
                "lower compute.threads or data.max_megapixels"
            ) from None

    def _begun(self, chunk: list[Job | Rejected]) -> Callable[[], list[Decoded | str]]:
        files = [job[1] for job in chunk if not isinstance(job, Rejected)]
        if self._pool:
            return self._pool.submit(decode_many, files, *self._rules).result
        return partial(decode_many, files, *self._rules)

    def _chunks(self, jobs: Iterator[Job | Rejected]) -> Iterator[list[Job | Rejected]]:
        chunk: list[Job | Rejected] = []
        size = 0
        for job in jobs:
            chunk.append(job)
            content = b"" if isinstance(job, Rejected) or isinstance(job[1], str) else job[1]
            size += self._pixel_bytes + len(content)
            if len(chunk) == CHUNK_FILES or size >= CHUNK_BYTES:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk


def _joined(
    chunk: list[Job | Rejected], results_of: Callable[[], list[Decoded | str]]
) -> Candidates:
    results = iter(results_of())
    for job in chunk:
        if isinstance(job, Rejected):
            yield job
            continue
        result = next(results)
        yield Rejected(job[0].source, result) if isinstance(result, str) else (job[0], result)
