"""What the benchmarks share and needs no torch: a table, clocks, files to measure on."""

import contextlib
import resource
import shutil
import tarfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from semisup.params.loading import Params
from semisup.prepare.decoding.decoders import Decoder
from semisup.prepare.known_sets.glyphs import Glyphs
from semisup.prepare.own_images import folder
from semisup.prepare.own_images.plan import Plan
from semisup.prepare.records import Candidates
from semisup.workflow.notes import Notes

REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY.parent / "shared/data"
CIFAR, TINY_IMAGENET = "CIFAR-10", "Tiny-ImageNet"
ARCHIVES = {
    CIFAR: SHARED / "cifar10/cifar10_jpeg.tar.gz",
    TINY_IMAGENET: SHARED / "tiny_imagenet/tiny_imagenet_200x190.tar.gz",
}
ROUNDS = 3  # each figure is the median of so many, measured in turn


@dataclass(frozen=True)
class Line:
    """One line of the table. `wanted`: a bound that `ratio` shall keep ("<= 0.2"), or nothing."""

    what: str
    ratio: float
    wanted: str
    details: str

    @property
    def kept(self) -> str:
        """Whether it is kept, in words."""
        if not self.wanted:
            return ""
        sign, bound = self.wanted.split()
        is_kept = self.ratio >= float(bound) if sign == ">=" else self.ratio <= float(bound)
        return "yes" if is_kept else "**no**"

    def __str__(self) -> str:
        return f"| {self.what} | {self.ratio:.3g} | {self.wanted} | {self.kept} | {self.details} |"


def settings(edits: dict[str, Any]) -> Params:
    """The project's own, with some keys changed: {"pretrain.epochs": 1}."""
    values = yaml.safe_load((REPOSITORY / "params.yaml").read_text("utf-8"))
    for key, value in edits.items():
        *sections, last = key.split(".")
        section = values
        for name in sections:
            section = section[name]
        section[last] = value
    return Params.model_validate(values)


def seconds(work: Callable[[], object]) -> float:
    """Wall time."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def medians(*works: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """Of what several works return, done in turn, so that a busy machine disturbs all of them."""
    return np.median([[work() for work in works] for _ in range(rounds)], axis=0).tolist()


def jpeg_files(target: Path, count: int, name: str = CIFAR) -> tuple[Path, str]:
    """Class folders of JPEG files: those of a set, or 32 x 32 letters where it is not there."""
    if ARCHIVES[name].exists():
        with tarfile.open(ARCHIVES[name]) as archive:
            files = [one for one in archive if "/train/" in one.name and one.isfile()]
            # sorted by class: the first ones would be of a few classes only
            for member in files[:: max(1, len(files) // count)][:count]:
                archive.extract(member, target, filter="data")
        return next(target.rglob("train")), name
    glyphs = Glyphs(10, 32, 0.75, 0)
    images = (image for chunk in glyphs.chunks(0, count, 0) for image in chunk)
    for number, (image, label) in enumerate(zip(images, glyphs.labels(0, count), strict=True)):
        path = target / f"train/{label}/{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path, quality=95)
    return target / "train", "letters"


def class_folders(root: Path, params: Params) -> Candidates:
    """What `prepare` reads from class folders."""
    places = dict.fromkeys(("unlabelled", "labels", "test", "test_labels"))
    where = params.data.folder.model_copy(update=places | {"labelled": str(root)})
    data = params.data
    decoder = Decoder(data.image_size, data.fit, data.max_megapixels, params.compute)
    with contextlib.closing(decoder):
        yield from folder.candidates(Plan(where, Notes()), data, decoder, deque())


@contextlib.contextmanager
def folder_of_its_own(parent: Path, name: str) -> Iterator[Path]:
    """A folder that is removed afterwards."""
    path = parent / name
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def memory_gib(which: str) -> float:
    """Of this process: now (VmRSS), or the most so far (VmHWM); that off Linux for both.

    getrusage counts the memory of a process's parent, too.
    """
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return int(next(line for line in lines if line.startswith(which)).split()[1]) / 2**20
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**30
