"""Heads from stored features against images through the frozen encoder in each epoch."""

import copy
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from basics import Line, folder_of_its_own, jpeg_files, seconds, settings
from measure import as_usual, data_of, epoch_rate, read, start
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from semisup.classify.budget import BudgetRun
from semisup.classify.classifier import Classifier
from semisup.classify.draws import train_draws
from semisup.classify.layers import build_head
from semisup.data.dataset import ImageData
from semisup.embed import embed
from semisup.features.stored import FeatureSet
from semisup.head import head_learner
from semisup.network import encoders
from semisup.network.backbones import Encoder
from semisup.network.encoders import EncoderSpec
from semisup.network.pooling import pooled
from semisup.params.loading import Params
from semisup.training.loop import EVALUATIONS, Plan

IMAGES = 6000
BATCH = 32
PLAIN_BATCHES = 60  # of the plain loop, to know its rate
ENCODERS = {
    "small": 32,
    "alexnet": 96,
}  # and the side of the images: those of the default, RotNet's


def lines(scratch: Path) -> Iterator[Line]:
    """All budgets and draws of the default parameters, by two encoders."""
    root, kind = jpeg_files(scratch, IMAGES)
    for name, side in ENCODERS.items():
        with folder_of_its_own(scratch, name) as stored:
            yield _line(root, kind, name, side, stored)


def _line(root: Path, kind: str, name: str, side: int, stored: Path) -> Line:
    params = settings({"data.image_size": side, "embed.images_per_class": 64})
    data = data_of(*read(root, params))
    runtime = start(params)
    encoder = encoders.make(EncoderSpec(name), data, 0)
    embedding = seconds(
        lambda: embed(encoder, data, params.embed, params.data.augment, runtime, 0, stored)
    )
    features = FeatureSet.read(stored)

    def train() -> None:
        for budget in params.label_budgets:
            run = BudgetRun("head", "rotation", budget, params, data, runtime, 0)
            list(train_draws(run, partial(head_learner, run, [features]), params.head))

    ours = seconds(train)
    # the plain loop would take long: its time follows from its rates and what it has to show
    loop = _Plain(root, encoder, features.width, data, params)
    shown = [_shown(params, data, budget) for budget in params.label_budgets]
    trained, scored = (params.draws * sum(counts) for counts in zip(*shown, strict=True))
    plain = trained / loop.rate(loop.update) + scored / loop.rate(loop.score)
    return Line(
        f"heads of 7 budgets and 3 draws on {name} at {side} x {side}: ImageFolder, DataLoader, "
        "PIL and the encoder in each epoch, against stored features, seconds",
        plain / ours,
        ">= 30",
        f"{plain:.0f} s ({trained + scored:,.0f} images) against {ours:.1f} s, and "
        f"{embedding:.1f} s once to compute the features; {kind}",
    )


def _shown(params: Params, data: ImageData, budget: int) -> tuple[float, int]:
    """Images that pass the encoder for one draw: to train on; of validation and test."""
    train = len(data.labelled_set(budget, 0, 0.25).train)
    plan = Plan.of(params.head)
    updates, epoch = plan.updates(train), plan.batches(train)
    evaluations = -(-updates // (epoch * max(1, -(-updates // epoch // EVALUATIONS))))
    return updates * train / epoch, evaluations * len(data.validation) + len(data.test)


class _Plain:
    """A head on a frozen encoder, as torchvision's own tutorial would train it."""

    def __init__(
        self, root: Path, encoder: Encoder, width: int, data: ImageData, params: Params
    ) -> None:
        steps = [
            transforms.Resize(data.image_size),
            transforms.RandomAffine(10, (0.1, 0.1), (0.87, 1.15)),
            transforms.ColorJitter(0.3, 0.3, 0.3),
            transforms.ToTensor(),
        ]
        images = ImageFolder(str(root), transforms.Compose(steps))
        self._loader = DataLoader(images, BATCH, shuffle=True, num_workers=2, drop_last=True)
        layers = build_head(width, params.head.hidden, len(data.classes), params.head.dropout, 0)
        layer, pool = params.embed.layer, params.embed.pool
        self._network = as_usual(_Frozen(copy.deepcopy(encoder), layer, pool, layers)).train()
        self._optimiser = torch.optim.SGD(
            layers.parameters(), params.head.lr, 0.9, weight_decay=5e-4, nesterov=True
        )

    def rate(self, step: Any) -> float:
        """Images per second."""
        return epoch_rate(islice(self._loader, PLAIN_BATCHES), step)

    def update(self, batch: Any) -> int:
        """Of the head's weights."""
        images, labels = batch
        loss = F.cross_entropy(self._network(images), labels)
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        return len(labels)

    def score(self, batch: Any) -> int:
        """The head's predictions."""
        with torch.no_grad():
            return len(self._network(batch[0]).argmax(1))


class _Frozen(Classifier):
    """The encoder stays in evaluation mode and passes no gradients."""

    def train(self, mode: bool = True) -> nn.Module:
        super().train(mode)
        self.encoder.eval()
        return self

    def forward(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            maps = self.encoder(images, self.layer)
        logits: Tensor = self.head(pooled(maps, self.pool))
        return logits.float()
