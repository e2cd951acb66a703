"""Each symmetry is exact and can be undone; the loss is the cross-entropy over the chosen ones."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from short_training import images, slow_cross_entropy, train
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.network import backbones
from semisup.params.loading import Params
from semisup.pretext.geometric import Settings, Task
from semisup.pretext.shared.symmetries import SYMMETRIES, in_all
from semisup.pretrain.pretraining import pretrain

NAMES = [*SYMMETRIES]


def task(names: list[str], channels: int = 3, side: int = 16, backbone: str = "small") -> Task:
    settings = Settings(batch_images=8, lr=0.1, weight_decay=0.0, transforms=names)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return Task(backbones.build(backbone, channels, side, 0), settings, side)


def by_numpy(image: Tensor, name: str) -> Any:
    """The transform that a name says: mirrored left to right, then turned counter-clockwise."""
    changed: Any = image.numpy()
    if name.startswith("mirror"):
        changed = changed[:, :, ::-1]
    turns = int(name.rpartition("rotate")[2] or 0) // 90 if "rotate" in name else 0
    return np.rot90(changed, turns, axes=(1, 2)).copy()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("n", "channels", "side"), [(1, 1, 2), (4, 3, 7)])
def test_each_symmetry_is_the_one_that_it_is_called(
    name: str, n: int, channels: int, side: int
) -> None:
    upright = images(n, channels, side)
    changed = SYMMETRIES[name](upright)
    for before, after in zip(upright, changed, strict=True):
        assert np.array_equal(by_numpy(before, name), after.numpy())


@pytest.mark.parametrize("name", NAMES)
def test_each_symmetry_is_undone_exactly(name: str) -> None:
    upright, symmetry = images(), SYMMETRIES[name]
    back = torch.rot90(symmetry(upright), -symmetry.turns, dims=(2, 3))
    assert torch.equal(back.flip(3) if symmetry.mirrored else back, upright)


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


def test_loss_is_the_mean_cross_entropy() -> None:
    names = ["identity", "mirror", "mirror_rotate90"]
    network, upright = task(names).eval(), images()
    assert network.encoder_passes == 3
    with torch.no_grad():
        loss, right = network.loss(upright)
        losses, hits = [], []
        for image in upright:
            for wanted, name in enumerate(names):
                maps = network.encoder(torch.from_numpy(by_numpy(image, name))[None])
                means = maps.double().mean(dim=(2, 3))[0]
                weight, bias = network.classifier.weight.double(), network.classifier.bias.double()
                logits = (weight @ means + bias).tolist()
                losses.append(slow_cross_entropy(logits, wanted))
                hits.append(max(logits) == logits[wanted])
    assert loss.item() == pytest.approx(sum(losses) / len(losses), rel=1e-5)
    assert right.shape == (15,)
    assert int(right.sum()) == sum(hits)


def test_untrained_is_at_chance() -> None:
    network = task(NAMES).eval()
    with torch.no_grad():
        loss, right = network.loss(images(64))
    assert right.float().mean().item() == pytest.approx(1 / 8, abs=0.05)
    assert loss.item() == pytest.approx(math.log(8), abs=0.4)


def test_learns_to_tell_all_eight_apart() -> None:
    upright = images(16) * 0.1
    upright[:, :, :6] += 0.5  # bright above
    upright[:, :, :, :3] += 0.4  # and a little at the left
    network = task(NAMES)
    _, right = train(network, upright, 60)
    assert right.float().mean() > 0.9


def test_examples_name_what_is_shown_and_what_was_predicted() -> None:
    network, upright = task(["rotate90", "mirror"]).eval(), images(3)
    with torch.no_grad():
        network.classifier.weight.zero_()
        network.classifier.bias.copy_(torch.tensor([0.0, 1.0]))
        examples = network.examples(upright)
    assert examples.images.shape == (3, 2, 3, 16, 16)
    assert examples.columns == ["turned by 90°", "mirrored, turned by 0°"]
    assert examples.captions == [["predicted mirrored, 0°"] * 2] * 3
    assert np.array_equal(examples.images[1, 0], by_numpy(upright[1], "rotate90"))
    assert np.array_equal(examples.images[2, 1], by_numpy(upright[2], "mirror"))


def test_more_views_make_fewer_passes_over_the_pool(
    make_data: Callable[..., ImageData], make_params: Callable[..., Params], runtime: Runtime
) -> None:
    edits = {"pretrain.epochs": 4, "pretrain.heldout_images": 6, "pretrain.geometric.lr": 0.01}
    eight = pretrain("geometric", make_params(edits), make_data(unlabelled=6), runtime)
    edits["pretrain.geometric.transforms"] = ["identity", "mirror"]
    two = pretrain("geometric", make_params(edits), make_data(unlabelled=6), runtime)
    assert eight.fit is not None
    assert two.fit is not None
    assert two.fit.updates == 4 * eight.fit.updates
    assert two.encoder_images == eight.encoder_images == 4 * 4 * eight.pool_images
