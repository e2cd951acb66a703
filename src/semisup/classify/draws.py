"""Train one classifier per draw, the same way for every method."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.classify.budget import BudgetRun
from semisup.classify.parallel import side_by_side
from semisup.compute.device import stream_seed
from semisup.compute.weights import Arrays, to_arrays
from semisup.data.dataset import LabelledSet
from semisup.params.sections import Recipe
from semisup.training.loop import Fit, Objective, Plan, fit
from semisup.training.selection import Score, Selection

Logits = NDArray[np.float32]

SMALLEST_WEIGHT = 1e-6  # of a batch: nothing in it counts


@dataclass(frozen=True)
class Targets:
    """What a network shall say of its training images, and how much each image counts.

    classes: (n,) their numbers; weights: (n,), None where all count the same; told: of them for the
    reader, by name.
    """

    classes: Tensor
    weights: Tensor | None = None
    told: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Trained:
    """One draw's weights as validation chose them, and their logits on test."""

    draw: int
    labelled: LabelledSet
    weights: Arrays
    fit: Fit
    test_logits: Logits
    told: dict[str, float]


@dataclass(frozen=True)
class Learner:
    """What a method trains for one draw: a network, and how it sees each part of the data.

    train_logits: numbers (n,) of the draw's training images -> logits (n, classes), with gradients
    and random augmentation; validation_logits and test_logits: all of them, as they are; stream:
    what the augmentation draws from; targets: of the training images, None where these are the
    draw's labelled ones.
    """

    network: nn.Module
    train_logits: Callable[[Tensor], Tensor]
    validation_logits: Callable[[], Tensor]
    test_logits: Callable[[], Tensor]
    stream: torch.Generator
    targets: Targets | None = None


def train_draws(
    run: BudgetRun,
    learner: Callable[[int, LabelledSet], Learner],
    recipe: Recipe,
    patience: int | None = None,
    start_counts: bool = False,
) -> Iterator[Trained]:
    """Train one network per draw, keep the weights best on validation, run it once on test.

    Without validation images the last weights are kept. Draws are trained side by side where that
    is faster.

    Args:
        run: method, budget, data, device.
        learner: makes the untrained network of a draw.
        recipe: how long and how fast.
        patience: evaluations without gain before training stops; None: never.
        start_counts: whether validation may choose the weights to start from.
    """
    labelled_sets = run.labelled_sets()

    def train(draw: int, labelled: LabelledSet) -> Trained:
        one = learner(draw, labelled)
        labels, held_labels = (
            torch.from_numpy(run.data.labels[at]).to(run.runtime.device)
            for at in (labelled.train, labelled.validation)
        )
        targets = one.targets or Targets(labels)
        batch_loss = partial(_batch_loss, one, targets, recipe.label_smoothing)
        evaluate = partial(_validate, one, held_labels) if len(held_labels) else None
        result = fit(
            Objective(one.network, batch_loss, len(targets.classes), streams=(one.stream,)),
            Plan.of(recipe),
            Selection(one.network, evaluate, patience=patience, start_counts=start_counts),
            run.runtime,
            stream_seed(run.seed, draw),
            f"{run}, draw {draw + 1} of {len(labelled_sets)}",
            position=draw,
        )
        logits = one.test_logits().cpu().numpy()
        return Trained(draw, labelled, to_arrays(one.network), result, logits, targets.told)

    jobs = [partial(train, draw, labelled) for draw, labelled in enumerate(labelled_sets)]
    return side_by_side(jobs, run.runtime.device)


def _batch_loss(
    one: Learner, targets: Targets, smoothing: float, numbers: Tensor
) -> tuple[Tensor, Tensor]:
    logits, wanted = one.train_logits(numbers), targets.classes[numbers]
    right = logits.argmax(dim=1) == wanted
    if targets.weights is None:
        return F.cross_entropy(logits, wanted, label_smoothing=smoothing), right
    losses = F.cross_entropy(logits, wanted, label_smoothing=smoothing, reduction="none")
    weights = targets.weights[numbers]
    return (weights * losses).sum() / weights.sum().clamp(min=SMALLEST_WEIGHT), right


def _validate(one: Learner, labels: Tensor) -> Score:
    logits = one.validation_logits()
    loss = F.cross_entropy(logits, labels)
    return Score(float((logits.argmax(dim=1) == labels).float().mean()), float(loss))
