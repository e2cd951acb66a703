"""The training loop: pretraining, heads, fine-tuning and the baseline all run through `fit`.

They differ by the function that turns example numbers into a loss, and by their `Plan`.
"""

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from tqdm import tqdm

from semisup.device import Runtime, stream_seed
from semisup.errors import UserError
from semisup.optimiser import Optimiser, Sgd
from semisup.params_sections import Recipe

WARMUP = 0.05  # share of the updates in which the learning rate rises
EVALUATIONS = 12  # at most, over a training of more epochs than that

# (examples,) their numbers -> mean loss to minimise, and the figure of merit of each prediction
BatchLoss = Callable[[Tensor], tuple[Tensor, Tensor]]
Evaluate = Callable[[], "Score"]


@dataclass(frozen=True)
class Score:
    """Figure of merit (higher is better; mostly the accuracy in 0 to 1) and loss, both means."""

    merit: float
    loss: float

    def better_than(self, other: "Score | None") -> bool:
        """Higher merit; with equal merit, lower loss."""
        return other is None or (self.merit, -self.loss) > (other.merit, -other.loss)


@dataclass(frozen=True)
class Plan:
    """How long, how fast. `patience`: evaluations without gain before stopping (None: never)."""

    lr: float
    weight_decay: float
    batch_size: int
    epochs: float
    min_updates: int = 0
    patience: int | None = None

    @classmethod
    def of(cls, recipe: Recipe, patience: int | None = None) -> "Plan":
        """From a section of params.yaml."""
        return cls(
            recipe.lr,
            recipe.weight_decay,
            recipe.batch_size,
            recipe.epochs,
            recipe.min_updates,
            patience,
        )

    def updates(self, examples: int) -> int:
        """Updates in all: `epochs` passes, but no fewer than `min_updates`."""
        return max(round(self.epochs * self.batches(examples)), self.min_updates, 1)

    def batches(self, examples: int) -> int:
        """Batches an epoch: of nearly equal size, and none smaller than `batch_size`.

        A small last batch would make the statistics of batch norm noisy, one of a single example
        would make them undefined.
        """
        return max(1, examples // self.batch_size)


@dataclass(frozen=True)
class Row:
    """One line of a training curve; held-out figures are NaN where there was nothing to hold."""

    update: int
    epoch: float
    lr: float
    train_loss: float
    train_merit: float
    heldout_loss: float
    heldout_merit: float


@dataclass(frozen=True)
class Fit:
    """What training did: its curve, the updates made, and which weights were kept.

    kept: the update that made them, 0 for those that training started from; best: their score.
    """

    rows: list[Row]
    updates: int
    kept: int
    best: Score | None


def fit(
    network: nn.Module,
    batch_loss: BatchLoss,
    examples: int,
    plan: Plan,
    runtime: Runtime,
    seed: int,
    evaluate: Evaluate | None = None,
    keep: Literal["best", "last"] = "best",
    start_counts: bool = False,
    label: str = "training",
    position: int = 0,
    optimiser: type[Optimiser] = Sgd,
) -> Fit:
    """Train `network` in place, its learning rate rising at first, then falling by a cosine.

    Args:
        network: the parameters to train; those with requires_grad False stay.
        batch_loss: called with the numbers (0 to examples - 1) of one batch.
        examples: how many there are.
        plan: length, learning rate, batch size, patience.
        runtime: device and precision.
        seed: of the order of the examples and of dropout.
        evaluate: scores the network in its present state on held-out examples; None: no selection.
        keep: "best" puts back the weights with the best score, "last" leaves the last.
        start_counts: whether the weights to start from are among those to choose the best of.
        label: of the progress bar.
        position: of the progress bar, below others that run at the same time.
        optimiser: SGD with Nesterov momentum, or another.

    Raises:
        UserError: where the loss is no longer a number.
    """
    weights = (p for p in network.parameters() if p.requires_grad)
    steps = optimiser(weights, plan.weight_decay)
    updates, per_epoch = plan.updates(examples), plan.batches(examples)
    every = per_epoch * max(1, math.ceil(updates / per_epoch / EVALUATIONS))
    order = _batches(examples, per_epoch, runtime, seed)
    running, selection = _Running(runtime.device), _Selection(network, keep, plan.patience)
    rows: list[Row] = []
    if start_counts:
        selection.is_enough(0, _evaluated(network, evaluate))
    network.train()
    with runtime.seeded(seed, 1):  # dropout, and what else a network draws at random
        bar = tqdm(range(1, updates + 1), desc=label, disable=None, leave=False, position=position)
        for update in bar:
            rate = plan.lr * _schedule(update - 1, updates)
            with runtime.autocast():
                loss, merit = batch_loss(next(order))
            loss.backward()  # type: ignore[no-untyped-call]
            steps.step(rate)
            running.add(loss.detach(), merit.detach())
            if update % every and update != updates:
                continue
            train = running.score_and_reset(label)
            score = _evaluated(network, evaluate)
            rows.append(_row(update, per_epoch, rate, train, score))
            if selection.is_enough(update, score):
                break
    best = selection.finish()
    return Fit(rows, rows[-1].update, selection.kept, best)


def _evaluated(network: nn.Module, evaluate: Evaluate | None) -> Score | None:
    if evaluate is None:
        return None
    network.eval()
    score = evaluate()
    network.train()
    return score


class _Selection:
    """Which weights to keep, and when to stop waiting for better ones."""

    def __init__(self, network: nn.Module, keep: Literal["best", "last"], patience: int | None):
        self._network, self._keep, self._patience = network, keep, patience
        self._best: Score | None = None
        self._last: Score | None = None
        self._best_state: dict[str, Tensor] | None = None
        self._since_best = 0
        self.kept = 0

    def is_enough(self, update: int, score: Score | None) -> bool:
        """Take note of the network as it is after that update; whether to stop there."""
        self._last = score
        if score is None or self._keep == "last":
            self.kept = update
        if score is None:
            return False
        self._since_best += 1
        if score.better_than(self._best):
            self._best, self._since_best = score, 0
            if self._keep == "best":
                self.kept = update
                self._best_state = copy.deepcopy(self._network.state_dict())
        return self._patience is not None and self._since_best >= self._patience

    def finish(self) -> Score | None:
        """Put the weights to keep into the network, in evaluation mode; their score."""
        if self._best_state is not None:
            self._network.load_state_dict(self._best_state)
        self._network.eval()
        return self._best if self._keep == "best" else self._last


def _schedule(update: int, updates: int) -> float:
    """Share of the learning rate: linear warm-up, then half a cosine down to zero."""
    warmup = max(1, round(WARMUP * updates))
    if update < warmup:
        return (update + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (update - warmup) / max(1, updates - warmup)))


