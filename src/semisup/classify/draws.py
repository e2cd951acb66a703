"""Train and score one classifier per draw, the same way for every method."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.classify.evaluation import scores
from semisup.classify.parallel import side_by_side
from semisup.compute.device import Runtime, stream_seed
from semisup.compute.weights import Arrays, save_arrays, to_arrays
from semisup.data.dataset import ImageData, Selection
from semisup.params.sections import Recipe
from semisup.training.loop import Fit, Plan, fit
from semisup.training.progress import Row, Score
from semisup.workflow import outputs

Logits = NDArray[np.float32]


@dataclass(frozen=True)
class Trained:
    """One draw's weights as validation chose them, and their logits on test."""

    draw: int
    selection: Selection
    weights: Arrays
    fit: Fit
    test_logits: Logits


@dataclass(frozen=True)
class HistoryRow(Row):
    """A line of a training curve, and the draw that it belongs to."""

    draw: int


@dataclass(frozen=True)
class Learner:
    """What a method trains for one draw: a network, and how it sees each part of the data.

    train_logits: numbers (n,) of the draw's training images -> logits (n, classes), with gradients
    and random augmentation; validation_logits and test_logits: all of them, as they are; stream:
    what the augmentation draws from.
    """

    network: nn.Module
    train_logits: Callable[[Tensor], Tensor]
    validation_logits: Callable[[], Tensor]
    test_logits: Callable[[], Tensor]
    stream: torch.Generator


def train_draws(
    learner: Callable[[int, Selection], Learner],
    data: ImageData,
    selections: list[Selection],
    recipe: Recipe,
    runtime: Runtime,
    seed: int,
    label: str,
    patience: int | None = None,
    start_counts: bool = False,
) -> Iterator[Trained]:
    """Train one network per draw, keep the weights best on validation, run it once on test.

    Without validation images the last weights are kept. Draws are trained side by side where that
    is faster.

    Args:
        learner: makes the untrained network of a draw.
        data: labels.
        selections: of each draw.
        recipe: how long and how fast.
        runtime: device and precision.
        seed: with the draw, decides the order of the images.
        label: of the progress bar.
        patience: evaluations without gain before training stops; None: never.
        start_counts: whether validation may choose the weights to start from.
    """

    def train(draw: int, selection: Selection) -> Trained:
        labels, held_labels = (
            torch.from_numpy(data.labels[at]).to(runtime.device)
            for at in (selection.train, selection.validation)
        )
        one = learner(draw, selection)
        result = fit(
            one.network,
            partial(_batch_loss, one, labels, recipe.label_smoothing),
            len(labels),
            Plan.of(recipe, patience),
            runtime,
            stream_seed(seed, draw),
            partial(_validate, one, held_labels) if len(held_labels) else None,
            start_counts=start_counts,
            label=f"{label}, draw {draw + 1} of {len(selections)}",
            position=draw,
            streams=(one.stream,),
        )
        logits = one.test_logits().cpu().numpy()
        return Trained(draw, selection, to_arrays(one.network), result, logits)

    jobs = [partial(train, draw, selection) for draw, selection in enumerate(selections)]
    return side_by_side(jobs, runtime.device)


def _batch_loss(
    one: Learner, labels: Tensor, smoothing: float, numbers: Tensor
) -> tuple[Tensor, Tensor]:
    logits, wanted = one.train_logits(numbers), labels[numbers]
    loss = F.cross_entropy(logits, wanted, label_smoothing=smoothing)
    return loss, logits.argmax(dim=1) == wanted


def _validate(one: Learner, labels: Tensor) -> Score:
    logits = one.validation_logits()
    loss = F.cross_entropy(logits, labels)
    return Score(float((logits.argmax(dim=1) == labels).float().mean()), float(loss))


def write(
    folder: Path, method: str, task: str, budget: int, data: ImageData, trained: Iterator[Trained]
) -> None:
    """Write results.csv, history.csv, predictions.npy (draws, test images) and the weights."""
    rows, history, predictions = [], [], []
    for one in trained:
        rows.append(_result(method, task, budget, data, one))
        history += [HistoryRow(**dataclasses.asdict(row), draw=one.draw) for row in one.fit.rows]
        predictions.append(one.test_logits.argmax(axis=1).astype(np.uint16))
        save_arrays(one.weights, folder / f"{method}_{one.draw}.safetensors")
    outputs.write_table(folder / outputs.RESULTS, rows)
    outputs.write_table(folder / outputs.HISTORY, history)
    np.save(folder / outputs.PREDICTIONS, np.stack(predictions))


def _result(
    method: str, task: str, budget: int, data: ImageData, one: Trained
) -> dict[str, object]:
    return {
        "method": method,
        "task": task,
        "budget": budget,
        "draw": one.draw,
        "labels_used": len(one.selection.train),
        "validation_labels": len(one.selection.validation),
        "updates": one.fit.updates,
        "kept": one.fit.kept,
        "validation_top1": one.fit.best.merit if one.fit.best else math.nan,
        **dataclasses.asdict(scores(one.test_logits, data.labels[data.test])),
    }
