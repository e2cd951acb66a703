"""A training that was interrupted goes on to the same end, bit for bit."""

import copy
import dataclasses
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.compute.device import Runtime
from semisup.training.loop import Fit, Objective, Plan, fit
from semisup.training.optimiser import Adam, Sgd
from semisup.training.selection import Score, Selection
from semisup.workflow.scratch import Scratch

Weights = dict[str, Tensor]
EXAMPLES, UPDATES = 40, 20


class Interrupted(Exception):
    pass


@pytest.fixture
def keeping(runtime: Runtime, tmp_path: Path) -> Runtime:
    """Saves after each update."""
    return dataclasses.replace(runtime, scratch=Scratch(tmp_path, "key", 0.0))


def train(
    runtime: Runtime,
    stop_at: int | None = None,
    keep: Literal["best", "last"] = "best",
    patience: int | None = None,
    optimiser: type[Sgd] | type[Adam] = Sgd,
    start_counts: bool = False,
) -> tuple[Weights, Fit]:
    """A network with batch norm and dropout on points that a stream of its own disturbs."""
    points = torch.randn(EXAMPLES, 3, generator=torch.Generator().manual_seed(1))
    labels = (points.sum(dim=1) > 0).long()
    with torch.random.fork_rng():
        torch.manual_seed(2)
        network = nn.Sequential(
            nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 2)
        )
    stream = runtime.generator(5)
    calls = 0

    def batch_loss(numbers: Tensor) -> tuple[Tensor, Tensor]:
        nonlocal calls
        calls += 1
        if calls == stop_at:
            raise Interrupted
        shown = points[numbers] + 0.1 * torch.randn(len(numbers), 3, generator=stream)
        logits = network(shown)
        return F.cross_entropy(logits, labels[numbers]), logits.argmax(dim=1) == labels[numbers]

    def evaluate() -> Score:
        with torch.no_grad():
            logits = network(points[:10])
        merit = (logits.argmax(dim=1) == labels[:10]).float().mean()
        return Score(float(merit), float(F.cross_entropy(logits, labels[:10])))

    plan = Plan(0.1, 0.001, 8, UPDATES / 5)
    objective = Objective(network, batch_loss, EXAMPLES, streams=(stream,), optimiser=optimiser)
    selection = Selection(network, evaluate, keep, patience, start_counts)
    done = fit(objective, plan, selection, runtime, 3, "training")
    return copy.deepcopy(network.state_dict()), done


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"keep": "last"},
        {"patience": 1},
        {"optimiser": Adam},
        {"start_counts": True},
    ],
    ids=str,
)
def test_whenever_it_was_interrupted(
    runtime: Runtime, keeping: Runtime, settings: dict[str, Any], tmp_path: Path
) -> None:
    weights, done = train(runtime, **settings)
    every = range(1, done.updates + 1)
    # an epoch has 5 updates: around the ends of some, and at both ends of the training
    some = {*every} & {1, 2, 5, 6, 7, 15, 16, done.updates}
    for stop_at in some if settings else every:
        with pytest.raises(Interrupted):
            train(keeping, stop_at, **settings)
        again, resumed = train(keeping, **settings)
        assert resumed == done
        assert all(torch.equal(again[name], weights[name]) for name in weights)
        for path in tmp_path.iterdir():
            path.unlink()


def test_interrupted_many_times(runtime: Runtime, keeping: Runtime) -> None:
    weights, done = train(runtime)
    for _ in range(UPDATES // 2 - 1):
        with pytest.raises(Interrupted):
            train(keeping, 3)  # two updates further each time
    again, resumed = train(keeping)
    assert resumed == done
    assert all(torch.equal(again[name], weights[name]) for name in weights)


def test_goes_on_and_does_not_start_anew(keeping: Runtime) -> None:
    with pytest.raises(Interrupted):
        train(keeping, 16)
    with pytest.raises(Interrupted):
        train(keeping, UPDATES - 15)
    _, done = train(keeping, 3)  # the last two updates: the third call never comes
    assert done.updates == UPDATES


def test_saving_changes_nothing(runtime: Runtime, keeping: Runtime) -> None:
    weights, done = train(runtime)
    saved, same = train(keeping)
    assert same == done
    assert all(torch.equal(saved[name], weights[name]) for name in weights)


def test_a_checkpoint_of_other_weights_is_no_use(
    runtime: Runtime, keeping: Runtime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Interrupted):
        train(keeping, 9)
    other = dataclasses.replace(runtime, scratch=Scratch(tmp_path, "other key", 0.0))
    weights, done = train(runtime)
    again, anew = train(other)
    assert "made with other parameters" in capsys.readouterr().err
    assert anew == done
    assert all(torch.equal(again[name], weights[name]) for name in weights)
