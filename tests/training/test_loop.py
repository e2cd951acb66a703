"""The training loop: what it learns, which weights it keeps, when it stops."""

import copy
import math
from collections.abc import Callable
from itertools import chain, pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.compute.device import Runtime
from semisup.training import loop
from semisup.training.loop import Fit, Objective, Plan, fit
from semisup.training.selection import Evaluate, Score, Selection
from semisup.workflow.errors import UserError

Weights = dict[str, Tensor]


def train(
    network: nn.Module,
    batch_loss: Callable[[Tensor], tuple[Tensor, Tensor]],
    examples: int,
    plan: Plan,
    runtime: Runtime,
    seed: int,
    evaluate: Evaluate | None = None,
    label: str = "training",
    **selection: Any,
) -> Fit:
    objective = Objective(network, batch_loss, examples)
    return fit(objective, plan, Selection(network, evaluate, **selection), runtime, seed, label)


def toy(seed: int = 0) -> tuple[nn.Module, Callable[[Tensor], tuple[Tensor, Tensor]]]:
    """A linear classifier, and the loss on 64 points that a line separates with a margin."""
    generator = torch.Generator().manual_seed(7)
    points = torch.randn(64, 2, generator=generator)
    labels = (points[:, 0] > points[:, 1]).long()
    points[:, 0] += 2.0 * labels - 1
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = nn.Linear(2, 2)

    def batch_loss(numbers: Tensor) -> tuple[Tensor, Tensor]:
        logits = network(points[numbers])
        return F.cross_entropy(logits, labels[numbers]), logits.argmax(dim=1) == labels[numbers]

    return network, batch_loss


def state(network: nn.Module) -> Weights:
    return copy.deepcopy(network.state_dict())


def same(one: Weights, other: Weights) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def scripted(network: nn.Module, scores: list[Score]) -> tuple[Callable[[], Score], list[Weights]]:
    """An evaluation that returns the scores in turn and keeps the weights it was asked about."""
    seen: list[Weights] = []

    def evaluate() -> Score:
        seen.append(state(network))
        return scores[len(seen) - 1]

    return evaluate, seen


def test_learns_what_a_line_separates(runtime: Runtime) -> None:
    network, batch_loss = toy()
    before = batch_loss(torch.arange(64))[0].item()
    result = train(network, batch_loss, 64, Plan(0.5, 0.0, 16, 20), runtime, 0)
    loss, right = batch_loss(torch.arange(64))
    assert right.all()
    assert loss.item() < before / 4
    assert result.updates == 20 * 4 == result.rows[-1].update
    assert result.rows[-1].epoch == 20
    assert result.best is None
    assert result.kept == result.updates
    assert all(math.isnan(row.heldout_merit) for row in result.rows)
    assert result.rows[0].train_loss > result.rows[-1].train_loss


def test_curve_holds_means_over_all_examples(runtime: Runtime) -> None:
    network, batch_loss = toy()
    loss, right = batch_loss(torch.arange(64))
    result = train(network, batch_loss, 64, Plan(1e-12, 0.0, 10, 3), runtime, 0)
    assert len(result.rows) == 3
    for row in result.rows:
        assert row.train_loss == pytest.approx(loss.item(), rel=1e-5)
        assert row.train_merit == pytest.approx(float(right.float().mean()), rel=1e-6)


@pytest.mark.parametrize("best_at", [0, 2, 4])
def test_best_weights_are_put_back(runtime: Runtime, best_at: int) -> None:
    network, batch_loss = toy()
    scores = [Score(0.9 if at == best_at else 0.5, 1.0) for at in range(5)]
    evaluate, seen = scripted(network, scores)
    result = train(network, batch_loss, 64, Plan(0.5, 0.0, 64, 5), runtime, 0, evaluate)
    assert len(seen) == 5
    assert same(state(network), seen[best_at])
    assert not same(seen[best_at], seen[best_at - 1])
    assert result.best == scores[best_at]
    assert result.kept == best_at + 1
    assert [row.heldout_merit for row in result.rows] == [score.merit for score in scores]


