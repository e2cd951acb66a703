"""Features of a frozen encoder: what is stored, and that nothing moves."""

import dataclasses
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from semisup.compute.device import Runtime
from semisup.compute.weights import checksum
from semisup.data.dataset import ImageData
from semisup.embed import embed, sample_of_pool
from semisup.features import stored
from semisup.network.backbones import Encoder, build
from semisup.params.data_sections import Augment
from semisup.params.sections import Embed
from semisup.workflow.errors import UserError
from semisup.workflow.scratch import Scratch

MakeData, MakeAugment = Callable[..., ImageData], Callable[..., Augment]


def settings(**some: Any) -> Embed:
    own = {"layer": "conv4", "pool": 2, "views": 2, "images_per_class": 4, "pool_images": 3}
    return Embed(**own | some)


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
        with torch.no_grad():
            maps = made(image.permute(2, 0, 1)[None], layer)
        half = maps.shape[2] // 2
        blocks = maps.unfold(2, half, half).unfold(3, half, half).mean(dim=(4, 5))
        rows.append(blocks.flatten().numpy())
    return np.array(rows)


@pytest.mark.parametrize(
    "name",
    [
        "blocks.conv1.0.weight",
        "blocks.conv5.1.1.bias",
        "blocks.conv3.1.1.running_mean",
        "blocks.conv2.1.running_var",
        "blocks.conv1.1.num_batches_tracked",
    ],
)
def test_checksum_sees_every_weight_and_buffer(name: str) -> None:
    made = encoder()
    before = checksum(made.state_dict())
    assert before == checksum(encoder().state_dict())
    value = made.state_dict()[name]
    value[(-1,) * value.dim()] += 1
    assert checksum(made.state_dict()) != before


def test_checksum_moves_with_one_batch_in_training_mode() -> None:
    made = encoder()
    before = checksum(made.state_dict())
    made.train()
    made(torch.randn(2, 3, 16, 16))
    assert checksum(made.state_dict()) != before


def test_what_embed_writes(
    make_data: MakeData, make_augment: MakeAugment, runtime: Runtime, tmp_path: Path
) -> None:
    data, made = make_data(), encoder()
    before = checksum(made.state_dict())
    augmentation = make_augment(shift=0.2, color=0.3)
    info = embed(made, data, settings(), augmentation, runtime, 1, tmp_path)
    assert checksum(made.state_dict()) == before == info["encoder_checksum"]
    assert not any(module.training for module in made.modules())
    assert not any(parameter.requires_grad for parameter in made.parameters())
    assert info | {"layer": "conv4", "pool": 2, "width": 128 * 4} == info
    assert json.loads((tmp_path / "features.json").read_text()) == info

    train = np.load(tmp_path / stored.TRAIN, mmap_mode="r")
    ids = np.load(tmp_path / stored.TRAIN_IDS)
    assert ids.tolist() == data.ranked_below(4).tolist()
    assert train.shape == (len(ids), 3, 512)
    assert train.dtype == np.float16
    expected = direct(made, data, ids, "conv4")
    np.testing.assert_allclose(train[:, 0].astype(np.float32), expected, atol=2e-3, rtol=2e-3)
    pool_ids = np.load(tmp_path / stored.POOL_IDS)
    for name, positions in (
        (stored.POOL, pool_ids),
        (stored.VALIDATION, data.validation),
        (stored.TEST, data.test),
    ):
        kept = np.load(tmp_path / name)
        assert kept.dtype == np.float16
        expected = direct(made, data, positions, "conv4")
        np.testing.assert_allclose(kept.astype(np.float32), expected, atol=2e-3, rtol=2e-3)
    # augmented views differ from the plain one and from each other, for every image
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert (train[:, one] != train[:, other]).any(axis=1).all()


def moves_a_buffer(made: nn.Module, *_: object) -> None:
    made.get_buffer("seen").add_(1)


def moves_a_weight(made: nn.Module, *_: object) -> None:
    next(made.parameters()).add_(1e-3)


