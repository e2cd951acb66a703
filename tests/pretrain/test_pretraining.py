"""Pretraining reads the pool alone, repeats itself exactly, and holds images out."""

import csv
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.compute.group import Group
from semisup.data.dataset import ImageData
from semisup.data.device_images import DeviceImages
from semisup.features.probe import probe_layers
from semisup.network import encoders
from semisup.network.backbones import Encoder
from semisup.network.encoders import EncoderSpec
from semisup.params.loading import Params
from semisup.params.sections import known_tasks, task_module
from semisup.prepare.known_sets.glyphs import Glyphs
from semisup.pretext.rotation import Task
from semisup.pretext.shared.task import PretextTask
from semisup.pretrain import watch
from semisup.pretrain.pretraining import pretrain, pretrain_all, write
from semisup.pretrain.watch import Watch
from semisup.training.selection import Score
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

MakeData = Callable[..., ImageData]
SHORT = {
    "seed": 0,
    "pretrain.epochs": 2,
    "pretrain.rotation.batch_images": 8,
    "pretrain.heldout_images": 6,
}
Make = Callable[..., Params]
TASKS: dict[str, type] = {task: task_module(task).Task for task in known_tasks()}


@pytest.fixture
def letters(make_data: MakeData) -> ImageData:
    """The pool's 36 images are letters of 16 x 16 pixels."""
    data = make_data(unlabelled=6)
    images = np.concatenate([*Glyphs(3, 16, 0.3, 0).chunks(0, len(data.images), 0)])
    return dataclasses.replace(data, images=images)


def weights(encoder: torch.nn.Module) -> dict[str, bytes]:
    return {name: v.numpy().tobytes() for name, v in encoder.state_dict().items()}


def test_what_is_written(
    letters: ImageData, make_params: Make, runtime: Runtime, tmp_path: Path
) -> None:
    params = make_params(SHORT)
    done = pretrain("rotation", params, letters, runtime)
    assert done.fit is not None
    # 36 images: at most a tenth is held out, the others make 4 batches of 8 or more
    assert done.pool_images == 33
    assert done.fit.updates == 8
    assert not done.encoder.training
    untrained = encoders.make(EncoderSpec("small"), letters, params.seed)
    assert weights(done.encoder) != weights(untrained)
    write(tmp_path, "rotation", [done])
    assert {p.name for p in tmp_path.iterdir()} == {
        *("encoder.safetensors", "encoder.json", "history.csv", "pretext.json"),
        *("examples.npy", "captions.json"),
    }
    rows = list(csv.DictReader((tmp_path / outputs.HISTORY).open()))
    assert [int(row["update"]) for row in rows] == [4, 8]
    for row in rows:
        for name in ("train_loss", "heldout_loss"):
            assert 0 < float(row[name]) < 10
        for name in ("train_merit", "heldout_merit"):
            assert 0 <= float(row[name]) <= 1
        assert float(row["lr"]) > 0
    merit = json.loads((tmp_path / outputs.PRETEXT).read_text())
    assert merit["task"] == "rotation"
    assert merit["pool_images"] == 33
    assert merit["updates"] == 8
    assert merit["encoder_images"] == 2 * 33 * 4
    shown = pytest.approx(float(rows[-1]["heldout_merit"]), abs=1e-4)
    assert merit["figures"] == {"accuracy": shown}


