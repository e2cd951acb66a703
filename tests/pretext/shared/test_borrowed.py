"""Rows whose encoder others trained, from their settings to a step of fine-tuning."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from borrowed_models import KINDS, random_model, section, write_file
from learners import cross_entropy_of
from safetensors.torch import save_file
from torch import Tensor

from semisup.classify.budget import BudgetRun
from semisup.classify.layers import build_head
from semisup.compute.device import Runtime
from semisup.compute.weights import save_weights
from semisup.data.dataset import ImageData
from semisup.embed import embed
from semisup.features.stored import FeatureSet
from semisup.finetune import starting_classifier
from semisup.head import head_learner
from semisup.network import encoders
from semisup.network.entry import AsTrained
from semisup.params.loading import Params
from semisup.pretext.foundation import Settings, Task
from semisup.pretext.shared import published
from semisup.pretrain.pretraining import pretrain, write
from semisup.report.figures import filters
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

MakeData, Make = Callable[..., ImageData], Callable[..., Params]
CASES = [*zip(KINDS, (16, 28, 32), (1, 1, 3), strict=True)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("weights")
    return {model: str(write_file(model, folder)) for model in KINDS}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without data, with nothing that could be downloaded."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pretrained(model: str, data: ImageData, params: Params, runtime: Runtime) -> Path:
    """Where the stage `pretrain` wrote the row `foundation`."""
    done = pretrain("foundation", params, data, runtime)
    folder = outputs.folder_of("pretrain", "foundation")
    folder.mkdir(parents=True)
    write(folder, "foundation", [done])
    assert done.fit is None
    assert not done.encoder.training
    assert model == done.spec.backbone
    return folder


def plain(data: ImageData, positions: Any) -> Tensor:
    return torch.from_numpy(data.images[positions]).permute(0, 3, 1, 2) / 255


def features_of(model: str, side: int, images: Tensor) -> Tensor:
    """By timm's own model and the entry, which has tests of its own."""
    net = random_model(model)
    if hasattr(net, "set_input_size"):
        net.set_input_size((side, side))
    config = net.pretrained_cfg
    inputs = AsTrained(images.shape[-1], side, config["mean"], config["std"])(images)
    with torch.no_grad():
        found: Tensor = net.forward_head(net.forward_features(inputs), pre_logits=True)
    return found


