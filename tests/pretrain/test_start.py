"""`pretrain.start`: tasks go on from weights that others trained."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from borrowed_models import random_model, section, write_file

from semisup.compute.device import Runtime
from semisup.compute.weights import checksum
from semisup.data.dataset import ImageData
from semisup.network import encoders
from semisup.network.encoders import EncoderSpec
from semisup.network.entry import Normalise
from semisup.params.loading import Params
from semisup.params.sections import known_tasks, task_module
from semisup.pretext.shared.task import PretextTask
from semisup.pretrain.pretraining import pretrain, write
from semisup.workflow import outputs

MakeData, Make = Callable[..., ImageData], Callable[..., Params]
MODEL = "timm/resnet10t"
TRAINED = [task for task in known_tasks() if issubclass(task_module(task).Task, PretextTask)]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_file(MODEL, tmp_path_factory.mktemp("weights")))


@pytest.fixture
def started(make_params: Make, file: str) -> Callable[..., Params]:
    """Settings that train one epoch from the row `imagenet`, hardly moving any weight."""

    def make(task: str, **edits: Any) -> Params:
        few = {"pretrain.epochs": 1, "pretrain.heldout_images": 3, "backbone.name": MODEL}
        few |= {f"pretrain.{task}.batch_images": 8, f"pretrain.{task}.lr": 1e-12}
        row = {"pretrain.start": "imagenet", "pretrain.imagenet": section(MODEL, file=file)}
        return make_params(few | row | edits)

    return make


@pytest.mark.parametrize("task", TRAINED)
def test_every_task_starts_there(
    task: str, started: Callable[..., Params], make_data: MakeData, runtime: Runtime, tmp_path: Path
) -> None:
    data = make_data(unlabelled=2, train=3)
    done = pretrain(task, started(task), data, runtime)
    assert done.fit is not None
    assert done.spec == EncoderSpec(MODEL, "lightness" if task == "colorization" else "pixels")
    trained = {name: value.detach() for name, value in done.encoder.named_parameters()}
    for name, value in random_model(MODEL).named_parameters():
        if not name.startswith("fc."):
            torch.testing.assert_close(
                trained[f"blocks.blocks.model.{name}"], value, atol=1e-5, rtol=0
            )
    if isinstance(done.encoder.entry, Normalise):
        assert done.encoder.entry.mean.flatten().tolist() == pytest.approx([0.485, 0.456, 0.406])

    write(tmp_path, task, [done])
    said = json.loads((tmp_path / outputs.PRETEXT).read_text())
    assert said["origin"]["model"] == MODEL
    assert said["origin"]["weights"] == "resnet10t.safetensors"
    again = encoders.load(tmp_path, data).eval()
    assert checksum(again.state_dict()) == checksum(done.encoder.state_dict())
    images = torch.rand(2, 3, 16, 16)
    with torch.no_grad():
        assert torch.equal(again(images), done.encoder(images))


@pytest.mark.parametrize("task", ["autoencoder", "relative_patch", "gan"])
def test_grey_images_too(
    task: str, started: Callable[..., Params], make_data: MakeData, runtime: Runtime
) -> None:
    data = make_data(unlabelled=2, train=3, channels=1)
    done = pretrain(task, started(task), data, runtime)
    assert done.encoder.channels == 1
    assert isinstance(done.encoder.entry, Normalise)
    assert done.encoder.entry.mean.item() == pytest.approx(np.mean([0.485, 0.456, 0.406]))


def test_a_transformer_starts_there_too(
    make_data: MakeData, make_params: Make, runtime: Runtime, tmp_path: Path
) -> None:
    model = "timm/vit_tiny_patch16_224"
    row = section(model, file=str(write_file(model, tmp_path)))
    edits = {"pretrain.start": "foundation", "pretrain.foundation": row, "backbone.name": model}
    edits |= {"pretrain.epochs": 1, "pretrain.heldout_images": 3, "pretrain.rotation.lr": 1e-12}
    data = make_data(unlabelled=2, train=3)
    done = pretrain("rotation", make_params(edits), data, runtime)
    trained = dict(done.encoder.named_parameters())["blocks.blocks.model.blocks.3.mlp.fc1.weight"]
    expected = random_model(model).get_submodule("blocks.3.mlp.fc1").weight
    torch.testing.assert_close(trained, expected, atol=1e-5, rtol=0)


def test_the_control_starts_from_random_weights(
    started: Callable[..., Params], make_data: MakeData, runtime: Runtime
) -> None:
    params = started("rotation")
    done = pretrain("random", params, make_data(), runtime)
    assert done.origin == {}
    made = encoders.make(EncoderSpec(MODEL), make_data(), params.seed)
    assert checksum(done.encoder.state_dict()) == checksum(made.eval().state_dict())
