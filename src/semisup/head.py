"""Train a classifier's head on the features of a frozen encoder."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from semisup.classify.budget import BudgetRun
from semisup.classify.layers import build_head
from semisup.classify.learner import CrossEntropy, Learner, Targets
from semisup.compute.device import Runtime, stream_seed
from semisup.data.dataset import LabelledSet
from semisup.data.rows import Rows, all_rows_of
from semisup.features.stored import FeatureSet
from semisup.workflow import outputs

EVALUATION_VALUES = 2**25  # of features at once


def head_learner(
    run: BudgetRun, of_repeats: Sequence[FeatureSet], draw: int, labelled: LabelledSet
) -> Learner:
    """A head with random weights for one draw, trained on a random view of each image.

    Args:
        run: the section `head` for the architecture, number of classes, device, seed.
        of_repeats: features of the frozen encoders, which the draws have by turns.
        draw: number of the draw, which with the seed decides weights and views.
        labelled: the draw's images.
    """
    runtime, features = run.runtime, outputs.of_draw(of_repeats, draw)
    views = features.per_image
    train = features.of_train(labelled.train, runtime)
    stream = runtime.generator(run.seed, draw, 1)

    def shown(indices: Tensor) -> Tensor:
        view = torch.randint(views, indices.shape, device=runtime.device, generator=stream)
        return train.read(views * indices + view)

    head = untrained_head(run, features.width, stream_seed(run.seed, draw, 0))
    return feature_learner(run, features, labelled, head, shown, stream)


def untrained_head(run: BudgetRun, width: int, seed: int) -> nn.Sequential:
    """With random weights, for features of that width, by the section `head`."""
    settings = run.params.head
    return build_head(width, settings.hidden, len(run.data.classes), settings.dropout, seed)


def feature_learner(
    run: BudgetRun,
    features: FeatureSet,
    labelled: LabelledSet,
    head: nn.Module,
    shown: Callable[[Tensor], Tensor],
    stream: torch.Generator,
    targets: Targets | None = None,
) -> Learner:
    """A head to be trained on frozen features.

    Args:
        run: the data, the device.
        features: of validation and test images, to score it on.
        labelled: the draw's images, for validation where none are set aside.
        head: from features (N, D) to logits.
        shown: indices (n,) of training images -> features (n, D).
        stream: what `shown` draws from.
        targets: of the training images, where these are not the draw's labelled ones.
    """
    runtime = run.runtime
    test = all_rows_of(features.test, runtime)
    if len(run.data.validation):
        held = all_rows_of(features.validation, runtime)
    else:
        held = features.plain_of_train(labelled.validation, runtime)
    head = head.to(runtime.device)

    def train_logits(indices: Tensor) -> Tensor:
        logits: Tensor = head(shown(indices).float())
        return logits.float()

    at_once = max(1, EVALUATION_VALUES // features.width)
    return Learner(
        head,
        CrossEntropy(head, train_logits, stream, targets),
        partial(_logits, head, held, len(labelled.validation), at_once, runtime),
        partial(_logits, head, test, len(features.test), at_once, runtime),
    )


def _logits(head: nn.Module, features: Rows, count: int, at_once: int, runtime: Runtime) -> Tensor:
    """Logits (count, classes) of all features."""
    with torch.no_grad(), runtime.autocast():
        batches = (features.read(slice(at, at + at_once)) for at in range(0, count, at_once))
        return torch.cat([head(batch.float()) for batch in batches])