@pytest.mark.parametrize("best_at", [0, 1, 3])
def test_the_start_may_be_the_best(runtime: Runtime, best_at: int) -> None:
    network, batch_loss = toy()
    before = state(network)
    scores = [Score(0.9 if at == best_at else 0.5, 1.0) for at in range(4)]
    evaluate, seen = scripted(network, scores)
    plan = Plan(0.5, 0.0, 64, 3)
    result = train(network, batch_loss, 64, plan, runtime, 0, evaluate, start_counts=True)
    assert same(seen[0], before)
    assert same(state(network), seen[best_at])
    assert not same(seen[1], before)
    assert result.best == scores[best_at]
    assert result.kept == best_at
    assert result.updates == 3
    assert [row.heldout_merit for row in result.rows] == [score.merit for score in scores[1:]]


def test_last_weights_are_kept_on_request(runtime: Runtime) -> None:
    network, batch_loss = toy()
    scores = [Score(0.9, 1.0), Score(0.8, 1.0), Score(0.7, 1.0)]
    evaluate, seen = scripted(network, scores)
    plan = Plan(0.5, 0.0, 64, 3)
    result = train(network, batch_loss, 64, plan, runtime, 0, evaluate, keep="last")
    assert same(state(network), seen[-1])
    assert result.best == scores[-1]
    assert result.kept == result.updates == 3


def test_a_tie_goes_to_the_lower_loss_then_to_the_earlier(runtime: Runtime) -> None:
    network, batch_loss = toy()
    scores = [Score(0.5, 2.0), Score(0.5, 1.0), Score(0.5, 1.0), Score(0.4, 0.1)]
    evaluate, seen = scripted(network, scores)
    result = train(network, batch_loss, 64, Plan(0.5, 0.0, 64, 4), runtime, 0, evaluate)
    assert same(state(network), seen[1])
    assert result.best == Score(0.5, 1.0)


@pytest.mark.parametrize(
    ("accuracies", "patience", "evaluations"),
    [
        ([0.5] + [0.4] * 9, 1, 2),
        ([0.5] + [0.4] * 9, 3, 4),
        ([0.5, 0.4, 0.4, 0.6] + [0.5] * 6, 3, 7),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], 1, 10),
        ([0.5] + [0.4] * 9, None, 10),
    ],
)
def test_stops_after_that_many_evaluations_without_gain(
    runtime: Runtime, accuracies: list[float], patience: int | None, evaluations: int
) -> None:
    network, batch_loss = toy()
    evaluate, seen = scripted(network, [Score(accuracy, 1.0) for accuracy in accuracies])
    plan = Plan(0.1, 0.0, 32, 10)
    result = train(network, batch_loss, 64, plan, runtime, 0, evaluate, patience=patience)
    assert len(seen) == len(result.rows) == evaluations
    assert result.updates == 2 * evaluations
    assert result.best == Score(max(accuracies[:evaluations]), 1.0)


@pytest.mark.parametrize(
    ("accuracies", "evaluations", "kept"),
    [
        ([0.9, 0.5, 0.6, 0.7, 0.8, 0.85, 0.95], 6, 6),  # it passes its start at the end
        ([0.9, 0.5, 0.6, 0.7, 0.8, 0.85, 0.89], 6, 0),
        ([0.9, 0.5, 0.4, 0.4, 0.95, 0.95, 0.95], 3, 0),
    ],
)
def test_the_start_does_not_make_it_give_up(
    runtime: Runtime, accuracies: list[float], evaluations: int, kept: int
) -> None:
    network, batch_loss = toy()
    evaluate, seen = scripted(network, [Score(accuracy, 1.0) for accuracy in accuracies])
    plan = Plan(0.1, 0.0, 64, 6)
    result = train(
        network, batch_loss, 64, plan, runtime, 0, evaluate, patience=2, start_counts=True
    )
    assert len(seen) - 1 == len(result.rows) == evaluations
    assert result.kept == kept


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number(runtime: Runtime, bad: float) -> None:
    network, batch_loss = toy()

    def spoilt(numbers: Tensor) -> tuple[Tensor, Tensor]:
        loss, right = batch_loss(numbers)
        return loss * bad, right

    with pytest.raises(UserError, match=r"head 4.*no longer a number.*lower the learning rate"):
        train(network, spoilt, 64, Plan(0.1, 0.0, 16, 2), runtime, 0, label="head 4")


