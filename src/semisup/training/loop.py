"""The training loop: pretraining and every way to train a classifier run through `fit`.

They differ by the function that turns example indices into a loss, and by their `Plan`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from semisup.compute.checkpoint import Checkpoint
from semisup.compute.device import Runtime, stream_seed
from semisup.training.cross_validation import Turns
from semisup.training.live import Live
from semisup.training.optimiser import Adam, Sgd, schedule, update
from semisup.training.progress import Progress, Row
from semisup.training.selection import Score, Selection
from semisup.workflow import live

EVALUATIONS = 12  # of a training, at most

# a batch -> mean loss to minimise, and the figure of merit of each prediction
BatchLoss = Callable[[Any], tuple[Tensor, Tensor]]
# the indices of the examples of each batch to come -> the batches
Load = Callable[[Iterator[Tensor]], Iterator[Any]]


@dataclass(frozen=True)
class Plan:
    """How long, how fast.

    by_update: whether it is looked at after equal numbers of updates, where epochs may be longer
    than the whole training, instead of at the ends of epochs; max_grad_norm: of the gradient of all
    weights together; longer ones are shortened to it (Pascanu et al., ICML 2013).
    """

    lr: float
    weight_decay: float
    batch_size: int
    epochs: float
    min_updates: int = 0
    by_update: bool = False
    max_grad_norm: float = math.inf

    def updates(self, examples: int) -> int:
        """Updates in all: `epochs` passes, but no fewer than `min_updates`."""
        return max(round(self.epochs * self.batches(examples)), self.min_updates, 1)

    def batches(self, examples: int) -> int:
        """Batches an epoch: of nearly equal size, none under `batch_size` but where all are one.

        A small last batch would make the statistics of batch norm noisy, one of a single example
        would make them undefined.
        """
        return max(1, examples // self.batch_size)

    def updates_per_evaluation(self, examples: int) -> int:
        """Updates from one evaluation to the next."""
        updates, per_epoch = self.updates(examples), self.batches(examples)
        if self.by_update:
            return math.ceil(updates / EVALUATIONS)
        return per_epoch * max(1, math.ceil(updates / per_epoch / EVALUATIONS))


@dataclass(frozen=True)
class Objective:
    """What is minimised.

    network: the parameters to train; those with requires_grad False stay; batch_loss: called with
    each batch as `load` gives it; examples: how many there are; load: turns the indices (0 to
    examples - 1) of each batch into what `batch_loss` takes; streams: random generators that
    `batch_loss` draws from, besides torch's global state; optimiser: SGD with Nesterov momentum, or
    another.
    """

    network: nn.Module
    batch_loss: BatchLoss
    examples: int
    load: Load = iter
    streams: Sequence[torch.Generator] = ()
    optimiser: type[Sgd] | type[Adam] = Sgd


@dataclass(frozen=True)
class Fit:
    """What training did: its curve, the updates made, and which weights were kept.

    kept: the update that made them, 0 for those that training started from; best: their score;
    turns: what each half of the held-out examples would have kept, as the other half judges it.
    """

    rows: list[Row]
    updates: int
    kept: int
    best: Score | None
    turns: Turns = ()


def fit(
    objective: Objective,
    plan: Plan,
    selection: Selection,
    runtime: Runtime,
    seed: int,
    label: str,
    position: int = 0,
) -> Fit:
    """Train a network in place, its learning rate rising at first, then falling by a cosine.

    Where the runtime keeps checkpoints, an unfinished training of the same label goes on from its
    last one, to the same end. Where it is one of several processes, each has a part of each batch.

    Args:
        objective: what to minimise.
        plan: length, learning rate, batch size.
        selection: which weights to keep.
        runtime: device, precision, checkpoints, processes.
        seed: of the order of the examples and of dropout.
        label: of the progress bar and the checkpoint; no other training of the stage has it.
        position: of the progress bar, below others that run at the same time.

    Raises:
        Diverged: where the loss is no longer a number.
    """
    network, examples, group = objective.network, objective.examples, runtime.group
    trained = (p for p in network.parameters() if p.requires_grad)
    optimiser = objective.optimiser(trained, plan.weight_decay)
    updates, per_epoch = plan.updates(examples), plan.batches(examples)
    every = plan.updates_per_evaluation(examples)
    training = Progress(network, optimiser, selection, objective.streams, runtime)
    checkpoint = runtime.checkpoint(label)
    with runtime.seeded(seed, 1, *group.key):  # dropout, and what else is drawn at random
        _resume_or_start(training, selection, checkpoint, runtime)
        order = _batches(examples, per_epoch, runtime, seed, training.update)
        batches = objective.load(group.part(indices) for indices in order)
        network.train()
        begun = training.update
        folder = live.folder_of(checkpoint.path) if checkpoint else None
        with closing(Live(label, begun, updates, position, group.leads, folder)) as shown:
            for number in range(begun + 1, updates + 1):
                rate = plan.lr * schedule(number - 1, updates)
                loss, merit = _loss(objective, next(batches), runtime)
                update(optimiser, rate, plan.max_grad_norm)
                training.record(loss, merit)
                shown.step()
                if number % every == 0 or number == updates:
                    train = training.running.score_and_reset(label)
                    held = selection.evaluate(number)
                    training.rows.append(_row(number, per_epoch, rate, train, held))
                    shown.curve(training.rows)
                    if selection.is_enough:
                        break
                if checkpoint and group.decides(checkpoint.is_due, number):
                    _save(training, checkpoint, runtime)
    best = selection.finish()
    return Fit(training.rows, training.update, selection.kept, best, selection.turns)


def _loss(objective: Objective, batch: Any, runtime: Runtime) -> tuple[Tensor, Tensor]:
    """Loss and merit of a batch, and the gradients of the loss beside the weights."""
    with runtime.autocast():
        loss, merit = objective.batch_loss(batch)
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.detach(), merit.detach()


def _resume_or_start(
    training: Progress, selection: Selection, checkpoint: Checkpoint | None, runtime: Runtime
) -> None:
    if checkpoint and (state := runtime.group.agreed(checkpoint.read())):
        training.restore(state)
    else:
        selection.evaluate_start()


def _save(training: Progress, checkpoint: Checkpoint, runtime: Runtime) -> None:
    state = training.state()  # by all processes together
    if runtime.group.leads:
        checkpoint.write(state)


def _batches(
    examples: int, per_epoch: int, runtime: Runtime, seed: int, done: int
) -> Iterator[Tensor]:
    """Indices of the examples, newly shuffled each epoch, in batches of nearly equal size.

    The first `done` batches are left out.
    """
    generator = torch.Generator().manual_seed(stream_seed(seed, 0))
    for _ in range(done // per_epoch):
        torch.randperm(examples, generator=generator)
    first = done % per_epoch
    while True:
        order = torch.randperm(examples, generator=generator).to(runtime.device)
        yield from order.tensor_split(per_epoch)[first:]
        first = 0


def _row(update: int, per_epoch: int, rate: float, train: Score, held: Score) -> Row:
    epoch = update / per_epoch
    return Row(update, epoch, rate, train.loss, train.merit, held.loss, held.merit)
