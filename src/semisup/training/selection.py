"""Which weights of a training to keep, by their score on held-out examples."""

import copy
import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor, nn

from semisup.training import cross_validation
from semisup.training.cross_validation import Half, Turn, Turns


@dataclass(frozen=True)
class Score:
    """Figure of merit (higher is better; mostly the accuracy in 0 to 1) and loss, both means."""

    merit: float
    loss: float
    halves: tuple[Half, ...] = ()  # the same on the two halves of the examples

    @property
    def rank(self) -> tuple[float, float]:
        """By which the best is chosen, as halves are."""
        return Half(self.merit, self.loss).rank

    def better_than(self, other: "Score | None") -> bool:
        """Whether it ranks higher, or there is no other."""
        return other is None or self.rank > other.rank


UNKNOWN = Score(math.nan, math.nan)  # where there was nothing to hold out
Evaluate = Callable[[], Score]


class Selection:
    """Which weights to keep, and when to stop waiting for better ones."""

    def __init__(
        self,
        network: nn.Module,
        evaluate: Evaluate | None = None,
        keep: Literal["best", "last"] = "best",
        patience: int | None = None,
        start_counts: bool = False,
        start_judged: Sequence[float] = (),
    ) -> None:
        """A choice among the states that `network` will have.

        Args:
            network: that is trained.
            evaluate: scores it in its present state on held-out examples; None: the last are kept.
            keep: whether `finish` puts back the weights with the best score or leaves the last.
            patience: evaluations without gain before training stops; None: it never does. The
                weights to start from don't count here: fine-tuning falls behind them while the
                learning rate is high, and passes them late.
            start_counts: whether the weights to start from are among those to choose from.
            start_judged: what each half says of the weights to start from, where another training
                chose these by the other half; else they are judged as they are.
        """
        self._network, self._evaluate = network, evaluate
        self._keep, self._patience, self._start_counts = keep, patience, start_counts
        self._start_judged = start_judged
        self._best: Score | None = None
        self._last: Score | None = None
        self._best_trained: Score | None = None
        self._best_weights: dict[str, Tensor] = {}
        self._since_best = 0
        self.kept = 0
        self.turns: Turns = ()  # what each half of the held-out examples would keep

    def evaluate_start(self) -> None:
        """Score the weights to start from, where they count."""
        if self._start_counts:
            self.evaluate(0)

    def evaluate(self, update: int) -> Score:
        """Score the network as it is after that update; NaN where nothing is held out."""
        self._last = self._score()
        if self._last is None or self._keep == "last":
            self.kept = update
        if self._last is None:
            return UNKNOWN
        found = cross_validation.first(self._last.halves)
        if self._start_judged and update == 0:
            pairs = zip(found, self._start_judged, strict=True)
            found = tuple(dataclasses.replace(turn, judged=merit) for turn, merit in pairs)
        self.turns = cross_validation.best(self.turns, found)
        if update:
            self._since_best += 1
            if self._last.better_than(self._best_trained):
                self._best_trained, self._since_best = self._last, 0
        if self._last.better_than(self._best):
            self._best = self._last
            if self._keep == "best":
                self.kept = update
                self._best_weights = copy.deepcopy(self._network.state_dict())
        return self._last

    @property
    def is_enough(self) -> bool:
        """Whether to stop, since nothing better has come for too long."""
        return self._patience is not None and self._since_best >= self._patience

    def _score(self) -> Score | None:
        if self._evaluate is None:
            return None
        self._network.eval()
        score = self._evaluate()
        self._network.train()
        return score

    def state(self) -> dict[str, Any]:
        """What it knows so far, and the best weights."""
        known = (self._best, self._last, self._best_trained)
        scores = [score and dataclasses.asdict(score) for score in known]
        facts = {"scores": scores, "since_best": self._since_best, "kept": self.kept}
        facts["turns"] = [[*turn.chosen, turn.judged] for turn in self.turns]
        return {**facts, "weights": self._best_weights}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` gave."""
        scores = (score and _restored(**score) for score in state["scores"])
        self._best, self._last, self._best_trained = scores
        self.turns = tuple(Turn(Half(*chosen), judged) for *chosen, judged in state["turns"])
        self._since_best, self.kept = state["since_best"], state["kept"]
        self._best_weights = state["weights"]

    def finish(self) -> Score | None:
        """Put the weights to keep into the network, in evaluation mode; their score."""
        if self._best_weights:
            self._network.load_state_dict(self._best_weights)
        self._network.eval()
        return self._best if self._keep == "best" else self._last


def _restored(merit: float, loss: float, halves: Sequence[Sequence[float]]) -> Score:
    return Score(merit, loss, tuple(Half(*half) for half in halves))
