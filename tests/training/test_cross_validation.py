"""Choosing on one half, judging on the other, by turns."""

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import nn

from semisup.compute.device import Runtime
from semisup.training import cross_validation
from semisup.training.cross_validation import Half, Turn
from semisup.training.loop import Fit, Objective, Plan, fit
from semisup.training.selection import Score, Selection
from semisup.workflow.scratch import Scratch

# merits on the two halves after updates 0, 1, ...: the first half prefers 1, the second 2
MERITS = [(0.5, 0.5), (0.9, 0.6), (0.7, 0.8), (0.8, 0.7)]


def train(
    runtime: Runtime,
    merits: list[tuple[float, float]] = MERITS,
    stop_at: int = 0,
    **selection: object,
) -> Fit:
    """So many updates of a network that does not matter, with a made-up validation."""
    network = nn.Linear(1, 1)
    count = 0

    def batch_loss(numbers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        nonlocal count
        count += 1
        if count == stop_at:
            raise KeyboardInterrupt
        loss = network(torch.ones(len(numbers), 1)).mean()
        return loss, torch.ones(len(numbers))

    left = iter(merits)

    def evaluate() -> Score:
        halves = tuple(Half(merit, 1.0) for merit in next(left))
        return Score(sum(half.merit for half in halves) / 2, 1.0, halves)

    plan = Plan(0.1, 0.0, 2, len(merits) - 1)
    choice = Selection(network, evaluate, start_counts=True, **selection)  # type: ignore[arg-type]
    return fit(Objective(network, batch_loss, 2), plan, choice, runtime, 0, "training")


def test_each_half_chooses_and_the_other_judges(runtime: Runtime) -> None:
    done = train(runtime)
    assert cross_validation.judged(done.turns) == [0.6, 0.7]
    assert done.best is not None
    assert done.best.merit == pytest.approx(0.75)  # what chose itself is too high
    assert done.kept == 1


def test_a_start_that_was_chosen_before_is_judged_as_then(runtime: Runtime) -> None:
    worse = [(0.5, 0.5), (0.4, 0.6)]
    assert cross_validation.judged(train(runtime, worse).turns) == [0.5, 0.4]
    done = train(runtime, worse, start_judged=[0.3, 0.2])
    assert cross_validation.judged(done.turns) == [0.3, 0.4], (
        "the second half prefers the later weights"
    )


def test_equal_ones_go_to_the_lower_loss_then_to_the_earlier() -> None:
    one, two, three = (
        (Turn(Half(0.5, loss), judged),) for loss, judged in ((2.0, 0.1), (1.0, 0.2), (1.0, 0.3))
    )
    assert cross_validation.best(cross_validation.best(one, two), three) == two
    assert cross_validation.best((), one) == one


def test_nothing_to_halve() -> None:
    network = nn.Linear(1, 1)
    choice = Selection(network, lambda: Score(0.5, 1.0), start_counts=True)
    choice.evaluate_start()
    choice.evaluate(1)
    assert choice.turns == ()


def test_what_the_halves_chose_is_kept_with_the_state(runtime: Runtime, tmp_path: Path) -> None:
    network = nn.Linear(1, 1)
    scores = [Score(0.5, 1.0, tuple(Half(m, 1.0) for m in merits)) for merits in MERITS]
    whole = Selection(network, iter(scores).__next__)
    for number in range(4):
        whole.evaluate(number)
    first = Selection(network, iter(scores[:2]).__next__)
    first.evaluate(0)
    first.evaluate(1)
    then = Selection(network, iter(scores[2:]).__next__)
    then.restore(first.state())
    then.evaluate(2)
    then.evaluate(3)
    assert then.turns == whole.turns
    keeping = dataclasses.replace(runtime, scratch=Scratch(tmp_path, "key", 0.0))
    with pytest.raises(KeyboardInterrupt):
        train(keeping, stop_at=3)
    resumed = train(keeping, MERITS[-1:] * len(MERITS))
    assert resumed.turns[0] == Turn(Half(0.9, 1.0), 0.6), "which it had seen before it was stopped"
