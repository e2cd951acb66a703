"""NT-Xent against a plain loop; views of one image find each other once trained."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from short_training import striped
from torch import Tensor, nn

from semisup.data.views import strong_view
from semisup.network import backbones
from semisup.params.data_sections import Augment
from semisup.pretext.shared import similarity
from semisup.pretext.simclr import Settings, Task, nt_xent

MakeAugment = Callable[..., Augment]
OWN: dict[str, Any] = {"crop": 0.5, "hue": 0.1, "grey": 0.2, "blur": 0.5}


def task(strong: Augment, channels: int = 3, side: int = 16, **own: Any) -> Task:
    settings = Settings(
        **{"batch_images": 8, "lr": 0.1, "weight_decay": 0.0, "strong": strong},
        **{"temperature": 0.5, "projection": 16} | OWN | own,
    )
    return Task(backbones.build("small", channels, side, 0), settings, side)


def points(n: int, size: int = 6) -> Tensor:
    return nn.functional.normalize(torch.randn(n, size), dim=1)


def slow_nt_xent(rows: list[list[float]], temperature: float) -> tuple[float, list[bool]]:
    """Equation 1 of the paper, one pair at a time."""
    total, hits, half = 0.0, [], len(rows) // 2

    def cosine(i: int, k: int) -> float:
        return sum(a * b for a, b in zip(rows[i], rows[k], strict=True))

    for i in range(len(rows)):
        j = i + half if i < half else i - half
        others = {k: cosine(i, k) for k in range(len(rows)) if k != i}
        below = sum(math.exp(value / temperature) for value in others.values())
        total -= math.log(math.exp(others[j] / temperature) / below)
        hits.append(max(others, key=lambda k: others[k]) == j)
    return total / len(rows), hits


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("n", [1, 2, 7])
def test_nt_xent_is_that_of_the_paper(n: int, temperature: float) -> None:
    embeddings = points(2 * n)
    loss, hits = nt_xent(embeddings, temperature)
    slow, slow_hits = slow_nt_xent(embeddings.double().tolist(), temperature)
    assert loss.item() == pytest.approx(slow, rel=1e-5, abs=1e-6)
    assert hits.tolist() == slow_hits


def test_nt_xent_of_perfect_and_of_equal_views() -> None:
    apart = torch.eye(4)
    loss, hits = nt_xent(torch.cat([apart, apart]), 0.05)
    assert loss.item() < 1e-5
    assert hits.all()
    loss, _ = nt_xent(torch.ones(10, 1), 0.05)
    assert loss.item() == pytest.approx(math.log(9), rel=1e-5)


def test_loss_sees_two_different_views_of_each_image(
    make_augment: MakeAugment, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, images = task(make_augment(color=0.3)).eval(), torch.rand(5, 3, 16, 16)
    shown: list[Tensor] = []

    def view(given: Tensor, settings: Settings) -> Tensor:
        shown.append(strong_view(given, settings))
        return shown[-1]

    monkeypatch.setattr(similarity, "strong_view", view)
    loss, hits = network.loss(images)
    assert len(shown) == 2 == network.encoder_passes
    assert not torch.equal(*shown)
    expected, expected_hits = slow_nt_xent(network.embed(torch.cat(shown)).tolist(), 0.5)
    assert loss.item() == pytest.approx(expected, rel=1e-4)
    assert hits.tolist() == expected_hits


def test_without_change_both_views_are_the_image(make_augment: MakeAugment) -> None:
    network, images = (
        task(make_augment(), crop=1.0, hue=0.0, grey=0.0, blur=0.0),
        torch.rand(6, 3, 16, 16),
    )
    assert torch.equal(strong_view(images, network.settings), images)
    _, hits = network.eval().loss(images)
    assert hits.all()


def test_unrelated_views_are_at_chance() -> None:
    loss, hits = nt_xent(points(600, 64), 0.5)
    assert hits.float().mean().item() < 0.02  # 1 in 599
    assert loss.item() == pytest.approx(math.log(599), rel=0.02)


def test_learns_to_find_the_partner(make_augment: MakeAugment) -> None:
    images = striped()
    network = task(make_augment(color=0.5, erase=0.5), 1, crop=0.9)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    rates = []
    for _ in range(120):
        loss, hits = network.train().loss(images)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rates.append(hits.float().mean().item())
        if sum(rates[-10:]) / 10 > 0.65:
            break
    assert sum(rates[:3]) / 3 < 0.5
    assert sum(rates[-10:]) / 10 > 0.6