@pytest.mark.parametrize(("model", "size", "channels"), CASES)
def test_from_weights_to_a_step_of_fine_tuning(
    model: str,
    size: int,
    channels: int,
    files: dict[str, str],
    project: Path,
    make_data: MakeData,
    make_params: Make,
    make_run: Callable[..., BudgetRun],
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = make_data(size=size, channels=channels, draws=3)
    edits = {"pretrain.foundation": section(model, file=files[model]), "head.hidden": [7]}
    params = make_params(edits | {"finetune.start": "head"})
    folder = pretrained(model, data, params, runtime)

    # what follows reads the folder alone, whatever becomes of the file and the data's statistics
    monkeypatch.setattr(published, "read", None)
    other = dataclasses.replace(data, mean=data.mean * 0, std=data.std * 7)
    encoder = encoders.load(folder, other).eval()
    settings = encoders.read_spec(folder).chosen(params.embed)
    assert (settings.layer, settings.pool) == ("features", 1)
    stored = outputs.folder_of("embed", "foundation")
    stored.mkdir(parents=True)
    info = embed(encoder, data, settings, params.data.augment, runtime, 0, stored)
    expected = features_of(model, 4 * size, plain(data, data.test))
    features = FeatureSet.read(stored)
    assert info["width"] == features.width == expected.shape[1]
    assert expected.std() > 0.01
    np.testing.assert_allclose(features.test, expected, atol=2e-3, rtol=4e-3)

    run = dataclasses.replace(make_run(params, data, "finetune"), task="foundation")
    learner = head_learner(run, [features], 0, run.labelled_sets()[0])
    assert cross_entropy_of(learner).train_logits(torch.arange(4)).shape == (4, 3)
    assert_a_step_of_fine_tuning(run, stored, expected)


def assert_a_step_of_fine_tuning(run: BudgetRun, stored: Path, expected: Tensor) -> None:
    """Logits are those of features (N, D), and gradients reach the encoder."""
    heads = outputs.folder_of("head", "foundation", run.budget)
    heads.mkdir(parents=True)
    outputs.copy(stored / outputs.FEATURES_INFO, heads)
    head = build_head(expected.shape[1], [7], 3, run.params.head.dropout, 0).eval()
    save_weights(head, heads / "head_0.safetensors")
    classifier = starting_classifier(run, 0).eval()
    shown = plain(run.data, run.data.test)
    with torch.no_grad():
        found = classifier(shown)
        torch.testing.assert_close(found, head(expected), atol=1e-3, rtol=1e-3)
    classifier.train()(shown).logsumexp(dim=1).sum().backward()
    gradients = [p.grad for p in classifier.encoder.parameters()]
    assert sum(g is not None and bool(g.abs().sum() > 0) for g in gradients) > len(gradients) / 2


def test_what_is_written(
    files: dict[str, str], project: Path, make_data: MakeData, make_params: Make, runtime: Runtime
) -> None:
    model = KINDS[0]
    chosen = section(model, file=files[model], input=48, layer="layer3", pool=2, views=3)
    params = make_params({"pretrain.foundation": chosen})
    folder = pretrained(model, make_data(), params, runtime)
    spec = json.loads((folder / outputs.ENCODER_SPEC).read_text())
    assert spec == {
        "backbone": model,
        "sees": "as_trained",
        "trained": {
            "side": 48,
            "mean": [0.485, 0.456, 0.406],
            "std": [0.229, 0.224, 0.225],
        },
        "taken": {"layer": "layer3", "pool": 2, "views": 3},
    }
    said = json.loads((folder / outputs.PRETEXT).read_text())
    assert said["figures"] == {}
    assert said["origin"] == {
        "model": model,
        "weights": "resnet10t.safetensors",
        "source": files[model],
        "licence": "unknown",
        "sha256": published.sha256(Path(files[model])),
    }
    chosen_embed = encoders.read_spec(folder).chosen(params.embed)
    assert chosen_embed == params.embed.model_copy(
        update={"layer": "layer3", "pool": 2, "views": 3}
    )


def test_a_probe_chooses_the_layer(
    files: dict[str, str], project: Path, make_data: MakeData, make_params: Make, runtime: Runtime
) -> None:
    model, data = KINDS[0], make_data(validation=12)
    edits = {"pretrain.foundation": section(model, file=files[model], layer="auto")}
    params = make_params(edits)
    folder = pretrained(model, data, params, runtime)
    settings = encoders.read_spec(folder).chosen(params.embed)
    info = embed(
        encoders.load(folder, data), data, settings, params.data.augment, runtime, 0, project
    )
    probe: Any = info["probe"]
    assert [*probe] == ["act1", "layer1", "layer2", "layer3", "layer4", "features"]
    assert probe[info["layer"]] == max(probe.values())


def test_the_report_shows_the_kernels_that_see_the_image(
    files: dict[str, str], project: Path, make_data: MakeData, make_params: Make, runtime: Runtime
) -> None:
    first = {KINDS[0]: "conv1.0", KINDS[1]: "stem.0", KINDS[2]: "patch_embed.proj"}
    for number, (model, name) in enumerate(first.items()):
        edits = {"pretrain.foundation": section(model, file=files[model])}
        folder = pretrained(model, make_data(), make_params(edits), runtime)
        expected = random_model(model).get_submodule(name).weight.detach().numpy()
        assert np.array_equal(filters.first_convolution("foundation"), expected)
        filters.draw(["foundation"], project)
        assert (project / "filters.png").stat().st_size > 1000
        folder.rename(project / str(number))


def ready(data: ImageData, **some: Any) -> Any:
    settings = Settings.model_validate(section(**some))
    return Task.encoder(settings, "small", data, 0)


def test_mistakes_that_only_the_models_tell(files: dict[str, str], make_data: MakeData) -> None:
    convolutional, _, transformer = KINDS
    mine, other = files[convolutional], files[transformer]
    wider = str(Path(mine).with_name("wider.safetensors"))
    state = random_model(convolutional).state_dict()
    save_file(state | {"layer1.0.conv1.weight": torch.zeros(65, 64, 3, 3)}, wider)
    within = str(Path(mine).with_name("within.safetensors"))
    save_file({f"backbone.{name}": value for name, value in state.items()}, within)
    key, no_validation = "pretrain.foundation", make_data(validation=0)
    for edits, said in [
        ({"model": "timm/resnet10tt"}, f"{key}.model: unknown model 'timm/resnet10tt' (did you me"),
        ({"model": "torchvision/resnet"}, "allowed: torchvision/NAME with a name of torchvision.m"),
        ({"layer": "layer5"}, f"{key}.layer: unknown layer 'layer5' (did you mean 'layer4'?)"),
        ({"file": other}, f"{key}.file: {other}: not weights of {convolutional} ({key}.model)"),
        ({"model": transformer}, f"{key}.file: {mine}: not weights of {transformer}"),
        ({"model": "torchvision/resnet18"}, "not weights of torchvision/resnet18"),
        ({"file": wider}, f"{key}.file: {wider}: not weights of {convolutional}"),
        ({"file": within}, "for images of 64 px, but of backbone."),
        ({"model": "timm/dla34", "input": 56}, "input: timm/dla34 does not take images of 56 px"),
        ({"layer": "auto"}, f"{key}.layer: auto chooses on a separate validation set"),
    ]:
        data = no_validation if edits.get("layer") == "auto" else make_data()
        with pytest.raises(UserError) as caught:
            ready(data, **({"model": convolutional, "file": mine} | edits))
        text = str(caught.value)
        assert said in text
        assert "\n" not in text
        assert len(text) < 500
