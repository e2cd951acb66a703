import math
import subprocess
import sys
from typing import Any

import pytest
import torch

from semisup.training.optimiser import Adam, Sgd, restore_state, schedule, state_of, update


@pytest.mark.parametrize("weight_decay", [0.0, 0.01])
@pytest.mark.parametrize(
    ("kind", "reference_kind", "settings"),
    [
        (Sgd, torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
        (Adam, torch.optim.Adam, {"betas": (0.5, 0.999)}),
    ],
)
def test_equals_torchs_own(
    kind: type[Sgd] | type[Adam], reference_kind: Any, settings: dict[str, Any], weight_decay: float
) -> None:
    generator = torch.Generator().manual_seed(0)
    start = [torch.randn(3, 2, generator=generator), torch.randn(4, generator=generator)]
    ours = [w.clone().requires_grad_() for w in start]
    theirs = [w.clone().requires_grad_() for w in start]
    optimiser = kind(ours, weight_decay=weight_decay)
    reference = reference_kind(theirs, lr=0.1, weight_decay=weight_decay, **settings)
    for number in range(5):
        rate = 0.1 / (1 + number)
        reference.param_groups[0]["lr"] = rate
        for weights in (ours, theirs):
            # the second weight has no gradient at first
            used = weights if number else weights[:1]
            sum((w.sin() ** 2).sum() for w in used).backward()  # type: ignore[union-attr]
        update(optimiser, rate)
        reference.step()
        reference.zero_grad()
        for mine, other in zip(ours, theirs, strict=True):
            assert mine.grad is None
            assert torch.allclose(mine, other, atol=1e-7)
    assert not torch.equal(ours[0], start[0])


@pytest.mark.parametrize(("norm", "step"), [(10.0, [0.3, 0.4]), (5.0, [0.3, 0.4]), (1.0, None)])
def test_long_gradients_are_shortened(norm: float, step: list[float] | None) -> None:
    weights = [torch.zeros(1, requires_grad=True) for _ in range(3)]
    sgd = Sgd(weights, weight_decay=0.0)
    (3 * weights[0] + 4 * weights[1]).backward()  # 5 in all; the third has none
    update(sgd, 0.1 / (1 + 0.9), norm)  # Nesterov's first step
    found = [-weight.item() for weight in weights]
    assert found == pytest.approx([*(step or [0.06, 0.08]), 0.0], rel=1e-4)


def test_weights_without_a_gradient_stay() -> None:
    used, unused = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    sgd = Sgd([unused, used], weight_decay=0.1)
    for _ in range(2):
        used.sum().backward()
        update(sgd, 0.1)
    assert unused.tolist() == [1, 1]
    assert (used < 1).all()


@pytest.mark.parametrize("kind", [Sgd, Adam])
def test_what_is_remembered_in_another_layout_goes_on_the_same(
    kind: type[Sgd] | type[Adam],
) -> None:
    """Checkpoints are contiguous; the weights of convolutions here are channels_last."""
    start = torch.randn(4, 3, 3, 3).to(memory_format=torch.channels_last)
    ours, theirs = (start.clone().requires_grad_() for _ in range(2))
    first, second = kind([ours], 0.01), kind([theirs], 0.01)
    for number in range(4):
        if number == 2:
            past = state_of(second)
            second = kind([theirs], 0.01)
            saved = {n: {k: v.contiguous() for k, v in one.items()} for n, one in past.items()}
            restore_state(second, saved)
        for weight, optimiser in ((ours, first), (theirs, second)):
            weight.sin().square().sum().backward()
            update(optimiser, 0.1)
    assert torch.equal(ours, theirs)


def test_training_does_not_import_the_compiler() -> None:
    code = """
import sys, torch
from semisup.compute import device
from semisup.training import loop
from semisup.training.selection import Selection
from semisup.params.sections import Compute
means = {"threads": 1, "processes": 1, "memory_gib": 1.0, "checkpoint_seconds": 1.0}
runtime = device.start(Compute(device="cpu", precision="float32", **means))
net = torch.nn.Linear(2, 2)
x, y = torch.randn(8, 2), torch.arange(8) % 2
def loss(i):
    logits = net(x[i])
    return torch.nn.functional.cross_entropy(logits, y[i]), logits.argmax(1) == y[i]
plan = loop.Plan(0.1, 0.0, 4, 2)
loop.fit(loop.Objective(net, loss, 8), plan, Selection(net), runtime, 0, "training")
print("torch._dynamo" in sys.modules, "torch._inductor" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("updates", [20, 100, 1000])
def test_rises_in_a_line_and_falls_by_half_a_cosine(updates: int) -> None:
    rates = [schedule(update, updates) for update in range(updates)]
    rising = updates // 20
    assert rates[:rising] == pytest.approx([(n + 1) / rising for n in range(rising)])
    falling = updates - rising
    expected = [(1 + math.cos(math.pi * n / falling)) / 2 for n in range(falling)]
    assert rates[rising:] == pytest.approx(expected)
    assert max(rates) == 1


def test_a_single_update_has_the_whole_rate() -> None:
    assert schedule(0, 1) == 1
