"""How much memory decoding may take, however many processes do it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import BaseContext

from semisup.prepare.records import Unreadable

CHUNK_FILES = 128
CHUNK_BYTES = 2**22  # of decoded pixels, and of files that were read from an archive
CHUNKS_IN_FLIGHT = 3  # per worker: enough that none waits, few enough for the memory

# of compute.memory_gib; the rest is for what is not counted
PIXELS_SHARE, FILES_SHARE, DECODERS_SHARE = 1 / 8, 1 / 4, 1 / 2
COPIES = 3  # of a file's content: here, on its way, and where it is decoded


@dataclass(frozen=True)
class Bounds:
    """What is under way at most, for `workers` processes that share `memory` bytes.

    chunks: of images, besides the one that is consumed; chunk_images: in each; file_bytes: of
    contents of files; decoder_bytes: of decoders, and own_bytes of each without asking.
    """

    chunks: int
    chunk_images: int
    file_bytes: int
    decoder_bytes: int
    own_bytes: int

    @classmethod
    def of(cls, workers: int, memory: int, image_bytes: int) -> "Bounds":
        """A single worker is this process, which decodes what it then consumes."""
        chunks = CHUNKS_IN_FLIGHT * workers if workers > 1 else 0
        pixels = int(memory * PIXELS_SHARE)
        images = min(CHUNK_BYTES, pixels // (chunks + 1)) // image_bytes
        decoders = int(memory * DECODERS_SHARE)
        return cls(
            chunks=min(chunks, max(1, pixels // image_bytes - 1)),
            chunk_images=max(1, min(CHUNK_FILES, images)),
            file_bytes=int(memory * FILES_SHARE / COPIES),
            decoder_bytes=decoders // 2,
            own_bytes=decoders // 2 // workers,
        )


class MemoryLimit:
    """Bytes that several processes, or threads, may take together."""

    def __init__(self, context: BaseContext, size: int, own: int) -> None:
        """Of up to `own` bytes each may take as much as it likes without asking."""
        self._size, self._own = size, own
        self._left = context.RawValue("q", size)
        self._closed = context.RawValue("b", False)
        self._changed = context.Condition()

    @contextmanager
    def reserved(self, size: int) -> Iterator[None]:
        """Wait until there is room for so many bytes; for more than all, until all is free.

        Raises:
            Unreadable: it is closed.
        """
        if self._closed.value:
            raise Unreadable("not read any more")
        if size <= self._own:
            yield
            return
        size = min(size, self._size)
        with self._changed:
            self._changed.wait_for(lambda: self._left.value >= size)
            self._left.value -= size
        try:
            yield
        finally:
            with self._changed:
                self._left.value += size
                self._changed.notify_all()

    def close(self) -> None:
        """Refuse whoever comes from now on, so that files that nobody waits for are soon done."""
        self._closed.value = True
