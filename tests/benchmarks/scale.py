"""Large pools: the cost of an image, the memory, and how fast files are prepared."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from basics import (
    CIFAR,
    TINY_IMAGENET,
    Line,
    folder_of_its_own,
    jpeg_files,
    medians,
    memory_gib,
    settings,
)

SIDE, LARGEST = 96, 500_000
POOLS = (10_000, 100_000, LARGEST)
BOUND_GIB = 4.0
UPDATES = 100
FILES = 34_000
SIDES = {CIFAR: 32, TINY_IMAGENET: 64}


def lines(scratch: Path) -> Iterator[Line]:
    """Pools of 10,000 to 500,000 images, and JPEG files."""
    yield from _prepare(scratch)
    with folder_of_its_own(scratch, "large") as place:
        path = place / "images.npy"
        _write_noise(path)
        memory: list[float] = []

        def rate(pool: int) -> float:
            images_per_second, peak = _answer(Path(__file__).name, str(path), str(pool))
            memory.append(peak)
            return images_per_second

        rates = medians(*(lambda pool=pool: rate(pool) for pool in POOLS))  # type: ignore[misc]
    shown = ", ".join(f"{r:.0f} at {pool:,}" for pool, r in zip(POOLS, rates, strict=True))
    yield Line(
        f"cost of an image: {POOLS[0]:,} against {LARGEST:,} pool images of {SIDE} x {SIDE}",
        rates[0] / rates[-1],
        "<= 1.1",
        f"rotated images/s {shown}",
    )
    yield Line(
        f"peak memory with {LARGEST:,} of them (13.8 GB) and {BOUND_GIB:g} GiB allowed, GiB",
        max(memory),
        f"<= {BOUND_GIB}",
        "of the whole process",
    )


def _write_noise(path: Path) -> None:
    """LARGEST images."""
    some = np.random.default_rng(0).integers(0, 256, (1000, SIDE, SIDE, 3), np.uint8)
    header = np.lib.format.header_data_from_array_1_0(some) | {"shape": (LARGEST, *some.shape[1:])}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for _ in range(0, LARGEST, len(some)):
            file.write(some.data)


def _prepare(scratch: Path) -> Iterator[Line]:
    for name, side in SIDES.items():
        root, kind = jpeg_files(scratch / name, FILES, name)
        ours, theirs, workers = _answer("preparing.py", str(root), str(scratch), str(side))
        yield Line(
            f"prepare: JPEG files/s of {side} x {side} against the decoder alone on all cores",
            ours / theirs,
            ">= 0.8",
            f"{ours:.0f} against {theirs:.0f} files/s, {kind}, {workers:.0f} processes",
        )


def _answer(*command: str) -> list[float]:
    """What another program prints; it starts afresh, without what is loaded here."""
    program = Path(__file__).with_name(command[0])
    call = [sys.executable, str(program), *command[1:]]
    done = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=True)
    found: list[float] = json.loads(done.stdout)
    return found


def _one(path: str, pool: int) -> None:
    """Rotated images per second, and the peak memory, of pretraining on the first images."""
    from measure import data_of, pretraining_rate

    from semisup.training.loop import Plan

    images = np.load(path, mmap_mode="r")
    unlabelled = np.full(len(images), -1)
    data = dataclasses.replace(
        data_of(images[:1]), images=images, labels=unlabelled, role=unlabelled, pool=np.arange(pool)
    )
    edits = {"data.image_size": SIDE, "compute.memory_gib": BOUND_GIB, "pretrain.epochs": 1}
    params = settings(edits)
    # the learning rate of a whole epoch, but only so many updates of it
    Plan.updates = lambda self, examples: UPDATES  # type: ignore[method-assign]
    rate = pretraining_rate("rotation", data, params)
    print(json.dumps([rate, memory_gib("VmHWM")]))


if __name__ == "__main__":
    os.environ.setdefault("TQDM_DISABLE", "1")
    _one(sys.argv[1], int(sys.argv[2]))