def test_same_seed_same_bytes(runtime: Runtime) -> None:
    finals = []
    for seed in (3, 3, 4):
        network, batch_loss = toy()
        train(network, batch_loss, 64, Plan(0.3, 0.001, 8, 2), runtime, seed)
        finals.append(state(network))
    assert same(finals[0], finals[1])
    assert not same(finals[0], finals[2])


def test_the_order_needs_no_global_random_state(runtime: Runtime) -> None:
    network, batch_loss = toy()
    before = torch.get_rng_state()
    train(network, batch_loss, 64, Plan(0.3, 0.0, 8, 2), runtime, 0)
    assert torch.equal(torch.get_rng_state(), before)


def test_dropout_depends_on_the_seed_alone(runtime: Runtime) -> None:
    finals = []
    for number, seed in enumerate((3, 3, 4)):
        torch.rand(number)  # the global random state has no say
        layer, _ = toy()
        network = nn.Sequential(nn.Dropout(0.5), layer)

        def batch_loss(numbers: Tensor, network: nn.Module = network) -> tuple[Tensor, Tensor]:
            logits = network(torch.ones(len(numbers), 2))  # the order makes no difference
            return logits.square().mean(), logits[:, 0] > 0

        train(network, batch_loss, 8, Plan(0.1, 0.0, 4, 2), runtime, seed)
        finals.append(state(layer))
    assert same(finals[0], finals[1])
    assert not same(finals[0], finals[2])


def test_learning_rate_warms_up_then_falls_to_zero(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "EVALUATIONS", 1000)  # a row for each update
    network, batch_loss = toy()
    result = train(network, batch_loss, 64, Plan(0.2, 0.0, 64, 100), runtime, 0)
    rates = [row.lr for row in result.rows]
    assert len(rates) == 100
    assert rates[:5] == pytest.approx([0.04, 0.08, 0.12, 0.16, 0.2])
    assert max(rates) == pytest.approx(0.2)
    assert all(a > b for a, b in pairwise(rates[5:]))
    assert rates[52] == pytest.approx(0.1, rel=0.02)  # half-way down the cosine
    assert 0 < rates[-1] < 0.2 / 100


@pytest.mark.parametrize("updates", [1, 2, 3])
def test_very_short_trainings_train(runtime: Runtime, updates: int) -> None:
    network, batch_loss = toy()
    before = state(network)
    result = train(network, batch_loss, 64, Plan(0.2, 0.0, 64, updates), runtime, 0)
    assert result.updates == updates
    assert not same(state(network), before)
    assert all(0 <= row.lr <= 0.2 for row in result.rows)


@pytest.mark.parametrize("batch_size", [2, 7, 32])
@pytest.mark.parametrize("examples", [1, 2, 3, 31, 32, 33, 63, 64, 100])
def test_every_example_once_an_epoch_in_no_small_batch(
    runtime: Runtime, examples: int, batch_size: int
) -> None:
    network = nn.Linear(1, 1)
    batches: list[list[int]] = []

    def batch_loss(numbers: Tensor) -> tuple[Tensor, Tensor]:
        batches.append(numbers.tolist())
        return network(torch.ones(len(numbers), 1)).mean(), torch.ones(len(numbers))

    plan = Plan(0.1, 0.0, batch_size, 3)
    train(network, batch_loss, examples, plan, runtime, 0)
    per_epoch = plan.batches(examples)
    assert len(batches) == 3 * per_epoch == plan.updates(examples)
    shown = list(chain.from_iterable(batches))
    epochs = [shown[at : at + examples] for at in range(0, len(shown), examples)]
    assert len(epochs) == 3
    for epoch in epochs:
        assert sorted(epoch) == list(range(examples))
    sizes = {len(batch) for batch in batches}
    assert min(sizes) >= min(batch_size, examples)
    assert max(sizes) < 2 * batch_size
    assert max(sizes) - min(sizes) <= 1
    if examples > 30:
        assert epochs[0] != epochs[1]  # newly shuffled