@pytest.mark.parametrize("moves", [moves_a_buffer, moves_a_weight])
@pytest.mark.parametrize("fused", [True, False])
def test_an_encoder_that_moves_is_refused(
    make_data: MakeData,
    make_augment: MakeAugment,
    runtime: Runtime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moves: Callable[..., None],
    fused: bool,
) -> None:
    """Its features would depend on the order of the images."""
    made = encoder()
    made.register_buffer("seen", torch.zeros(1))
    made.register_forward_hook(moves)
    if not fused:
        monkeypatch.setattr("semisup.embed.fused", lambda network, *_: network)
    with pytest.raises(AssertionError, match="the frozen encoder's weights or buffers moved"):
        embed(made, make_data(), settings(), make_augment(), runtime, 1, tmp_path)
    assert not (tmp_path / "features.json").exists()


@pytest.mark.parametrize("most", [0, 3, 100])
def test_pool_images_that_are_no_train_images(make_data: MakeData, most: int) -> None:
    data = make_data()
    train_ids = data.ranked_below(4)
    others = set(data.pool.tolist()) - set(train_ids.tolist())
    assert len(others) > 3
    chosen = sample_of_pool(data, train_ids, most).tolist()
    assert len(chosen) == min(most, len(others))
    assert chosen == sorted(set(chosen) & others)


def test_views_are_the_plain_image_where_nothing_is_changed(
    make_data: MakeData, make_augment: MakeAugment, runtime: Runtime, tmp_path: Path
) -> None:
    embed(encoder(), make_data(), settings(), make_augment(), runtime, 1, tmp_path)
    train = np.load(tmp_path / stored.TRAIN)
    assert np.array_equal(train[:, 0], train[:, 1])
    assert np.array_equal(train[:, 0], train[:, 2])


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="no such call on this system")
def test_a_disk_that_is_too_full_is_found_out_before_anything_is_computed(
    make_data: MakeData,
    make_augment: MakeAugment,
    runtime: Runtime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(file: int, start: int, size: int) -> None:
        assert (start, size) == (0, (tmp_path / stored.TRAIN).stat().st_size)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        embed(encoder(), make_data(), settings(), make_augment(), runtime, 1, tmp_path)


def test_no_views_and_no_validation(
    make_data: MakeData, make_augment: MakeAugment, runtime: Runtime, tmp_path: Path
) -> None:
    data = make_data(validation=0)
    embed(encoder(), data, settings(views=0), make_augment(), runtime, 1, tmp_path)
    assert np.load(tmp_path / stored.TRAIN).shape[1] == 1
    assert np.load(tmp_path / stored.VALIDATION).shape == (0, 512)
    assert len(np.load(tmp_path / stored.TEST)) == len(data.test)


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
    assert changed == {stored.TRAIN}


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
    assert info["encoder_checksum"] == checksum(encoder().state_dict())


def test_a_layer_that_the_encoder_does_not_have(
    make_data: MakeData, make_augment: MakeAugment, runtime: Runtime, tmp_path: Path
) -> None:
    wrong = settings(layer="conv9")
    with pytest.raises(UserError, match=r"embed\.layer: unknown layer 'conv9'.*conv5, auto$"):
        embed(encoder(), make_data(), wrong, make_augment(), runtime, 1, tmp_path)


def test_views_that_are_done_already_are_not_computed_again(
    make_data: MakeData, make_augment: MakeAugment, runtime: Runtime, tmp_path: Path
) -> None:
    data, changes = make_data(), make_augment(shift=0.2)
    whole, again, work = (tmp_path / name for name in ("whole", "again", "work"))
    whole.mkdir()
    again.mkdir()
    embed(encoder(), data, settings(), changes, runtime, 3, whole)
    kept = dataclasses.replace(runtime, scratch=Scratch(work, "key", 0.0))
    embed(encoder(), data, settings(), changes, kept, 3, again)
    names = sorted(path.name for path in work.iterdir())
    mine = checksum(encoder().state_dict())  # those of another encoder of the task are kept beside
    of_views = [f"view-{view}" for view in range(3)]
    parts = sorted([*of_views, "pool.npy", "validation.npy", "test.npy"])
    assert names == [f"{mine}-conv4-{part}-from-0.safetensors" for part in parts]
    (work / names[-1]).unlink()  # killed before the last view
    # with other changes the views would be others: those that are there are not from them
    embed(encoder(), data, settings(), make_augment(shift=0.0), kept, 3, again)
    first, second = (np.load(folder / stored.TRAIN) for folder in (whole, again))
    assert np.array_equal(first[:, :2], second[:, :2])
    assert not np.array_equal(first[:, 2], second[:, 2])
