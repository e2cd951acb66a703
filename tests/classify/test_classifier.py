"""Classifiers that are trained end to end, and where they start from."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from learners import cross_entropy_of
from torch import nn

from semisup.classify.budget import BudgetRun
from semisup.classify.classifier import Classifier, image_learner, predict
from semisup.classify.draws import train_draws
from semisup.classify.layers import build_head
from semisup.classify.learner import Learner
from semisup.compute.device import Runtime
from semisup.compute.weights import save_weights
from semisup.data.dataset import ImageData, LabelledSet
from semisup.data.device_images import DeviceImages
from semisup.embed import embed
from semisup.finetune import starting_classifier
from semisup.network import backbones, encoders
from semisup.network.encoders import EncoderSpec
from semisup.network.pooling import pooled, pooled_width
from semisup.params.data_sections import Augment
from semisup.params.loading import Params
from semisup.supervised import fresh_classifier
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

NO_CHANGE = {"shift": 0.0, "rotate": 0.0, "scale": 0.0, "flip": False, "color": 0.0, "erase": 0.0}
MakeData, MakeAugment = Callable[..., ImageData], Callable[..., Augment]
Make = Callable[..., Params]
MakeRun = Callable[..., BudgetRun]
AS_THEY_ARE = {f"data.augment.{name}": value for name, value in NO_CHANGE.items()}
SMALL = EncoderSpec("small")


def network(seed: int = 0, layer: str = "conv3") -> Classifier:
    encoder = backbones.build("small", 3, 16, seed)
    width = pooled_width(encoder, layer, 2, 16)
    return Classifier(encoder, layer, 2, build_head(width, [8], 3, 0.2, seed + 1))


def same(one: nn.Module, other: nn.Module) -> bool:
    theirs = other.state_dict()
    return all(torch.equal(value, theirs[name]) for name, value in one.state_dict().items())


def test_forward_is_head_of_pooled_features() -> None:
    net = network().eval()
    images = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = net.head(pooled(net.encoder(images, "conv3"), 2))
        assert torch.equal(net(images), expected)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert net(images).dtype == torch.float32


def test_learner(make_data: MakeData, make_params: Make, make_run: MakeRun) -> None:
    data = make_data()
    selection = data.labelled_set(4, 0, 0.25)
    params = make_params(AS_THEY_ARE | {"data.augment.shift": 0.2, "data.augment.color": 0.2})
    one = image_learner(make_run(params, data), network(), 3, selection)
    numbers = torch.arange(6)
    one.network.eval()
    logits = cross_entropy_of(one).train_logits(numbers)
    assert logits.shape == (6, 3)
    logits.sum().backward()
    assert one.network.head[-1].weight.grad is not None
    assert one.network.encoder.blocks["conv1"][0].weight.grad is not None
    assert not torch.equal(cross_entropy_of(one).train_logits(numbers), logits)  # augmented anew
    validation, test = one.validation_logits(), one.test_logits()
    assert validation.shape == (len(data.validation), 3)
    assert test.shape == (len(data.test), 3)
    assert torch.equal(one.validation_logits(), validation)
    assert torch.equal(one.test_logits(), test)
    assert not validation.requires_grad


def test_training_images_are_those_of_the_draw(
    make_data: MakeData, make_params: Make, make_run: MakeRun, runtime: Runtime
) -> None:
    data = make_data()
    selection = data.labelled_set(2, 1, 0.25)
    one = image_learner(make_run(make_params(AS_THEY_ARE), data), network(), 3, selection)
    one.network.eval()
    shown = cross_entropy_of(one).train_logits(torch.arange(len(selection.train)))
    expected = predict(one.network, DeviceImages(data, selection.train, runtime), runtime)
    assert torch.equal(shown, expected)


def test_predictions_one_by_one(make_data: MakeData, runtime: Runtime) -> None:
    data, net = make_data(), network().eval()
    found = predict(net, DeviceImages(data, data.test, runtime), runtime)
    for logits, position in zip(found, data.test, strict=True):
        image = data.images[position] / 255.0
        pixels = torch.from_numpy(image).float().permute(2, 0, 1)[None]
        with torch.no_grad():
            assert torch.allclose(net(pixels)[0], logits, atol=1e-4)


def test_the_baselines_start(make_data: MakeData, make_params: Make, make_run: MakeRun) -> None:
    data = make_data()
    params = make_params({"supervised.hidden": [8], "supervised.layer": "conv4"})
    start = fresh_classifier(make_run(params, data, seed=1), 0)
    assert same(start, fresh_classifier(make_run(params, data, seed=1), 0))
    assert not same(start, fresh_classifier(make_run(params, data, seed=1), 1))
    assert not same(start, fresh_classifier(make_run(params, data, seed=2), 0))
    assert (start.layer, start.pool) == ("conv4", params.supervised.pool)
    assert start(torch.zeros(2, 3, 16, 16)).shape == (2, 3)


@pytest.fixture
def stages(
    make_data: MakeData,
    make_augment: MakeAugment,
    make_params: Make,
    runtime: Runtime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[ImageData, Path, Path]:
    """Image data, and what `pretrain` and `head` leave behind for fine-tuning."""
    monkeypatch.chdir(tmp_path)
    data, params = make_data(), make_params({"head.hidden": [8], "embed.layer": "conv4"})
    pretrained, heads = (
        outputs.folder_of("pretrain", "rotation"),
        outputs.folder_of("head", "rotation", 4),
    )
    for folder in (pretrained, heads):
        folder.mkdir(parents=True)
    encoder = encoders.make(SMALL, data, 42)
    encoders.save(encoder, SMALL, pretrained)
    info = embed(encoder, data, params.embed, make_augment(), runtime, 0, heads)
    for draw in range(2):
        width = int(str(info["width"]))
        save_weights(build_head(width, [8], 3, 0.0, draw), heads / f"head_{draw}.safetensors")
    return data, pretrained, heads


@pytest.mark.parametrize(("kind", "seed"), [("head", 1), ("spread", 7)])
def test_fine_tuning_starts_with_the_predictions_of_a_trained_head(
    stages: tuple[ImageData, Path, Path],
    make_params: Make,
    make_run: MakeRun,
    runtime: Runtime,
    kind: str,
    seed: int,
) -> None:
    data, _pretrained, heads = stages
    spread = outputs.folder_of("spread", "rotation", 4)
    spread.mkdir(parents=True)
    width = int(np.load(heads / "test.npy").shape[1])
    save_weights(build_head(width, [8], 3, 0.0, 7), spread / "spread_1.safetensors")
    params = make_params({"head.hidden": [8], "finetune.start": kind})
    start = starting_classifier(make_run(params, data), 1).eval()
    assert start.layer == "conv4"  # that of the features, not of params.yaml
    found = predict(start, DeviceImages(data, data.test, runtime), runtime)
    head = build_head(width, [8], 3, 0.0, seed).eval()
    with torch.no_grad():
        expected = head(torch.from_numpy(np.load(heads / "test.npy")).float())
    assert torch.allclose(found, expected, atol=5e-3)  # features are stored in half precision


def test_fine_tuning_from_a_random_head(
    stages: tuple[ImageData, Path, Path], make_params: Make, make_run: MakeRun
) -> None:
    data, _pretrained, _heads = stages
    params = make_params({"head.hidden": [8], "finetune.start": "random_head"})
    start, other = (starting_classifier(make_run(params, data), d) for d in (0, 1))
    assert same(start.encoder, other.encoder)
    assert same(start.encoder, encoders.make(SMALL, data, 42))
    assert not same(start.head, other.head)
    assert not torch.equal(start.head[0].weight, build_head(512 * 4, [8], 3, 0.0, 0)[0].weight)


def test_fine_tuning_before_the_stages_that_it_needs(
    stages: tuple[ImageData, Path, Path], make_params: Make, make_run: MakeRun
) -> None:
    data, pretrained, heads = stages
    params = make_params({"head.hidden": [8], "finetune.start": "head"})
    for folder in (pretrained, heads):
        away = folder.rename(folder.with_name("away"))
        with pytest.raises(UserError, match="not there yet; run `dvc repro`"):
            starting_classifier(make_run(params, data), 0)
        away.rename(folder)
    with pytest.raises(UserError, match=r"head_2\.safetensors: not there yet"):
        starting_classifier(make_run(params, data), 2)
    wider = make_params({"head.hidden": [9], "finetune.start": "head"})
    with pytest.raises(UserError, match="weights of another network"):
        starting_classifier(make_run(wider, data), 0)


@pytest.mark.parametrize("layer", ["conv2", "conv5"])
def test_training_reaches_up_to_the_chosen_layer(
    make_data: MakeData, make_params: Make, make_run: MakeRun, layer: str
) -> None:
    data = make_data()
    params = make_params(
        AS_THEY_ARE
        | {"supervised.epochs": 1, "supervised.min_updates": 2, "supervised.layer": layer}
        | {"draws": 1}
    )
    start = fresh_classifier(make_run(params, data, seed=0), 0)
    before = {name: value.clone() for name, value in start.state_dict().items()}

    run = make_run(params, data, "supervised", seed=0)

    def learner(draw: int, labelled: LabelledSet) -> Learner:
        return image_learner(run, start, 0, labelled)

    (one,) = train_draws(run, learner, params.supervised)
    moved = {name for name, value in one.weights.items() if not np.array_equal(value, before[name])}
    convolutions = {name for name, value in before.items() if value.ndim == 4}
    assert {name for name in convolutions if name.split(".")[2] <= layer} <= moved
    in_encoder = {name.split(".")[2] for name in moved if name.startswith("encoder.blocks.")}
    assert max(in_encoder) == layer  # those above it stay
