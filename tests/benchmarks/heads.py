"""Heads from stored features against images through the frozen encoder in each epoch."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from measure import Line, data_of, epoch_rate, jpeg_files, read, seconds, settings, start
from torch import Tensor
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from semisup import draws, encoders, head
from semisup.backbones import Encoder, pooled
from semisup.classifier import Classifier, build_head, learner
from semisup.data.labelled import ImageData, Selection
from semisup.draws import Learner
from semisup.encoders import EncoderSpec
from semisup.feature_set import FeatureSet
from semisup.features import embed, freeze
from semisup.params import Params
from semisup.training import EVALUATIONS, Plan

IMAGES = 6000
EDITS = {"data.image_size": 32, "embed.images_per_class": 64}


def lines(scratch: Path) -> Iterator[Line]:
    """All budgets and draws of the default parameters."""
    root, kind = jpeg_files(scratch, IMAGES)
    params = settings(EDITS)
    data = data_of(*read(root, params))
    runtime = start(params)
    encoder = freeze(encoders.make(EncoderSpec("small"), data, 0))
    stored = scratch / "features"
    stored.mkdir()
    embedding = seconds(
        lambda: embed(encoder, data, params.embed, params.data.augment, runtime, 0, stored)
    )
    features = FeatureSet.read(stored)
    layer, pool = params.embed.layer, params.embed.pool

    def from_images(budget: int, draw: int, selection: Selection) -> Learner:
        layers = build_head(
            features.width, params.head.hidden, len(data.classes), params.head.dropout, draw
        )
        network = _Frozen(encoder, layer, pool, layers)
        return learner(network, data, params.data.augment, runtime, draw, selection)

    def train(kind: str) -> None:
        for budget in params.label_budgets:
            make = (
                partial(head.learner, data, features, params.head, runtime, 0)
                if kind == "features"
                else partial(from_images, budget)
            )
            selections = data.selections(budget, params.draws, 0.25)
            list(draws.train_draws(make, data, selections, params.head, runtime, 0, "head"))

    ours, batched = seconds(lambda: train("features")), seconds(lambda: train("images"))
    # the plain loop would take long: its time follows from its rate and what it has to show
    shown = sum(_shown(params, data, budget) for budget in params.label_budgets)
    plain = shown / _plain_rate(root, encoder, data, layer)
    yield Line(
        "heads of 7 budgets and 3 draws: ImageFolder, DataLoader, PIL and the encoder in each "
        "epoch, against stored features, seconds",
        plain / ours,
        ">= 30",
        f"{plain:.0f} s ({shown:,} images) against {ours:.1f} s, and {embedding:.1f} s once to "
        f"compute the features; batched images through the encoder {batched:.0f} s; {kind}",
    )


def _shown(params: Params, data: ImageData, budget: int) -> int:
    """Images that pass the encoder for all draws of a budget: in training, validation and test."""
    train = len(data.select(budget, 0, 0.25).train)
    plan = Plan.of(params.head)
    updates, epoch = plan.updates(train), plan.batches(train)
    evaluations = -(-updates // (epoch * max(1, -(-updates // epoch // EVALUATIONS))))
    per_draw = updates * train / epoch + evaluations * len(data.validation) + len(data.test)
    return round(params.draws * per_draw)


def _plain_rate(root: Path, encoder: Encoder, data: ImageData, layer: str) -> float:
    """Images per second as torchvision's own tutorial would show them to a frozen encoder."""
    steps = [
        transforms.RandomAffine(10, (0.1, 0.1), (0.87, 1.15)),
        transforms.ColorJitter(0.3, 0.3, 0.3),
        transforms.ToTensor(),
    ]
    images = ImageFolder(str(root), transforms.Compose(steps))
    loader = DataLoader(images, 32, shuffle=True, num_workers=2, drop_last=True)

    def step(batch: Any) -> int:
        with torch.no_grad():
            return len(pooled(encoder(batch[0], layer), 4))

    return epoch_rate(loader, step)


class _Frozen(Classifier):
    """The encoder stays in evaluation mode and passes no gradients."""

    def train(self, mode: bool = True) -> "_Frozen":
        super().train(mode)
        self.encoder.eval()
        return self

    def forward(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            maps = self.encoder(images, self.layer)
        logits: Tensor = self.head(pooled(maps, self.pool))
        return logits.float()
