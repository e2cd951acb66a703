"""Train a classifier's head on the features of a frozen encoder."""

from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from semisup.classify.classifier import build_head
from semisup.classify.draws import Learner
from semisup.compute.device import Runtime, stream_seed
from semisup.data.dataset import ImageData, Selection
from semisup.data.rows import Rows, rows_of
from semisup.features.stored import FeatureSet
from semisup.params.sections import Head

BATCH = 2**14  # features at once in evaluation


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
    test = rows_of(features.test, np.arange(len(features.test)), runtime)
    if len(data.validation):
        count = len(features.validation)
        held = rows_of(features.validation, np.arange(count), runtime)
    else:
        count = len(selection.validation)
        held = features.plain_of_train(selection.validation, runtime)
    head = build_head(
        features.width,
        settings.hidden,
        len(data.classes),
        settings.dropout,
        stream_seed(seed, draw, 0),
    ).to(runtime.device)
    stream = runtime.generator(seed, draw, 1)

    def train_logits(numbers: Tensor) -> Tensor:
        view = torch.randint(features.views, numbers.shape, device=runtime.device, generator=stream)
        logits: Tensor = head(train.read(features.views * numbers + view).float())
        return logits.float()

    return Learner(
        head,
        train_logits,
        partial(_logits, head, held, count, runtime),
        partial(_logits, head, test, len(features.test), runtime),
        stream,
    )


def _logits(head: nn.Module, features: Rows, count: int, runtime: Runtime) -> Tensor:
    with torch.no_grad(), runtime.autocast():
        batches = (features.read(slice(at, at + BATCH)) for at in range(0, count, BATCH))
        return torch.cat([head(batch.to(runtime.dtype)) for batch in batches]).float()
