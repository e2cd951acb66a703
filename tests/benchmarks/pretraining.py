"""Pretraining against what a user would write with torchvision, and with lightly."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from basics import Line, jpeg_files, medians, seconds, settings
from measure import as_usual, data_of, epoch_rate, matrix_rate, pretraining_rate, read, start
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from semisup.cli.quick import untrained
from semisup.data.augment import augment
from semisup.data.dataset import ImageData
from semisup.network import backbones, encoders
from semisup.network.backbones import Encoder
from semisup.network.encoders import EncoderSpec
from semisup.network.pooling import pooled
from semisup.params.loading import Params
from semisup.params.sections import known_tasks
from semisup.pretext.gan import multiplications

IMAGES = 6000
BATCHES = (16, 128)  # images, each in four rotations: the default, and as in the paper
EDITS = {"data.image_size": 32, "pretrain.epochs": 1, "pretrain.heldout_images": 64}


def lines(scratch: Path) -> Iterator[Line]:
    """Rotation against a plain loop and the hardware, simclr against lightly."""
    root, kind = jpeg_files(scratch, IMAGES)
    params = settings(EDITS)
    images, _ = read(root, params)
    data = data_of(images)
    for batch in BATCHES:
        yield from _rotation(root, kind, data, batch)
    yield from _simclr(root, kind, data, params)
    yield from _tasks(kind, data, params)
    yield from _augmentation(params)


def _rotation(root: Path, kind: str, data: ImageData, batch: int) -> Iterator[Line]:
    params = settings(EDITS | {"pretrain.epochs": 2, "pretrain.rotation.batch_images": batch})
    runtime = start(params)
    plain = PlainRotation(root, data, batch)
    ours, theirs, peak = medians(
        lambda: pretraining_rate("rotation", data, params), plain.rate, lambda: matrix_rate(runtime)
    )
    yield Line(
        f"rotation in batches of {batch}: images/s against ImageFolder, DataLoader, PIL, float32",
        ours / theirs,
        ">= 2.5",
        f"{ours:.0f} against {theirs:.0f} rotated images/s, {kind}, small backbone",
    )
    encoder = backbones.build("small", 3, data.image_size, 0)
    convolutions = [m for m in encoder.modules() if isinstance(m, nn.Conv2d)]
    first = convolutions[0].weight.numel() * (data.image_size // 2) ** 2
    # forward, gradient of the weights, and but for the first layer gradient of its input
    flops = 2 * (3 * multiplications(encoder, data.image_size) - first)
    yield Line(
        f"rotation in batches of {batch}: share of the rate of large matrix products",
        ours * flops / peak,
        ">= 0.7",
        f"{ours * flops / 1e9:.0f} of {peak / 1e9:.0f} GFLOP/s, {runtime.dtype}",
    )


def _augmentation(params: Params) -> Iterator[Line]:
    """Our batched augmentation against kornia's, which is why the project has its own."""
    try:
        from kornia import augmentation as kornia
    except ImportError:
        print("augmentation: left out, since kornia is not installed; `make bench` installs it")
        return
    ours = params.data.augment.model_copy(update={"flip": True, "erase": 0.25})
    theirs = nn.Sequential(
        kornia.RandomHorizontalFlip(),
        kornia.RandomAffine(
            ours.rotate, (ours.shift,) * 2, (0.87, 1.15), padding_mode="reflection"
        ),
        kornia.ColorJitter(ours.color, ours.color, ours.color),
        kornia.RandomErasing((0.02, 0.25), p=ours.erase),
    )
    images = torch.rand(64, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    generator = torch.Generator().manual_seed(0)

    def repeat(work: Callable[[], object]) -> float:
        work()
        return seconds(lambda: [work() for _ in range(50)]) / 50

    mine, other = medians(
        lambda: repeat(lambda: augment(images, ours, generator)),
        lambda: repeat(lambda: theirs(images)),
    )
    details = f"{1000 * mine:.1f} against {1000 * other:.1f} ms for 64 images of 32 x 32"
    yield Line("augmentation: kornia's time against ours", other / mine, ">= 1", details)


def _tasks(kind: str, data: ImageData, params: Params) -> Iterator[Line]:
    ready = untrained(known_tasks())
    tasks = [task for task in known_tasks() if task not in ("rotation", *ready)]
    works = [partial(pretraining_rate, task, data, params) for task in ("rotation", *tasks)]
    rotation, *rates = medians(*works, rounds=1)
    for task, rate in zip(tasks, rates, strict=True):
        yield Line(
            f"{task}: time per image that the encoder sees, against rotation's",
            rotation / rate,
            "",
            f"{1000 / rate:.2f} s per 1,000 images, rotation {1000 / rotation:.2f} s, {kind}",
        )


class PlainRotation:
    """RotNet as one would write it: every image in four rotations, made by PIL in two workers."""

    def __init__(self, root: Path, data: ImageData, batch: int) -> None:
        mean, std = data.mean.tolist(), data.std.tolist()
        finish = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize(mean=mean, std=std)]
        )

        def rotations(image: Image.Image) -> Tensor:
            return torch.stack([finish(image.rotate(angle)) for angle in (0, 90, 180, 270)])

        images = ImageFolder(str(root), rotations)
        self.loader = DataLoader(images, batch, shuffle=True, num_workers=2, drop_last=True)
        encoder = backbones.build("small", 3, data.image_size, 0)
        self.network = as_usual(nn.Sequential(_Pooled(encoder), nn.Linear(128, 4)))

    def rate(self) -> float:
        """Rotated images per second of one epoch, the start of the workers excluded."""
        optimiser = torch.optim.SGD(self.network.parameters(), 0.01, 0.9, weight_decay=5e-4)

        def step(batch: Any) -> int:
            images, _ = batch
            labels = torch.arange(4).repeat(len(images))
            loss = F.cross_entropy(self.network(images.flatten(0, 1)), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            return len(labels)

        return epoch_rate(self.loader, step)


class _Pooled(nn.Module):
    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, images: Tensor) -> Tensor:
        return pooled(self.encoder(images), 1)


