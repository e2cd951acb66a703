"""Triplet loss and the choice of negatives against plain loops."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from short_training import striped
from torch import Tensor, nn

from semisup.network import backbones
from semisup.params.data_sections import Augment
from semisup.pretext.shared import similarity
from semisup.pretext.triplet import (
    Settings,
    Task,
    distances_to_others,
    random_negatives,
    semi_hard_negatives,
    without_own,
)

MakeAugment = Callable[..., Augment]
OWN: dict[str, Any] = {"crop": 1.0, "hue": 0.1, "grey": 0.2, "blur": 0.0}
NEGATIVES = ["all", "random", "semi_hard"]


def task(strong: Augment, channels: int = 3, side: int = 16, **own: Any) -> Task:
    settings = Settings(
        **{"batch_images": 8, "lr": 0.1, "weight_decay": 0.0, "strong": strong},
        **{"negatives": "semi_hard", "margin": 0.2, "projection": 16} | OWN | own,
    )
    return Task(backbones.build("small", channels, side, 0), settings, side)


def points(n: int, size: int = 6) -> Tensor:
    return nn.functional.normalize(torch.randn(n, size), dim=1)


def squared(one: list[float], two: list[float]) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, two, strict=True))


def slow_semi_hard(anchors: list[list[float]], at: int, to_positive: float) -> float:
    others = [squared(anchors[at], anchors[k]) for k in range(len(anchors)) if k != at]
    farther = [distance for distance in others if distance > to_positive]
    return min(farther) if farther else max(others)


@pytest.mark.parametrize("near", [0.0, 0.5, 1.5, 5.0])
@pytest.mark.parametrize("n", [2, 3, 20])
def test_semi_hard_negatives_by_brute_force(n: int, near: float) -> None:
    anchors, to_positive = points(n), near * torch.rand(n)
    found = semi_hard_negatives(to_positive, distances_to_others(anchors))
    rows = anchors.double().tolist()
    expected = [slow_semi_hard(rows, at, float(to_positive[at])) for at in range(n)]
    assert found.tolist() == pytest.approx(expected, abs=1e-5)


def test_semi_hard_within_the_margin_beyond_it_and_none() -> None:
    inf = math.inf
    to_others = torch.tensor([[inf, 0.1, 0.3, 0.5], [0.1, inf, 0.9, 1.5], [0.3, 0.4, inf, 0.2]])
    assert semi_hard_negatives(torch.tensor([0.2, 0.2, 0.6]), to_others).tolist() == pytest.approx(
        [0.3, 0.9, 0.4]
    )


def test_random_negatives_are_any_but_the_anchor() -> None:
    to_others = torch.arange(25.0).view(5, 5).fill_diagonal_(math.inf)
    drawn = torch.stack([random_negatives(to_others) for _ in range(400)])
    for row in range(5):
        counts = torch.bincount(drawn[:, row].long() % 5, minlength=5).tolist()
        assert counts[row] == 0
        assert all(60 < count < 140 for at, count in enumerate(counts) if at != row)


@pytest.mark.parametrize("margin", [0.2, 1.0])
@pytest.mark.parametrize("negatives", NEGATIVES)
def test_loss_and_accuracy_by_plain_loops(
    make_augment: MakeAugment, monkeypatch: pytest.MonkeyPatch, negatives: str, margin: float
) -> None:
    network = task(make_augment(), negatives=negatives, margin=margin).eval()
    images, embeddings = torch.rand(7, 3, 16, 16), points(14)
    # figures looks at the images once more, as they are, for the spread
    monkeypatch.setattr(network, "embed", lambda shown: embeddings[: len(shown)])
    monkeypatch.setattr(similarity, "strong_view", lambda shown, _: shown)
    torch.manual_seed(4)
    loss, nearer = network.loss(images)
    torch.manual_seed(4)
    figures = network.figures(images)
    torch.manual_seed(4)
    which = [(at + int(ahead)) % 7 for at, ahead in enumerate(torch.randint(1, 7, (7,)))]
    rows = embeddings.double().tolist()
    losses, hits = [], []
    for at in range(7):
        to_positive = squared(rows[at], rows[at + 7])
        at_random = squared(rows[at], rows[which[at]])
        chosen = [at_random]
        if negatives == "semi_hard":
            chosen = [slow_semi_hard(rows[:7], at, to_positive)]
        if negatives == "all":
            chosen = [squared(rows[at], rows[other]) for other in range(7) if other != at]
        losses.append([max(0.0, to_positive - distance + margin) for distance in chosen])
        hits.append(to_positive < at_random)
    assert loss.item() == pytest.approx(sum(map(sum, losses)) / 7 / len(losses[0]), rel=1e-5)
    assert nearer.tolist() == hits
    active = [sum(value > 0 for value in row) / len(row) for row in losses]
    assert figures["active"].tolist() == pytest.approx(active)
    assert set(figures) == {"active", "spread"}


@pytest.mark.parametrize("n", [2, 3, 8])
def test_without_own_drops_the_diagonal(n: int) -> None:
    to_others = torch.arange(float(n * n)).view(n, n)
    expected = [[at * n + k for k in range(n) if k != at] for at in range(n)]
    assert without_own(to_others).tolist() == expected


def test_anchor_and_positive_are_two_views_of_one_image(
    make_augment: MakeAugment, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, images = task(make_augment(), hue=0.0, grey=0.0).eval(), torch.rand(6, 3, 16, 16)
    seen: list[Tensor] = []
    real = network.embed
    monkeypatch.setattr(network, "embed", lambda shown: seen.append(shown) or real(shown))
    _, nearer = network.loss(images)
    assert torch.equal(seen[0], torch.cat([images, images]))
    assert nearer.all()
    changing = task(make_augment(rotate=20.0), hue=0.0, grey=0.0).eval()
    monkeypatch.setattr(changing, "embed", lambda shown: seen.append(shown) or real(shown))
    changing.loss(images)
    assert not torch.equal(seen[1][:6], images)
    assert not torch.equal(seen[1][6:], seen[1][:6])


def test_unrelated_embeddings_are_at_chance(
    make_augment: MakeAugment, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = task(make_augment()).eval()
    monkeypatch.setattr(network, "embed", lambda shown: points(len(shown), 32))
    _, nearer = network.loss(torch.rand(500, 3, 16, 16))
    assert nearer.float().mean().item() == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("negatives", NEGATIVES)
def test_learns_to_tell_images_apart(make_augment: MakeAugment, negatives: str) -> None:
    images = striped()
    network = task(make_augment(color=0.5, erase=0.5), 1, negatives=negatives)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    losses = []
    for _ in range(80):
        loss, _ = network.train().loss(images)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        if sum(losses[-5:]) < 0.4 * sum(losses[:5]):
            break
    assert sum(losses[-5:]) < 0.5 * sum(losses[:5])


@pytest.mark.parametrize("negatives", NEGATIVES)
def test_encoder_is_trained_by_all_negatives(make_augment: MakeAugment, negatives: str) -> None:
    network = task(make_augment(rotate=20.0, color=0.3), negatives=negatives, margin=4.0)
    network.loss(torch.rand(2, 3, 16, 16))[0].backward()
    for weight in network.parameters():
        assert weight.grad is not None
        assert 0 < weight.grad.abs().max() < math.inf


@pytest.mark.parametrize("negatives", NEGATIVES)
def test_a_single_held_out_image_does_no_harm(make_augment: MakeAugment, negatives: str) -> None:
    network = task(make_augment(rotate=20.0), negatives=negatives).eval()
    loss, nearer = network.loss(torch.rand(1, 3, 16, 16))
    assert loss.isfinite()
    assert nearer.tolist() == [True]  # than any other, of which there is none
