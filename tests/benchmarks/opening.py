"""What it costs a stage to open the data of very many images: a program of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import numpy as np
from basics import Line, memory_gib

from semisup.data.dataset import NO_RANK, ROLES, TRAIN, open_data, split_row
from semisup.workflow import outputs

IMAGES, DRAWS, CLASSES = 1_000_000, 3, 1000
TRIES = 3


def lines(scratch: Path) -> Iterator[Line]:
    """Of IMAGES images, all of them labelled, with DRAWS draws."""
    with chdir(scratch):
        _write()
    call = [sys.executable, __file__, str(scratch)]
    found = [json.loads(subprocess.run(call, stdout=-1, check=True).stdout) for _ in range(TRIES)]
    took, grown = np.median(found, axis=0)
    what = f"opening {IMAGES:,} images with {DRAWS} draws, "
    yield Line(f"{what}seconds", took, "<= 0.2", "without imports")
    yield Line(f"{what}MB of memory", grown, "<= 100", "more at its peak than before")


def _write() -> None:
    outputs.PREPARED.mkdir(parents=True, exist_ok=True)
    outputs.SPLITS.mkdir(exist_ok=True)
    manifest = np.zeros(IMAGES, outputs.MANIFEST_ROW)
    manifest["label"] = np.arange(IMAGES) % CLASSES
    manifest["same_as"] = np.arange(IMAGES)
    np.save(outputs.PREPARED / outputs.MANIFEST_ROWS, manifest)
    split = np.zeros(IMAGES, split_row(DRAWS))
    split["role"] = np.arange(IMAGES) % len(ROLES)
    split["in_pool"] = True
    split["rank"] = np.where(split["role"] == TRAIN, np.arange(IMAGES), NO_RANK)[:, None]
    np.save(outputs.SPLITS / outputs.SPLIT_ROWS, split)
    np.save(outputs.SPLITS / outputs.CHOSEN, np.empty((0, 2), np.int64))
    np.save(outputs.PREPARED / outputs.IMAGES, np.zeros((IMAGES, 1, 1, 3), np.uint8))
    classes = [f"class {number}" for number in range(CLASSES)]
    outputs.write_json(outputs.PREPARED / outputs.SUMMARY, {"classes": classes})
    outputs.write_json(outputs.SPLITS / outputs.STATS, {"mean": [0.5] * 3, "std": [0.2] * 3})


def _open() -> None:
    """Print the seconds and the megabytes."""
    before = memory_gib("VmRSS")
    began = time.perf_counter()
    open_data()
    took = time.perf_counter() - began
    print(json.dumps([took, (memory_gib("VmHWM") - before) * 2**30 / 1e6]))


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    _open()