def _batches(examples: int, per_epoch: int, runtime: Runtime, seed: int) -> Iterator[Tensor]:
    """Numbers of the examples, newly shuffled each epoch, in batches of nearly equal size."""
    generator = torch.Generator().manual_seed(stream_seed(seed, 0))
    while True:
        order = torch.randperm(examples, generator=generator).to(runtime.device)
        yield from order.tensor_split(per_epoch)


class _Running:
    """Sums of loss and merit, kept on the device so that no update waits for them."""

    def __init__(self, device: torch.device) -> None:
        self._sums = torch.zeros(3, device=device)

    def add(self, loss: Tensor, merit: Tensor) -> None:
        n = merit.numel()
        self._sums += torch.stack(
            [loss.float() * n, merit.float().sum(), loss.new_tensor(n).float()]
        )

    def score_and_reset(self, label: str) -> Score:
        loss, merit, n = self._sums.tolist()
        if not math.isfinite(loss):
            raise UserError(
                f"{label}: the loss is no longer a number; lower the learning rate (lr)"
            )
        self._sums.zero_()
        return Score(merit / n, loss / n)


def _row(update: int, per_epoch: int, rate: float, train: Score, heldout: Score | None) -> Row:
    held = heldout or Score(math.nan, math.nan)
    epoch = update / per_epoch
    return Row(update, epoch, rate, train.loss, train.merit, held.loss, held.merit)
