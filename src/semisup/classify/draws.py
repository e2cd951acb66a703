"""Train one classifier per draw, the same way for every method."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.classify.budget import BudgetRun
from semisup.classify.parallel import side_by_side
from semisup.classify.validation import Validation
from semisup.compute.device import stream_seed
from semisup.compute.weights import Arrays, to_arrays
from semisup.data.dataset import BALANCED, LabelledSet
from semisup.params.recipes import Recipe, Recipes, Selftrain
from semisup.training import turns
from semisup.training.loop import Fit, Objective, Plan, fit
from semisup.training.selection import Selection

Logits = NDArray[np.float32]

SMALLEST_WEIGHT = 1e-6  # of a batch: nothing in it counts


@dataclass(frozen=True)
class Targets:
    """What a network shall say of its training images, and how much each image counts.

    classes: (n,) their numbers; weights: (n,), None where all count the same.
    """

    classes: Tensor
    weights: Tensor | None = None


@dataclass(frozen=True)
class Trained:
    """One draw's weights as validation chose them, their logits on test, and the learning rate.

    told: of what it was trained on, for the reader, by name.
    """

    draw: int
    labelled: LabelledSet
    weights: Arrays
    fit: Fit
    lr: float
    test_logits: Logits
    told: dict[str, float]


@dataclass(frozen=True)
class Learner:
    """What a method trains for one draw: a network, and how it sees each part of the data.

    train_logits: numbers (n,) of the draw's training images -> logits (n, classes), with gradients
    and random augmentation; validation_logits and test_logits: all of them, as they are; stream:
    what the augmentation draws from; targets: of the training images, None where these are the
    draw's labelled ones; objective: another than the cross-entropy of `train_logits`, which is None
    then; told: after training, of what it was trained on, by name.
    """

    network: nn.Module
    train_logits: Callable[[Tensor], Tensor] | None
    validation_logits: Callable[[], Tensor]
    test_logits: Callable[[], Tensor]
    stream: torch.Generator
    targets: Targets | None = None
    objective: Objective | None = None
    told: Callable[[], dict[str, float]] = dict


def no_start(_draw: int) -> Sequence[float]:
    """Of weights to start from that nothing was chosen by."""
    return ()


def train_draws(
    run: BudgetRun,
    learner: Callable[[int, LabelledSet], Learner],
    recipe: Recipe | Recipes | Selftrain,
    patience: int | None = None,
    start_counts: bool = False,
    judged: Callable[[int], Sequence[float]] = no_start,
) -> Iterator[Trained]:
    """Train one network per draw, keep the weights best on validation, run it once on test.

    Where there are several learning rates, each is tried in full and validation chooses. Without
    validation images the last weights by the first learning rate are kept. Draws are trained side
    by side where that is faster.

    Args:
        run: method, budget, data, device.
        learner: makes the untrained network of a draw.
        recipe: how long and how fast.
        patience: evaluations without gain before training stops; None: never.
        start_counts: whether validation may choose the weights to start from.
        judged: number of a draw -> what the halves of validation say of the weights to start from,
            where these were chosen before.
    """
    labelled_sets = run.labelled_sets()
    plans = Plan.each(recipe)

    def train(draw: int, labelled: LabelledSet) -> Trained:
        labels, held_labels = (
            torch.from_numpy(run.data.labels[at]).to(run.runtime.device)
            for at in (labelled.train, labelled.validation)
        )
        validation = Validation(held_labels, run.data.headline == BALANCED)
        held = len(held_labels) > 0

        def attempt(plan: Plan) -> tuple[Learner, Fit, Plan]:
            one = learner(draw, labelled)
            evaluate = (lambda: validation.score(one.validation_logits())) if held else None
            result = fit(
                _objective(one, Targets(labels), recipe.label_smoothing),
                plan,
                Selection(
                    one.network,
                    evaluate,
                    patience=patience,
                    start_counts=start_counts,
                    start_judged=judged(draw) if held else (),
                ),
                run.runtime,
                stream_seed(run.seed, draw),
                f"{run}, draw {draw + 1} of {len(labelled_sets)}, lr {plan.lr:g}",
                position=draw,
            )
            return one, result, plan

        one, result, plan = _best(map(attempt, plans if held else plans[:1]))
        logits = one.test_logits().cpu().numpy()
        weights = to_arrays(one.network)
        return Trained(draw, labelled, weights, result, plan.lr, logits, one.told())

    jobs = [partial(train, draw, labelled) for draw, labelled in enumerate(labelled_sets)]
    return side_by_side(jobs, run.runtime.device)


def _best(attempts: Iterator[tuple[Learner, Fit, Plan]]) -> tuple[Learner, Fit, Plan]:
    """The best on validation, of equal ones the first; each half chooses for itself too."""
    best = next(attempts)
    found = best[1].turns
    for one in attempts:
        found = turns.best(found, one[1].turns)
        score = one[1].best
        if score and score.better_than(best[1].best):
            best = one
    return best[0], dataclasses.replace(best[1], turns=found), best[2]


def _objective(one: Learner, labels: Targets, smoothing: float) -> Objective:
    if one.objective or one.train_logits is None:
        return cast(Objective, one.objective)
    targets = one.targets or labels
    batch_loss = partial(_batch_loss, one.train_logits, targets, smoothing)
    return Objective(one.network, batch_loss, len(targets.classes), streams=(one.stream,))


def _batch_loss(
    train_logits: Callable[[Tensor], Tensor], targets: Targets, smoothing: float, numbers: Tensor
) -> tuple[Tensor, Tensor]:
    logits, wanted = train_logits(numbers), targets.classes[numbers]
    right = logits.argmax(dim=1) == wanted
    if targets.weights is None:
        return F.cross_entropy(logits, wanted, label_smoothing=smoothing), right
    losses = F.cross_entropy(logits, wanted, label_smoothing=smoothing, reduction="none")
    weights = targets.weights[numbers]
    return (weights * losses).sum() / weights.sum().clamp(min=SMALLEST_WEIGHT), right
