"""What the benchmarks of training share: rates, and images in the form that stages read."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from basics import class_folders, seconds
from torch import nn

from semisup.compute import device
from semisup.compute.device import Runtime
from semisup.data.dataset import NO_RANK, ROLES, TRAIN, ImageData
from semisup.params.loading import Params
from semisup.pretrain import pretraining


def start(params: Params) -> Runtime:
    """All cores, the precision that the hardware is fastest with."""
    return device.start(params.compute)


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


def read(root: Path, params: Params) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Pixels and class names of class folders."""
    candidates = class_folders(root, params)
    found = [(one[0], one[1].pixels.copy()) for one in candidates if isinstance(one, tuple)]
    names = [str(record.label) for record, _ in found]
    return np.stack([pixels for _, pixels in found]), names


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


def matrix_rate(runtime: Runtime) -> float:
    """FLOP/s of large matrix products in the runtime's precision."""
    side = 2048
    left, right = (torch.randn(side, side).to(runtime.device, runtime.dtype) for _ in range(2))
    torch.mm(left, right)
    times = [seconds(lambda: torch.mm(left, right)) for _ in range(7)]
    return 2 * side**3 / float(np.median(times))
