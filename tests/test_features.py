"""Features of a frozen encoder: what is stored, and that nothing moves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from semisup import features
from semisup.backbones import Encoder, build
from semisup.data.labelled import ImageData
from semisup.device import Runtime
from semisup.features import checksum, embed, freeze, probe_accuracy
from semisup.params_sections import Augment, Embed

MakeData, MakeAugment = Callable[..., ImageData], Callable[..., Augment]


def settings(**some: Any) -> Embed:
    return Embed(**{"layer": "conv4", "pool": 2, "views": 2, "images_per_class": 4} | some)


def encoder(seed: int = 0) -> Encoder:
    """Random weights, and statistics of batch norm unlike those it starts with."""
    made = build("small", 3, 16, seed)
    made.train()
    with torch.no_grad():
        made(torch.randn(8, 3, 16, 16, generator=torch.Generator().manual_seed(2)) * 2 + 1)
    return made


def direct(made: Encoder, data: ImageData, positions: Any, layer: str) -> NDArray[np.float32]:
    """Pooled (2 x 2) features, one image at a time."""
    rows = []
    for position in positions:
        image = torch.from_numpy(data.images[position] / 255.0).float()
        image = (image - torch.from_numpy(data.mean)) / torch.from_numpy(data.std)
        with torch.no_grad():
            maps = made(image.permute(2, 0, 1)[None], layer)
        half = maps.shape[2] // 2
        assert half
        blocks = maps.unfold(2, half, half).unfold(3, half, half).mean(dim=(4, 5))
        rows.append(blocks.flatten().numpy())
    return np.array(rows)


@pytest.mark.parametrize(
    "name",
    [
        "blocks.conv1.0.weight",
        "blocks.conv5.1.bias",
        "blocks.conv3.1.running_mean",
        "blocks.conv2.1.running_var",
        "blocks.conv1.1.num_batches_tracked",
    ],
)
def test_checksum_sees_every_weight_and_buffer(name: str) -> None:
    made = encoder()
    before = checksum(made)
    assert before == checksum(encoder())
    value = made.state_dict()[name]
    value[(-1,) * value.dim()] += 1
    assert checksum(made) != before


def test_checksum_moves_with_one_batch_in_training_mode() -> None:
    made = encoder()
    before = checksum(made)
    made.train()
    made(torch.randn(2, 3, 16, 16))
    assert checksum(made) != before


def test_freeze() -> None:
    made = freeze(encoder())
    assert not any(module.training for module in made.modules())
    assert not any(parameter.requires_grad for parameter in made.parameters())


def test_what_embed_writes(
    make_data: MakeData, make_augment: MakeAugment, runtime: Runtime, tmp_path: Path
) -> None:
    data, made = make_data(), encoder()
    before = checksum(made)
    augmentation = make_augment(shift=0.2, color=0.3)
    info = embed(made, data, settings(), augmentation, runtime, 1, tmp_path)
    assert checksum(made) == before == info["encoder_checksum"]
    assert not any(module.training for module in made.modules())
    assert info | {"layer": "conv4", "pool": 2, "width": 128 * 4} == info
    assert json.loads((tmp_path / "features.json").read_text()) == info

    train = np.load(tmp_path / features.TRAIN, mmap_mode="r")
    ids = np.load(tmp_path / features.TRAIN_IDS)
    assert ids.tolist() == data.ranked_below(4).tolist()
    assert train.shape == (len(ids), 3, 512)
    assert train.dtype == np.float16
    expected = direct(made, data, ids, "conv4")
    np.testing.assert_allclose(train[:, 0].astype(np.float32), expected, atol=2e-3, rtol=2e-3)
    for name, positions in (
        (features.VALIDATION, data.validation),
        (features.TEST, data.test),
    ):
        stored = np.load(tmp_path / name)
        assert stored.dtype == np.float16
        expected = direct(made, data, positions, "conv4")
        np.testing.assert_allclose(stored.astype(np.float32), expected, atol=2e-3, rtol=2e-3)
    # augmented views differ from the plain one and from each other, for every image
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert (train[:, one] != train[:, other]).any(axis=1).all()


def test_views_are_the_plain_image_where_nothing_is_changed(
    make_data: MakeData, make_augment: MakeAugment, runtime: Runtime, tmp_path: Path
) -> None:
    embed(encoder(), make_data(), settings(), make_augment(), runtime, 1, tmp_path)
    train = np.load(tmp_path / features.TRAIN)
    assert np.array_equal(train[:, 0], train[:, 1])
    assert np.array_equal(train[:, 0], train[:, 2])


def test_no_views_and_no_validation(
    make_data: MakeData, make_augment: MakeAugment, runtime: Runtime, tmp_path: Path
) -> None:
    data = make_data(validation=0)
    embed(encoder(), data, settings(views=0), make_augment(), runtime, 1, tmp_path)
    assert np.load(tmp_path / features.TRAIN).shape[1] == 1
    assert np.load(tmp_path / features.VALIDATION).shape == (0, 512)
    assert len(np.load(tmp_path / features.TEST)) == len(data.test)


def test_same_seed_same_bytes(
    make_data: MakeData, make_augment: MakeAugment, runtime: Runtime, tmp_path: Path
) -> None:
    files: list[dict[str, bytes]] = []
    for number, seed in enumerate((1, 1, 2)):
        folder = tmp_path / str(number)
        folder.mkdir()
        embed(encoder(), make_data(), settings(), make_augment(rotate=20), runtime, seed, folder)
        files.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert files[0] == files[1]
    changed = {name for name in files[0] if files[0][name] != files[2][name]}
    assert changed == {features.TRAIN}


def test_auto_takes_the_layer_with_the_best_probe(
    make_data: MakeData, make_augment: MakeAugment, runtime: Runtime, tmp_path: Path
) -> None:
    made, data = encoder(), make_data(validation=12)
    info = embed(made, data, settings(layer="auto"), make_augment(), runtime, 1, tmp_path)
    probe = info["probe"]
    assert isinstance(probe, dict)
    assert list(probe) == list(made.layers)
    assert probe[info["layer"]] == max(probe.values())
    assert all(0 <= accuracy <= 1 for accuracy in probe.values())
    assert max(probe.values()) > 0.8  # the classes differ in colour
    assert info["encoder_checksum"] == checksum(encoder())


def naive_probe_accuracy(x: NDArray[np.float64], labels: NDArray[np.int64], classes: int) -> float:
    """Ridge regression on the features themselves (primal form), one fold after the other."""
    n = len(x)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(0)).numpy()
    fold = (np.arange(n) % features.PROBE_FOLDS)[order]
    x = x - x.mean(axis=0)
    ridge = features.PROBE_RIDGE * (x**2).sum(axis=1).mean()
    right = 0
    for held in range(features.PROBE_FOLDS):
        inside = fold != held
        targets = np.eye(classes)[labels[inside]]
        offset = targets.mean(axis=0)
        system = x[inside].T @ x[inside] + ridge * np.eye(x.shape[1])
        weights = np.linalg.solve(system, x[inside].T @ (targets - offset))
        guesses = (x[~inside] @ weights + offset).argmax(axis=1)
        right += int((guesses == labels[~inside]).sum())
    return right / n


@pytest.mark.parametrize(("n", "width"), [(40, 5), (41, 60), (12, 3), (100, 10)])
@pytest.mark.parametrize("seed", range(3))
def test_probe_against_ridge_regression_in_primal_form(n: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, n)
    x = rng.normal(size=(n, width)) + 3
    x[:, :3] += np.eye(4)[labels][:, :3]  # partly separable
    found = probe_accuracy(torch.from_numpy(x), torch.from_numpy(labels), 4)
    assert found == pytest.approx(naive_probe_accuracy(x, labels, 4))


def test_probe_finds_what_is_there_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 200)
    separable = torch.from_numpy(np.eye(4)[labels] + rng.normal(0, 0.1, (200, 4)))
    assert probe_accuracy(separable, torch.from_numpy(labels), 4) == 1
    noise = torch.from_numpy(rng.normal(size=(200, 300)))  # more features than images
    assert probe_accuracy(noise, torch.from_numpy(labels), 4) < 0.4
