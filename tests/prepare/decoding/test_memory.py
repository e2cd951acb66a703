"""Memory under way is bounded, however many decode."""

import multiprocessing
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from semisup.prepare.decoding.memory import COPIES, Bounds, MemoryLimit
from semisup.prepare.records import Unreadable

MIB, GIB = 2**20, 2**30


@pytest.mark.parametrize("workers", [1, 2, 16, 256])
@pytest.mark.parametrize("side", [8, 96, 512])
@pytest.mark.parametrize("memory", [GIB // 4, 4 * GIB, 512 * GIB])
def test_all_that_is_bounded_stays_below_the_memory(workers: int, side: int, memory: int) -> None:
    image = 3 * side**2
    bounds = Bounds.of(workers, memory, image)
    assert bounds.chunk_images >= 1
    assert bounds.chunks >= (workers > 1)
    pixels = (bounds.chunks + 1) * bounds.chunk_images * image
    decoders = bounds.decoder_bytes + workers * bounds.own_bytes
    assert pixels + COPIES * bounds.file_bytes + decoders < memory


def test_with_memory_enough_no_worker_waits() -> None:
    bounds = Bounds.of(16, 4 * GIB, 3 * 32**2)
    assert (bounds.chunks, bounds.chunk_images) == (48, 128)
    assert bounds.file_bytes > bounds.chunks * 4 * MIB
    assert bounds.own_bytes > 4 * 12e6, "bytes of twelve million pixels"


def most_at_once(limit: MemoryLimit, sizes: list[int]) -> int:
    """Bytes that threads, which stand for processes, hold together at the most."""
    held, most, lock = 0, 0, threading.Lock()

    def hold(size: int) -> None:
        nonlocal held, most
        with limit.reserved(size):
            with lock:
                held += size
                most = max(most, held)
            time.sleep(0.002)
            with lock:
                held -= size

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(hold, sizes))
    assert held == 0
    return most


def test_no_more_is_taken_than_there_is() -> None:
    limit = MemoryLimit(multiprocessing.get_context("spawn"), 100, 9)
    assert 60 < most_at_once(limit, [30, 11, 55, 24, 10, 40] * 20) <= 100
    assert most_at_once(limit, [100] * 5) == 100


def test_what_is_larger_than_all_waits_until_it_is_alone() -> None:
    limit = MemoryLimit(multiprocessing.get_context("spawn"), 100, 9)
    assert most_at_once(limit, [130, 20, 20, 20] * 10) == 130


def test_what_is_small_never_waits() -> None:
    """In a thread of its own, since one that waits here would wait forever."""
    limit = MemoryLimit(multiprocessing.get_context("spawn"), 100, 9)

    def take() -> None:
        with limit.reserved(100), limit.reserved(9), limit.reserved(9):
            pass

    taker = threading.Thread(target=take, daemon=True)
    taker.start()
    taker.join(5)
    assert not taker.is_alive()


def test_memory_is_given_back_after_an_error() -> None:
    limit = MemoryLimit(multiprocessing.get_context("spawn"), 100, 9)
    for _ in range(2):
        with pytest.raises(RuntimeError), limit.reserved(100):
            raise RuntimeError


def test_a_closed_limit_refuses() -> None:
    limit = MemoryLimit(multiprocessing.get_context("spawn"), 100, 9)
    with limit.reserved(50):
        limit.close()
    for size in (1, 50):
        with pytest.raises(Unreadable), limit.reserved(size):
            pass


MEASURED = """
import re, sys
from contextlib import contextmanager
from pathlib import Path
from made_files import encoded, noise
from semisup.prepare.decoding.decode import decode

rgb = noise(2000, 1500)
grey = rgb.convert("L")
palette = rgb.quantize(16)
files = {
    "PNG": encoded(rgb, "PNG", compress_level=1),
    "PNG, palette, transparent": encoded(palette, "PNG", transparency=3),
    "PNG, grey, transparent": encoded(grey.convert("LA"), "PNG", compress_level=1),
    "PNG, 16 bit": encoded(grey.convert("I;16"), "PNG", compress_level=1),
    "TIFF, float": encoded(grey.convert("F"), "TIFF"),
    "TIFF, LZW": encoded(rgb, "TIFF", compression="tiff_lzw"),
    "GIF": encoded(palette, "GIF"),
    "BMP": encoded(rgb, "BMP"),
    "WEBP": encoded(rgb, "WEBP", method=0),
    "JPEG": encoded(rgb, "JPEG"),
    "JPEG, progressive": encoded(rgb, "JPEG", progressive=True, subsampling=0),
}

def memory(which):
    return 1024 * int(re.search(rf"{which}:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])

for name, content in files.items():
    asked = []
    @contextmanager
    def reserve(size):
        asked.append(size)
        yield
    decode(content, 64, "crop", 10)  # what is loaded once
    Path("/proc/self/clear_refs").write_text("5")  # the peak is now what there is now
    before = memory("VmRSS")
    decode(content, 64, "crop", 10, reserve)
    print(name, memory("VmHWM") - before, *asked, sep=";")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is known on Linux")
def test_decoders_need_no_more_than_they_ask_for() -> None:
    program = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n{MEASURED}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    measured = [line.split(";") for line in done.stdout.splitlines()]
    assert len(measured) == 11
    for name, needed, asked in measured:
        assert int(needed) <= int(asked) + 2 * MIB, name
        assert int(asked) <= 20 * 2000 * 1500, name