def _simclr(root: Path, kind: str, data: ImageData, params: Params) -> Iterator[Line]:
    try:
        theirs = Lightly(root, data, params)
    except ImportError:
        print("simclr: left out, since lightly is not installed; `make bench` installs it")
        return
    one, other = medians(lambda: pretraining_rate("simclr", data, params), theirs.rate)
    yield Line(
        "simclr: views/s against lightly's transform, loader and loss",
        one / other,
        ">= 3",
        f"{one:.0f} against {other:.0f} views/s, {kind}, small backbone",
    )


class Lightly:
    """SimCLR as lightly's own example has it, on our encoder."""

    def __init__(self, root: Path, data: ImageData, params: Params) -> None:
        from lightly.data import LightlyDataset
        from lightly.loss import NTXentLoss
        from lightly.models.modules import SimCLRProjectionHead
        from lightly.transforms import SimCLRTransform

        transform = SimCLRTransform(input_size=data.image_size, cj_strength=0.5)
        images = LightlyDataset(str(root), transform=transform)
        self.loader = DataLoader(images, 64, shuffle=True, num_workers=2, drop_last=True)
        encoder = encoders.make(EncoderSpec(params.backbone.name), data, 0)
        self.network = as_usual(nn.Sequential(_Pooled(encoder), SimCLRProjectionHead(128, 128, 64)))
        self.criterion = NTXentLoss(temperature=0.2)

    def rate(self) -> float:
        """Views per second of one epoch, the start of the workers excluded."""
        optimiser = torch.optim.SGD(self.network.parameters(), 0.06, 0.9, weight_decay=5e-4)

        def step(batch: Any) -> int:
            views, *_ = batch
            loss = self.criterion(*(self.network(view) for view in views))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            return sum(len(view) for view in views)

        return epoch_rate(self.loader, step)