def test_min_updates_lengthen_short_trainings_only() -> None:
    assert Plan(0.1, 0.0, 10, 3, min_updates=50).updates(20) == 50
    assert Plan(0.1, 0.0, 10, 3, min_updates=50).updates(1000) == 300
    assert Plan(0.1, 0.0, 10, 3).updates(5) == 3


def test_min_updates_are_made(runtime: Runtime) -> None:
    network, batch_loss = toy()
    result = train(network, batch_loss, 64, Plan(0.1, 0.0, 32, 1, min_updates=9), runtime, 0)
    assert result.updates == 9 == result.rows[-1].update
    assert result.rows[-1].epoch == 4.5


def test_long_trainings_are_evaluated_seldom_and_at_the_end(runtime: Runtime) -> None:
    network, batch_loss = toy()
    evaluate, seen = scripted(network, [Score(0.5, 1.0)] * 100)
    result = train(network, batch_loss, 64, Plan(0.1, 0.0, 32, 50), runtime, 0, evaluate)
    assert len(seen) == len(result.rows) <= loop.EVALUATIONS
    assert len(seen) > loop.EVALUATIONS / 2
    assert result.rows[-1].update == 100


def test_a_training_shorter_than_an_epoch_is_looked_at_too(runtime: Runtime) -> None:
    network, batch_loss = toy()
    evaluate, seen = scripted(network, [Score(0.5, 1.0)] * 100)
    plan = Plan(0.1, 0.0, 2, 0, 2 * loop.EVALUATIONS, by_update=True)
    done = train(network, batch_loss, 64, plan, runtime, 0, evaluate)
    assert len(seen) == len(done.rows) == loop.EVALUATIONS


def test_modes_and_frozen_parameters(runtime: Runtime) -> None:
    network = nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5), nn.Linear(3, 2))
    network.eval()[0].requires_grad_(False)
    before = state(network)
    modes: dict[str, set[bool]] = {"training": set(), "evaluation": set()}

    def batch_loss(numbers: Tensor) -> tuple[Tensor, Tensor]:
        modes["training"].add(network.training)
        logits = network(torch.ones(len(numbers), 2))
        return logits[:, 0].mean(), logits[:, 0] > 0

    def evaluate() -> Score:
        modes["evaluation"].add(network.training)
        return Score(0.5, 1.0)

    train(network, batch_loss, 8, Plan(0.1, 0.1, 4, 3), runtime, 0, evaluate, keep="last")
    assert modes == {"training": {True}, "evaluation": {False}}
    assert not network.training
    assert torch.equal(network[0].weight, before["0.weight"])
    assert not torch.equal(network[2].weight, before["2.weight"])


@pytest.mark.parametrize(("norm", "moves"), [(math.inf, True), (1e-6, False)])
def test_gradients_are_no_longer_than_the_plan_says(
    runtime: Runtime, norm: float, moves: bool
) -> None:
    network, batch_loss = toy()
    before = network.weight.detach().clone()
    train(network, batch_loss, 64, Plan(0.1, 0.0, 64, 5, max_grad_norm=norm), runtime, 0)
    assert ((network.weight - before).abs().max() > 1e-5) == moves


def test_weight_decay_shrinks_weights(runtime: Runtime) -> None:
    norms = []
    for decay in (0.0, 0.1):
        network, batch_loss = toy()
        train(network, batch_loss, 64, Plan(0.3, decay, 16, 10), runtime, 0)
        norms.append(float(network.state_dict()["weight"].norm()))
    assert norms[1] < 0.8 * norms[0]
