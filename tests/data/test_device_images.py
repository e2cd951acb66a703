"""The same batches, whether images lie on the device or stay in their file."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data import rows
from semisup.data.dataset import ImageData
from semisup.data.device_images import DeviceImages, to_unit

MakeData = Callable[..., ImageData]
READS = [
    slice(None),
    slice(3, 9),
    slice(0, None, 4),
    torch.tensor([5]),
    torch.tensor([7, 0, 7, 2]),
    torch.arange(0),
]


@pytest.fixture
def mapped(make_data: MakeData, tmp_path: Path) -> ImageData:
    data = make_data()
    np.save(tmp_path / "images.npy", data.images)
    images = np.load(tmp_path / "images.npy", mmap_mode="r")
    return dataclasses.replace(data, images=images)


def both(data: ImageData, runtime: Runtime) -> tuple[DeviceImages, DeviceImages]:
    small = dataclasses.replace(runtime, memory=20_000)
    found = tuple(DeviceImages(data, data.pool, one) for one in (runtime, small))
    assert [type(one._rows).__name__ for one in found] == ["Resident", "Streamed"]
    return found[0], found[1]


@pytest.mark.parametrize("numbers", READS, ids=str)
def test_reads(mapped: ImageData, runtime: Runtime, numbers: Tensor | slice) -> None:
    at = mapped.pool[numbers if isinstance(numbers, slice) else numbers.numpy()]
    expected = torch.from_numpy(mapped.images[at]).permute(0, 3, 1, 2)
    for images in both(mapped, runtime):
        assert len(images) == len(mapped.pool)
        found = images.pixels(numbers)
        assert torch.equal(found, expected)
        plain = images.plain(numbers)
        assert torch.equal(plain, expected / 255)
        assert plain.is_contiguous(memory_format=torch.channels_last)


def test_streams_in_the_order_asked_for(mapped: ImageData, runtime: Runtime) -> None:
    order = torch.randperm(len(mapped.pool)).tensor_split(7)
    for images in both(mapped, runtime):
        batches = list(images.stream(iter(order)))
        assert len(batches) == 7
        for numbers, batch in zip(order, batches, strict=True):
            assert torch.equal(batch, images.pixels(numbers))


def test_reads_no_further_ahead_than_a_few_batches(mapped: ImageData, runtime: Runtime) -> None:
    asked = 0

    def endless() -> Iterator[Tensor]:
        nonlocal asked
        while True:
            asked += 1
            yield torch.tensor([asked % 5])

    stream = both(mapped, runtime)[1].stream(endless())
    for _ in range(10):
        next(stream)
    assert asked == 10 + 4


def test_memory_that_pytorch_keeps_unused_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the second training of a stage would read from disk what the first had on its GPU."""
    for name, value in {"mem_get_info": (100, 900), "memory_reserved": 600}.items():
        monkeypatch.setattr(torch.cuda, name, lambda _, value=value: value)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda _: 200)
    gpu = Runtime(torch.device("cuda"), torch.float32)
    assert rows._room(gpu) == (100 + 600 - 200) / 2


def test_an_array_that_is_no_file_streams_too(make_data: MakeData, runtime: Runtime) -> None:
    for images in both(make_data(), runtime):
        assert torch.equal(to_unit(images.pixels(slice(2, 4))), images.plain(slice(2, 4)))


def test_only_pinned_memory_is_fetched_later(
    mapped: ImageData, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All else may be freed by then: Apple's GPUs would read what is there instead."""
    asked: list[bool] = []

    def to(own: Tensor, device: torch.device, non_blocking: bool = False) -> Tensor:
        asked.append(non_blocking)
        return own

    images = both(mapped, runtime)[1]
    monkeypatch.setattr(Tensor, "to", to)
    images.pixels(slice(2, 4))
    assert asked == [False]
    monkeypatch.setattr(Tensor, "is_pinned", lambda own: True)
    images.pixels(slice(2, 4))
    assert asked == [False, True]


def test_an_unreadable_part_is_an_error_of_the_reader(mapped: ImageData, runtime: Runtime) -> None:
    stream = both(mapped, runtime)[1].stream(iter([torch.tensor([len(mapped.pool)])]))
    with pytest.raises(IndexError):
        next(stream)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_pages_that_were_read_are_given_back(tmp_path: Path) -> None:
    """Reads 400 MB of images with 128 MB allowed."""
    side, count = 100, 40_000 // 3
    path = tmp_path / "images.npy"
    images = np.zeros((count, side, side, 3), np.uint8)
    images[::100] = 7
    np.save(path, images)  # in one go: the system then maps large parts of the file at once
    program = f"""
import types, numpy as np, torch
from semisup.data.device_images import DeviceImages
from semisup.compute.device import Runtime
data = types.SimpleNamespace(images=np.load({str(path)!r}, mmap_mode="r"))
runtime = Runtime(torch.device("cpu"), torch.float32, memory=2**27)
images = DeviceImages(data, np.arange({count}), runtime)
order = torch.randperm({count}).split(64)
def peak():  # unlike getrusage's, not that of the process which started this one
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
before = peak()
total = sum(int(batch[:, 0, 0, 0].sum()) for batch in images.stream(iter(order)))
assert total == 7 * {len(range(0, count, 100))}, total
print(peak() - before)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < 2**27
