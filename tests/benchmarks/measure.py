"""What the benchmarks share: ratios measured in one run, images to measure on, a table."""

import contextlib
import shutil
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from PIL import Image
from torch import nn

from semisup import device, pretraining
from semisup.data import folder
from semisup.data.glyphs import Glyphs
from semisup.data.labelled import NO_RANK, ROLES, TRAIN, ImageData
from semisup.device import Runtime
from semisup.params import Params

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


def start(params: Params) -> Runtime:
    """All cores, the precision that the hardware is fastest with."""
    return device.start(params.compute)


def seconds(work: Callable[[], object]) -> float:
    """Wall time."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def medians(*works: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """Of what several works return, done in turn, so that a busy machine disturbs all of them."""
    return np.median([[work() for work in works] for _ in range(rounds)], axis=0).tolist()


def epoch_rate(loader: Iterable[Any], step: Callable[[Any], int]) -> float:
    """Images per second of one epoch; `step` returns how many it showed.

    The start of the workers, up to the first batch, does not count.
    """
    batches = iter(loader)
    next(batches)
    began = time.perf_counter()
    shown = sum(step(batch) for batch in batches)
    return shown / (time.perf_counter() - began)


def as_usual(network: nn.Module) -> nn.Module:
    """A network with its weights laid out as torch makes them, not as channels_last."""
    return network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]


def pretraining_rate(task: str, data: ImageData, params: Params) -> float:
    """Images per second that the encoder is trained on.

    The first tenth of the updates, while libraries set themselves up, and evaluation do not count.
    """
    times: list[float] = []
    real = pretraining.augment

    def timed(*arguments: Any) -> Any:
        times.append(time.perf_counter())
        return real(*arguments)

    pretraining.augment = timed  # type: ignore[assignment]
    try:
        done = pretraining.pretrain(task, params, data, start(params))
    finally:
        pretraining.augment = real
    assert done.fit is not None
    first = len(times) // 10 + 1
    per_update = done.encoder_images / done.fit.updates
    return per_update * (len(times) - 1 - first) / (times[-1] - times[first])


def jpeg_files(target: Path, count: int, name: str = CIFAR) -> tuple[Path, str]:
    """Class folders of JPEG files: those of a set, or 32 x 32 letters where it is not there."""
    if ARCHIVES[name].exists():
        left = count
        with tarfile.open(ARCHIVES[name]) as archive:
            for member in archive:
                if "/train/" in member.name and member.isfile() and left:
                    archive.extract(member, target, filter="data")
                    left -= 1
        return next(target.rglob("train")), name
    glyphs = Glyphs(10, 32, 0.75, 0)
    images = (image for chunk in glyphs.chunks(0, count, 0) for image in chunk)
    for number, (image, label) in enumerate(zip(images, glyphs.labels(0, count), strict=True)):
        path = target / f"train/{label}/{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path, quality=95)
    return target / "train", "letters"


def read(root: Path, params: Params) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Pixels and class names of class folders."""
    places = dict.fromkeys(("unlabelled", "labels", "test", "test_labels"))
    where = params.data.folder.model_copy(update=places | {"labelled": str(root)})
    found = [one for one in folder.candidates(where, params.data, 2) if isinstance(one, tuple)]
    names = [str(record.label) for record, _ in found]
    return np.stack([image.pixels for _, image in found]), names


def data_of(images: np.ndarray[Any, Any], names: list[str] | None = None) -> ImageData:
    """All images in the pool; with class names 64 of each class are validation, others train."""
    count = len(images)
    classes = sorted(set(names or []))
    labels = np.array([classes.index(name) for name in names or []] or [-1] * count)
    role = np.full(count, ROLES.index("train" if names else "unlabelled"))
    rank = np.full((3, count), NO_RANK)
    for label in range(len(classes)):
        members = np.flatnonzero(labels == label)
        role[members[:64]] = ROLES.index("validation")
        role[members[64:264]] = ROLES.index("test")
        for draw in range(3):
            chosen = np.random.default_rng(draw).permutation(members[264:])
            rank[draw, chosen] = np.arange(len(chosen))
    assert not names or (role == TRAIN).any()
    some = images[:: max(1, count // 1000)].reshape(-1, images.shape[-1]) / 255
    mean, std = some.mean(axis=0), some.std(axis=0) + 1e-3
    pool = np.arange(count)
    as_floats = (mean.astype(np.float32), std.astype(np.float32))
    return ImageData(images, labels, role, rank, pool, classes, *as_floats)


@contextlib.contextmanager
def folder_of_its_own(parent: Path, name: str) -> Iterator[Path]:
    """A folder that is removed afterwards."""
    path = parent / name
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def matrix_rate(runtime: Runtime) -> float:
    """FLOP/s of large matrix products in the runtime's precision."""
    side = 2048
    left, right = (torch.randn(side, side).to(runtime.device, runtime.dtype) for _ in range(2))
    torch.mm(left, right)
    times = [seconds(lambda: torch.mm(left, right)) for _ in range(7)]
    return 2 * side**3 / float(np.median(times))
