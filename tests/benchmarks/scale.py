"""Large pools: the cost of an image, the memory, and how fast files are prepared."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from measure import Line, folder_of_its_own, jpeg_files, medians, seconds, settings

from semisup.data import folder, packing
from semisup.data.decode import decode_many

SIDE, LARGEST = 96, 500_000
POOLS = (10_000, 100_000, LARGEST)
BOUND_GIB = 4.0
UPDATES = 60
FILES = 20_000


def lines(scratch: Path) -> Iterator[Line]:
    """Pools of 10,000 to 500,000 images, and JPEG files."""
    yield from _prepare(scratch)
    with folder_of_its_own(scratch, "large") as place:
        path = place / "images.npy"
        images = np.lib.format.open_memmap(path, "w+", np.uint8, (LARGEST, SIDE, SIDE, 3))
        some = np.random.default_rng(0).integers(0, 256, (1000, SIDE, SIDE, 3), np.uint8)
        for at in range(0, LARGEST, len(some)):
            images[at : at + len(some)] = some
        del images
        memory: list[float] = []

        def rate(pool: int) -> float:
            command = [sys.executable, __file__, str(path), str(pool)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found = json.loads(done.stdout)
            memory.append(found["gib"])
            return float(found["rate"])

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


def _prepare(scratch: Path) -> Iterator[Line]:
    root, kind = jpeg_files(scratch / "files", FILES)
    params = settings({"data.image_size": 32})
    files = [path for path in root.rglob("*") if path.is_file()]
    workers = params.compute.cpu_threads()
    chunks = [files[at : at + 500] for at in range(0, len(files), 500)]
    places = dict.fromkeys(("unlabelled", "labels", "test", "test_labels"))
    where = params.data.folder.model_copy(update=places | {"labelled": str(root)})

    def prepare() -> float:
        with folder_of_its_own(scratch, "prepared") as target:
            found = folder.candidates(where, params.data, workers)
            taken = seconds(lambda: packing.pack(found, target, 32, "auto", 0.05))
        return len(files) / taken

    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        list(pool.map(_decode, chunks[:workers]))

        def decode() -> float:
            return len(files) / seconds(lambda: list(pool.map(_decode, chunks)))

        ours, theirs = medians(prepare, decode)
    yield Line(
        "prepare: JPEG files/s against the decoder alone on all cores",
        ours / theirs,
        ">= 0.8",
        f"{ours:.0f} against {theirs:.0f} files/s, {kind}, {workers} processes",
    )


def _decode(files: list[Path]) -> int:
    return len(decode_many(files, 32, "crop", 100.0))


def _one(path: str, pool: int) -> None:
    """Rotated images per second, and the peak memory, of pretraining on the first images."""
    import resource

    from measure import data_of, pretraining_rate

    from semisup.training import Plan

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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    print(json.dumps({"rate": rate, "gib": peak * unit / 2**30}))


if __name__ == "__main__":
    os.environ.setdefault("TQDM_DISABLE", "1")
    _one(sys.argv[1], int(sys.argv[2]))
