"""Each symmetry is exact and can be undone; the loss is the cross-entropy over the chosen ones."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from short_training import images, slow_cross_entropy
from torch import Tensor

from semisup.network import backbones
from semisup.pretext.shared.symmetries import ROTATIONS, SYMMETRIES, SymmetryTask, in_all

NAMES = [*SYMMETRIES]


def task(names: list[str]) -> SymmetryTask:
    encoder = backbones.build("small", 3, 16, 0)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return SymmetryTask(encoder, None, 16, [SYMMETRIES[name] for name in names]).eval()


def by_numpy(image: Tensor, name: str) -> Any:
    """The transform that a name says: mirrored left to right, then turned counter-clockwise."""
    changed: Any = image.numpy()
    if name.startswith("mirror"):
        changed = changed[:, :, ::-1]
    turns = int(name.rpartition("rotate")[2] or 0) // 90 if "rotate" in name else 0
    return np.rot90(changed, turns, axes=(1, 2)).copy()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("n", "channels", "side"), [(1, 1, 2), (4, 3, 7)])
def test_each_is_the_one_that_it_is_called(name: str, n: int, channels: int, side: int) -> None:
    upright = images(n, channels, side)
    changed = SYMMETRIES[name](upright)
    for before, after in zip(upright, changed, strict=True):
        assert np.array_equal(by_numpy(before, name), after.numpy())


@pytest.mark.parametrize("name", NAMES)
def test_each_is_undone_exactly(name: str) -> None:
    upright, symmetry = images(), SYMMETRIES[name]
    back = torch.rot90(symmetry(upright), -symmetry.turns, dims=(2, 3))
    assert torch.equal(back.flip(3) if symmetry.mirrored else back, upright)


def test_a_quarter_turn_is_counter_clockwise() -> None:
    picture = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).view(1, 1, 2, 2)
    turned, turns = in_all(picture, ROTATIONS)
    assert turns.tolist() == [0, 1, 2, 3]
    assert turned[:, 0].tolist() == [
        [[1, 2], [3, 4]],
        [[2, 4], [1, 3]],
        [[4, 3], [2, 1]],
        [[3, 1], [4, 2]],
    ]


def test_there_are_eight_different_ones_and_together_they_are_a_group() -> None:
    upright = images(1, 1, 4)
    shown = {symmetry(upright).numpy().tobytes() for symmetry in SYMMETRIES.values()}
    twice = {
        two(one(upright)).numpy().tobytes()
        for one in SYMMETRIES.values()
        for two in SYMMETRIES.values()
    }
    assert len(shown) == 8
    assert twice == shown


def test_a_batch_holds_every_image_in_every_chosen_symmetry() -> None:
    names = ["mirror_rotate90", "identity", "rotate270"]
    upright = images(4)
    changed, applied = in_all(upright, [SYMMETRIES[name] for name in names])
    assert applied.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    for at, image in enumerate(changed):
        assert np.array_equal(by_numpy(upright[at % 4], names[at // 4]), image.numpy())


@pytest.mark.parametrize("names", [NAMES[:4], ["identity", "mirror", "mirror_rotate90"]])
def test_loss_is_the_mean_cross_entropy(names: list[str]) -> None:
    network, upright = task(names), images()
    weight, bias = network.classifier.weight.double(), network.classifier.bias.double()
    losses, hits = [], []
    with torch.no_grad():
        loss, right = network.loss(upright)
        for wanted, name in enumerate(names):
            for image in upright:
                maps = network.encoder(torch.from_numpy(by_numpy(image, name))[None])
                logits = (weight @ maps.double().mean(dim=(2, 3))[0] + bias).tolist()
                losses.append(slow_cross_entropy(logits, wanted))
                hits.append(max(logits) == logits[wanted])
    assert loss.item() == pytest.approx(sum(losses) / len(losses), rel=1e-5)
    assert right.tolist() == hits


@pytest.mark.parametrize("names", [NAMES[:4], NAMES])
def test_untrained_is_at_chance(names: list[str]) -> None:
    with torch.no_grad():
        loss, right = task(names).loss(images(64))
    assert right.float().mean().item() == pytest.approx(1 / len(names), abs=0.4 / len(names))
    assert loss.item() == pytest.approx(math.log(len(names)), abs=0.4)


def test_examples_name_what_is_shown_and_what_was_predicted() -> None:
    network, upright = task(["rotate90", "mirror"]), images(3)
    with torch.no_grad():
        network.classifier.weight.zero_()
        network.classifier.bias.copy_(torch.tensor([0.0, 1.0]))
        examples = network.examples(upright)
    assert examples.images.shape == (3, 2, 3, 16, 16)
    assert examples.columns == ["turned by 90°", "mirrored, turned by 0°"]
    assert examples.captions == [["predicted mirrored, 0°"] * 2] * 3
    assert np.array_equal(examples.images[1, 0], by_numpy(upright[1], "rotate90"))
    assert np.array_equal(examples.images[2, 1], by_numpy(upright[2], "mirror"))
