"""What changes while a network is trained: to be saved at any update, and put back."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim.optimizer import Optimizer

from semisup.compute.checkpoint import State
from semisup.compute.device import Runtime
from semisup.training.optimiser import restore_state, state_of
from semisup.training.selection import Score, Selection
from semisup.workflow.errors import Diverged


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
            Diverged: where the loss is no longer a number.
        """
        loss, merit, n = self._group.total(self.sums).tolist()
        if not math.isfinite(loss):
            raise Diverged(f"{label}: the loss is no longer a number; lower the learning rate (lr)")
        self.sums.zero_()
        return Score(merit / n, loss / n)


class Progress:
    """All that changes while a network is trained, to be saved and put back."""

    def __init__(
        self,
        network: nn.Module,
        optimiser: Optimizer,
        selection: Selection,
        streams: Sequence[torch.Generator],
        runtime: Runtime,
    ) -> None:
        self._network, self._optimiser, self._selection = network, optimiser, selection
        self._streams, self._runtime = streams, runtime
        self.running = Running(runtime)
        self.rows: list[Row] = []
        self.update = 0

    def record(self, loss: Tensor, merit: Tensor) -> None:
        """Take note of an update."""
        self.update += 1
        self.running.add(loss, merit)

    def state(self) -> State:
        """Everything, as it is after an update. The order of the examples follows from its seed."""
        own = [self._runtime.random_state(), self.running.sums]
        own += [stream.get_state() for stream in self._streams]
        return {
            "update": self.update,
            "rows": [dataclasses.asdict(row) for row in self.rows],
            "network": self._network.state_dict(),
            "optimiser": state_of(self._optimiser),
            "selection": self._selection.state(),
            "of each process": [self._runtime.group.gathered(value) for value in own],
        }

    def restore(self, state: State) -> None:
        """Put back what `state` gave."""
        self.update = state["update"]
        self.rows = [Row(**row) for row in state["rows"]]
        self._network.load_state_dict(state["network"])
        restore_state(self._optimiser, state["optimiser"])
        self._selection.restore(state["selection"])
        rank = self._runtime.group.rank
        random_state, sums, *streams = (values[rank] for values in state["of each process"])
        self._runtime.set_random_state(random_state)
        self.running.sums.copy_(sums)
        for stream, value in zip(self._streams, streams, strict=True):
            stream.set_state(value)
