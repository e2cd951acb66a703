"""What changes while a network is trained: to be saved at any update, and put back."""

import copy
import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from semisup.compute.checkpoint import State, Tensors, named
from semisup.compute.device import Runtime
from semisup.training.optimiser import Optimiser
from semisup.workflow.errors import UserError


@dataclass(frozen=True)
class Score:
    """Figure of merit (higher is better; mostly the accuracy in 0 to 1) and loss, both means."""

    merit: float
    loss: float

    def better_than(self, other: "Score | None") -> bool:
        """Higher merit; with equal merit, lower loss."""
        return other is None or (self.merit, -self.loss) > (other.merit, -other.loss)


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


class Selection:
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

    def state(self) -> tuple[dict[str, Any], Tensors]:
        """What it knows so far, and the best weights."""
        scores = [score and dataclasses.asdict(score) for score in (self._best, self._last)]
        facts = {"scores": scores, "since_best": self._since_best, "kept": self.kept}
        return facts, self._best_state or {}

    def restore(self, facts: dict[str, Any], best: Tensors) -> None:
        """Go on from what `state` gave."""
        self._best, self._last = (score and Score(**score) for score in facts["scores"])
        self._since_best, self.kept = facts["since_best"], facts["kept"]
        self._best_state = best or None

    def finish(self) -> Score | None:
        """Put the weights to keep into the network, in evaluation mode; their score."""
        if self._best_state is not None:
            self._network.load_state_dict(self._best_state)
        self._network.eval()
        return self._best if self._keep == "best" else self._last


class Running:
    """Sums of loss and merit, kept on the device so that no update waits for them."""

    def __init__(self, runtime: Runtime) -> None:
        self.sums = torch.zeros(3, device=runtime.device)
        self._group = runtime.group

    def add(self, loss: Tensor, merit: Tensor) -> None:
        """Take note of a batch: its mean loss, and the merit of each of its predictions."""
        n = merit.numel()
        count = torch.full((), float(n), device=loss.device)
        self.sums += torch.stack([loss.float() * n, merit.float().sum(), count])

    def score_and_reset(self, label: str) -> Score:
        """Means since the last time.

        Raises:
            UserError: where the loss is no longer a number.
        """
        loss, merit, n = self._group.total(self.sums).tolist()
        if not math.isfinite(loss):
            raise UserError(
                f"{label}: the loss is no longer a number; lower the learning rate (lr)"
            )
        self.sums.zero_()
        return Score(merit / n, loss / n)


class Progress:
    """All that changes while a network is trained, to be saved and put back."""

    def __init__(
        self,
        network: nn.Module,
        steps: Optimiser,
        selection: Selection,
        running: Running,
        streams: Sequence[torch.Generator],
        runtime: Runtime,
    ) -> None:
        self._network, self._steps, self._selection = network, steps, selection
        self.running, self._streams, self._runtime = running, streams, runtime
        self.rows: list[Row] = []
        self.update = 0

    def took_step(self, loss: Tensor, merit: Tensor) -> None:
        """Take note of an update."""
        self.update += 1
        self.running.add(loss, merit)

    def state(self) -> State:
        """Everything, as it is after an update. The order of the examples follows from its seed."""
        selected, best = self._selection.state()
        tensors = named("network", self._network.state_dict())
        tensors |= named("optimiser", self._steps.state()) | named("best", best)
        for name, value in self._of_each_process().items():
            tensors |= named(name, self._runtime.group.gathered(value))
        rows = [dataclasses.asdict(row) for row in self.rows]
        return State(tensors, {"update": self.update, "rows": rows, "selection": selected})

    def restore(self, state: State) -> None:
        """Go on from there."""
        self.update = state.facts["update"]
        self.rows = [Row(**row) for row in state.facts["rows"]]
        self._network.load_state_dict(state.part("network"))
        self._steps.restore(state.part("optimiser"))
        self._selection.restore(state.facts["selection"], state.part("best"))
        mine = str(self._runtime.group.rank)
        self.running.sums.copy_(state.part("running")[mine])
        self._runtime.set_random_state(state.part("random")[mine])
        for number, stream in enumerate(self._streams):
            stream.set_state(state.part(f"stream {number}")[mine])

    def _of_each_process(self) -> Tensors:
        streams = {f"stream {i}": stream.get_state() for i, stream in enumerate(self._streams)}
        return streams | {"random": self._runtime.random_state(), "running": self.running.sums}