@pytest.mark.parametrize(
    "task",
    [
        task
        for task, kind in TASKS.items()
        # compiled code has no gradients of gradients
        if issubclass(kind, PretextTask) and not kind.double_backward
    ],
)
def test_all_training_goes_through_what_is_compiled(
    task: str,
    letters: ImageData,
    make_params: Make,
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passed: list[bool] = []

    def compile_(runtime: Runtime, network: torch.nn.Module) -> None:
        network.register_forward_hook(lambda *_: passed.append(network.training))

    monkeypatch.setattr(Runtime, "compile", compile_)
    edits = {"pretrain.epochs": 1, f"pretrain.{task}.batch_images": 8}
    done = pretrain(task, make_params(SHORT | edits), letters, runtime)
    assert done.fit is not None
    assert sum(passed) == done.fit.updates


def test_same_settings_same_bytes_and_no_label_is_read(
    letters: ImageData, make_params: Make, runtime: Runtime, tmp_path: Path
) -> None:
    unlabelled = dataclasses.replace(letters, labels=np.full_like(letters.labels, -1))
    files: list[dict[str, bytes]] = []
    for number, (data, edits) in enumerate(
        [(letters, {}), (unlabelled, {}), (letters, {"seed": 1}), (letters, {"head.lr": 0.3})]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        torch.rand(number)  # the global random state has no say
        done = pretrain("rotation", make_params(SHORT | edits), data, runtime)
        write(folder, "rotation", [done])
        files.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert files[0] == files[1] == files[3]
    same = {name for name in files[0] if files[0][name] == files[2][name]}
    # of three held-out images as many may be right by chance
    assert same - {"pretext.json"} == {"encoder.json"}


def test_held_out_images_are_never_trained_on(
    make_data: MakeData, make_params: Make, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_data(unlabelled=20)
    # every image is of one colour that tells its number
    numbers = np.arange(len(data.images))
    data.images[:] = numbers[:, None, None, None]
    assert len(numbers) < 256
    seen: dict[bool, list[int]] = {True: [], False: []}
    real_loss = Task.loss

    def loss(self: Task, images: Tensor) -> tuple[Tensor, Tensor]:
        seen[self.training] += (images[:, 0, 0, 0] * 255).round().int().tolist()
        return real_loss(self, images)

    monkeypatch.setattr(Task, "loss", loss)
    still = {f"pretrain.augment.{k}": 0.0 for k in ("shift", "rotate", "scale", "color", "erase")}
    done = pretrain("rotation", make_params(SHORT | still), data, runtime)
    trained, held = set(seen[True]), set(seen[False])
    assert trained | held == set(data.pool.tolist())
    assert not trained & held
    assert len(held) == 6
    assert len(trained) == done.pool_images == len(data.pool) - 6
    assert sorted(seen[True]) == sorted([*trained] * 2)  # once in each epoch
    assert sorted(seen[False]) == sorted([*held] * 2)


def test_random_leaves_the_encoder_as_it_was_built(
    letters: ImageData, make_params: Make, runtime: Runtime, tmp_path: Path
) -> None:
    params = make_params(SHORT | {"pretext_tasks": ["random"], "finetune_tasks": [], "seed": 3})
    done = pretrain("random", params, letters, runtime)
    assert done.fit is None
    assert not done.encoder.training
    assert weights(done.encoder) == weights(encoders.make(EncoderSpec("small"), letters, 3))
    write(tmp_path, "random", [done])
    header = (tmp_path / outputs.HISTORY).read_text()
    assert header.startswith("update,epoch,lr,train_loss")
    assert header.count("\n") == 1
    merit = json.loads((tmp_path / outputs.PRETEXT).read_text())
    assert merit == {
        "task": "random",
        "pool_images": 0,
        "encoder_images": 0,
        "updates": 0,
        "figures": {},
    }
    assert (tmp_path / outputs.ENCODER).stat().st_size > 1000


def test_both_tasks_start_from_the_same_weights(
    letters: ImageData, make_params: Make, runtime: Runtime
) -> None:
    params = make_params(SHORT | {"pretrain.rotation.lr": 1e-12, "pretrain.epochs": 1})
    rotation = pretrain("rotation", params, letters, runtime).encoder
    random = pretrain("random", params, letters, runtime).encoder
    for one, two in zip(rotation.parameters(), random.parameters(), strict=True):
        assert torch.allclose(one, two, atol=1e-6)


GAN = {
    "seed": 0,
    "pretrain.epochs": 3,  # 4 passes over the pool
    "pretrain.gan.batch_images": 16,
    "pretrain.heldout_images": 3,
}


def test_a_probed_task_keeps_the_weights_that_are_best_at_the_probe(
    letters: ImageData, make_params: Make, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, bytes]] = []
    probe = [0.3, 0.5, 0.9, 0.4]

    def probe_layers(encoder: Encoder, *rest: object) -> dict[str, float]:
        seen.append(weights(encoder))
        return {"conv1": 0.1, "conv3": probe[len(seen) - 1], "conv5": 0.2}

    monkeypatch.setattr(watch, "probe_layers", probe_layers)
    done = pretrain("gan", make_params(GAN), letters, runtime)
    assert done.fit is not None
    assert [row.heldout_merit for row in done.fit.rows] == probe
    assert len({one["blocks.conv1.0.weight"] for one in seen}) == 4
    assert weights(done.encoder) == seen[2]
    assert next(iter(done.figures)) == "probe accuracy"
    assert done.figures["probe accuracy"] == 0.9


def test_a_probe_reads_validation_and_never_test(
    letters: ImageData, make_params: Make, runtime: Runtime
) -> None:
    images, labels = letters.images.copy(), letters.labels.copy()
    images[letters.test] = 255 - images[letters.test]
    labels[letters.test] = -1
    labels[letters.pool] = -1
    blind = dataclasses.replace(letters, images=images, labels=labels)
    params = make_params(GAN)
    one, two = (pretrain("gan", params, data, runtime) for data in (letters, blind))
    assert weights(one.encoder) == weights(two.encoder)
    assert one.figures == two.figures
    assert one.fit == two.fit
    found = probe_layers(one.encoder, letters, 4, runtime)
    assert one.figures["probe accuracy"] == max(found.values())


def test_a_probed_task_without_validation_keeps_the_last_weights(
    make_data: MakeData, make_params: Make, runtime: Runtime
) -> None:
    done = pretrain("gan", make_params(GAN), make_data(validation=0, unlabelled=6), runtime)
    assert done.fit is not None
    assert next(iter(done.figures)) == "accuracy"
    assert done.figures["accuracy"] == done.fit.rows[-1].heldout_merit
    both = [done.figures[f"accuracy on {kind} images"] for kind in ("real", "generated")]
    assert done.figures["accuracy"] == pytest.approx(sum(both) / 2)


@pytest.mark.parametrize("task", [t for t in TASKS if issubclass(TASKS[t], PretextTask)])
def test_the_smallest_pool(
    make_data: MakeData, make_params: Make, runtime: Runtime, task: str
) -> None:
    params = make_params(SHORT)
    few = make_data(classes=1, unlabelled=1, train=2)
    with pytest.raises(UserError, match=rf"^the pool has 3 images.*drop {task} from"):
        pretrain(task, params, few, runtime)
    enough = make_data(classes=1, unlabelled=2, train=2)
    assert pretrain(task, params, enough, runtime).pool_images == 3


def test_a_learning_rate_that_diverges(
    letters: ImageData, make_params: Make, runtime: Runtime
) -> None:
    params = make_params(SHORT | {"pretrain.rotation.lr": 1e30, "pretrain.epochs": 4})
    with pytest.raises(UserError, match=r"pretraining by rotation.*no longer a number.*lower"):
        pretrain("rotation", params, letters, runtime)


def test_settings_of_the_task_are_checked(
    letters: ImageData, make_params: Make, runtime: Runtime
) -> None:
    params = make_params(SHORT | {"pretrain.rotation.lrr": 1})
    with pytest.raises(UserError, match=r"pretrain\.rotation\.lrr: unknown key"):
        pretrain("rotation", params, letters, runtime)


@pytest.mark.parametrize(("enlarged", "at_once"), [(1, 256), (2, 64)])
def test_held_out_score_is_the_mean_over_predictions(
    make_data: MakeData, runtime: Runtime, enlarged: int, at_once: int
) -> None:
    data = make_data(unlabelled=100)
    held = DeviceImages(data, data.pool, runtime)
    assert len(held) > 256  # more than one batch

    class Network:
        select_by_probe, contrastive, metric = False, False, "level"
        encoder = SimpleNamespace(side=lambda stored: enlarged * stored)

        def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
            assert len(images) <= at_once, "of memory that enlarged images take"
            level: Any = images.mean(dim=(1, 2, 3))
            return level.square().mean(), (level > 0.5).repeat(2)

    found = Watch(Network(), held, data, runtime, 0).score()
    level = held.plain(slice(None)).mean(dim=(1, 2, 3))
    assert found.loss == pytest.approx(level.square().mean().item(), rel=1e-5)
    assert found.merit == pytest.approx((level > 0.5).float().mean().item())
    assert isinstance(found, Score)


def test_more_processes_than_images_in_a_batch(
    letters: ImageData, make_params: Make, runtime: Runtime
) -> None:
    many = dataclasses.replace(runtime, group=Group(0, 9))
    with pytest.raises(UserError, match=r"rotation\.batch_images: batches of 8 .* 9 processes"):
        pretrain("rotation", make_params(SHORT), letters, many)


def test_several_encoders_of_a_task(
    letters: ImageData, make_params: Make, runtime: Runtime, tmp_path: Path
) -> None:
    params = make_params(SHORT | {"pretrain.repeats": 3, "draws": 3})
    every = pretrain_all("rotation", params, letters, runtime)
    alone = pretrain("rotation", make_params(SHORT), letters, runtime)
    assert weights(every[0].encoder) == weights(alone.encoder), "the first is what it was"
    seen = [weights(one.encoder) for one in every]
    assert len(seen) == 3
    assert all(one != other for at, one in enumerate(seen) for other in seen[at + 1 :])
    write(tmp_path, "rotation", every)
    for folder, one in zip(outputs.repeats(tmp_path), every, strict=True):
        assert weights(encoders.load(folder, letters)) == weights(one.encoder)


def test_what_no_seed_changes_has_one_encoder(
    letters: ImageData, make_params: Make, runtime: Runtime
) -> None:
    params = make_params(SHORT | {"pretrain.repeats": 3, "draws": 3})
    untrained = [one.encoder for one in pretrain_all("random", params, letters, runtime)]
    assert len({next(encoder.parameters()).sum().item() for encoder in untrained}) == 3
    assert len(pretrain_all("pixels", params, letters, runtime)) == 1
