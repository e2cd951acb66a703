"""Train a classifier's head on the features of a frozen encoder."""

from functools import partial

import torch
from torch import Tensor, nn

from semisup.classifier import build_head
from semisup.data.labelled import ImageData, Selection
from semisup.device import Runtime, stream_seed
from semisup.draws import Learner
from semisup.feature_set import FeatureSet
from semisup.params_sections import Head


def learner(
    data: ImageData,
    features: FeatureSet,
    settings: Head,
    runtime: Runtime,
    seed: int,
    draw: int,
    selection: Selection,
) -> Learner:
    """A head with random weights for one draw, trained on a random view of each image.

    Args:
        data: for the number of classes.
        features: of the frozen encoder.
        settings: architecture.
        runtime: device.
        seed: with the draw, decides weights and views.
        draw: number of the draw.
        selection: the draw's images.
    """
    train = features.of_train(selection.train, runtime)
    if len(data.validation):
        held = torch.from_numpy(features.validation).to(runtime.device)
    else:
        held = features.of_train(selection.validation, runtime)[:, 0]
    test = torch.from_numpy(features.test).to(runtime.device)
    head = build_head(
        train.shape[2],
        settings.hidden,
        len(data.classes),
        settings.dropout,
        stream_seed(seed, draw, 0),
    ).to(runtime.device)
    views = runtime.generator(seed, draw, 1)

    def train_logits(numbers: Tensor) -> Tensor:
        view = torch.randint(train.shape[1], numbers.shape, device=train.device, generator=views)
        logits: Tensor = head(train[numbers, view].float())
        return logits.float()

    held_logits, test_logits = partial(_logits, head, held), partial(_logits, head, test)
    return Learner(head, train_logits, held_logits, test_logits, views)


def _logits(head: nn.Module, features: Tensor) -> Tensor:
    with torch.no_grad():
        logits: Tensor = head(features.float())
        return logits
