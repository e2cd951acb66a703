"""Rotations are exact, and the loss is the plain cross-entropy over all four."""

import math

import numpy as np
import pytest
import torch
from short_training import slow_cross_entropy, train
from torch import Tensor

from semisup.network import backbones
from semisup.pretext.rotation import Settings, Task
from semisup.pretext.shared.symmetries import ROTATIONS, in_all


def images(n: int = 5, channels: int = 3, side: int = 16) -> Tensor:
    return torch.randn(n, channels, side, side, generator=torch.Generator().manual_seed(3))


def all_rotations(upright: Tensor) -> tuple[Tensor, Tensor]:
    """What `Task.loss` shows, and the quarter turns of each."""
    return in_all(upright, ROTATIONS)


def task(channels: int = 3, side: int = 16) -> Task:
    encoder = backbones.build("small", channels, side, 0)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return Task(encoder, Settings(batch_images=16, lr=0.1, weight_decay=0.0), side)


@pytest.mark.parametrize(("n", "channels", "side"), [(1, 1, 2), (4, 3, 7), (5, 3, 16)])
def test_rotations_are_those_of_numpy(n: int, channels: int, side: int) -> None:
    upright = images(n, channels, side)
    rotated, turns = all_rotations(upright)
    assert rotated.shape == (4 * n, channels, side, side)
    assert sorted(turns.tolist()) == sorted([0, 1, 2, 3] * n)
    shown = []
    for image, turn in zip(rotated, turns.tolist(), strict=True):
        # undoing the turns that the label names gives one of the images back, exactly
        back = np.rot90(image.permute(1, 2, 0).numpy(), -turn)
        found = [at for at in range(n) if np.array_equal(back, upright[at].permute(1, 2, 0))]
        assert len(found) == 1
        assert np.array_equal(
            np.rot90(upright[found[0]].permute(1, 2, 0), turn), image.permute(1, 2, 0)
        )
        shown.append((found[0], turn))
    assert sorted(shown) == [(at, turn) for at in range(n) for turn in range(4)]


def test_a_quarter_turn_is_counter_clockwise() -> None:
    picture = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).view(1, 1, 2, 2)
    rotated, turns = all_rotations(picture)
    by_turn = {int(turn): image[0].tolist() for image, turn in zip(rotated, turns, strict=True)}
    assert by_turn == {
        0: [[1, 2], [3, 4]],
        1: [[2, 4], [1, 3]],
        2: [[4, 3], [2, 1]],
        3: [[3, 1], [4, 2]],
    }


def test_loss_is_the_mean_cross_entropy() -> None:
    network = task().eval()
    upright = images()
    with torch.no_grad():
        loss, right = network.loss(upright)
        losses, hits = [], []
        for image in upright:
            for turn in range(4):
                turned = np.rot90(image.numpy(), turn, axes=(1, 2)).copy()
                maps = network.encoder(torch.from_numpy(turned)[None])
                means = maps.double().mean(dim=(2, 3))[0]
                weight, bias = network.classifier.weight.double(), network.classifier.bias.double()
                logits = (weight @ means + bias).tolist()
                losses.append(slow_cross_entropy(logits, turn))
                hits.append(max(logits) == logits[turn])
    assert loss.item() == pytest.approx(sum(losses) / len(losses), rel=1e-5)
    assert right.shape == (20,)
    assert right.dtype == torch.bool
    assert int(right.sum()) == sum(hits)


def test_untrained_is_at_chance() -> None:
    network = task().eval()
    with torch.no_grad():
        loss, right = network.loss(images(64))
    assert right.float().mean().item() == pytest.approx(0.25, abs=0.1)
    assert loss.item() == pytest.approx(math.log(4), abs=0.4)


def test_learns_which_side_is_bright() -> None:
    upright = images(16) * 0.1
    upright[:, :, :8] += 1.0
    network = task()
    loss, right = train(network, upright, 15)
    assert right.all()
    assert loss.item() < 0.2
