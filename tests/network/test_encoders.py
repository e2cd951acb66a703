"""What an encoder sees is a part of it: saved, loaded, and used by the stages after `pretrain`."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from semisup.classify.budget import BudgetRun
from semisup.classify.layers import build_head
from semisup.compute.device import Runtime
from semisup.compute.weights import save_weights
from semisup.data.dataset import ImageData
from semisup.embed import embed
from semisup.features.stored import TEST
from semisup.finetune import starting_classifier
from semisup.network import encoders
from semisup.network.encoders import EncoderSpec, Taken
from semisup.network.entry import Lightness, Normalise
from semisup.network.lab import lab_to_rgb, rgb_to_lab
from semisup.params.loading import Params
from semisup.params.sections import Embed
from semisup.workflow import outputs

MakeData, Make = Callable[..., ImageData], Callable[..., Params]
OF_LIGHTNESS = EncoderSpec("small", sees="lightness")


def images(n: int = 3, side: int = 16) -> torch.Tensor:
    return torch.rand(n, 3, side, side, generator=torch.Generator().manual_seed(0))


def test_lightness_of_black_grey_and_white() -> None:
    levels = torch.tensor([0.0, 0.46633, 1.0]).view(3, 1, 1, 1).expand(3, 3, 2, 2)
    found = Lightness()(levels)
    assert found.shape == (3, 1, 2, 2)
    assert found[:, 0, 0, 0].tolist() == pytest.approx([-2, 0, 2], abs=1e-3)


def test_normalise_is_undone() -> None:
    normalise = Normalise([0.4, 0.5, 0.6], [0.1, 0.2, 0.3])
    torch.testing.assert_close(normalise.undo(normalise(images())), images())
    torch.testing.assert_close(
        normalise.undo(torch.zeros(1, 3, 1, 1)).flatten(), normalise.mean.flatten()
    )


def test_colours_are_not_seen(make_data: MakeData) -> None:
    encoder = encoders.make(OF_LIGHTNESS, make_data(), 0).eval()
    lab = rgb_to_lab(images() * 0.4 + 0.3)
    other = lab.clone()
    other[:, 1:] *= -0.3
    one, two = lab_to_rgb(lab), lab_to_rgb(other)
    assert (one - two).abs().max() > 0.1
    with torch.no_grad():
        torch.testing.assert_close(encoder(one), encoder(two), atol=1e-4, rtol=1e-4)
        assert not torch.allclose(encoder(one), encoder(one * 0.9), atol=1e-2)


@pytest.mark.parametrize("backbone", ["small", "alexnet", "nin", "resnet18"])
def test_backbones_take_lightness(make_data: MakeData, backbone: str) -> None:
    encoder = encoders.make(EncoderSpec(backbone, sees="lightness"), make_data(), 0).eval()
    assert next(encoder.parameters()).shape[1] == 1
    with torch.no_grad():
        assert encoder(images()).isfinite().all()


def test_saved_loaded_embedded_and_fine_tuned(
    make_data: MakeData,
    make_params: Make,
    make_run: Callable[..., BudgetRun],
    runtime: Runtime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    data, folder = make_data(), outputs.folder_of("pretrain", "rotation")
    heads = outputs.folder_of("head", "rotation", 4)
    for each in (folder, heads):
        each.mkdir(parents=True)
    encoder = encoders.make(OF_LIGHTNESS, data, 5).eval()
    encoders.save(encoder, OF_LIGHTNESS, folder)
    spec = json.loads((folder / outputs.ENCODER_SPEC).read_text())
    assert spec == {"backbone": "small", "sees": "lightness"}

    loaded = encoders.load(folder, data).eval()
    with torch.no_grad():
        expected = encoder.body(Lightness()(images()))
        assert torch.equal(loaded(images()), expected)

    params = make_params({"head.hidden": [7], "finetune.start": "head"})
    settings = Embed(layer="conv5", pool=2, views=1, images_per_class=4, pool_images=0)
    info = embed(loaded, data, settings, params.data.augment, runtime, 0, heads)
    shown = torch.from_numpy(data.images[data.test]).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        features = encoder(shown, "conv5").flatten(1)
    assert info["width"] == features.shape[1]
    np.testing.assert_allclose(np.load(heads / TEST), features, atol=2e-3, rtol=2e-3)

    head = build_head(features.shape[1], [7], 3, params.head.dropout, 0)
    save_weights(head, heads / "head_0.safetensors")
    classifier = starting_classifier(make_run(params, data), 0).eval()
    with torch.no_grad():
        torch.testing.assert_close(classifier(shown), head.eval()(features), atol=1e-4, rtol=1e-4)


def test_what_an_encoder_does_not_bring_is_as_params_say(make_params: Make) -> None:
    embed = make_params({}).embed
    spec = EncoderSpec("small", taken=Taken("conv2", 3))
    assert spec.chosen(embed) == embed.model_copy(update={"layer": "conv2", "pool": 3})
    assert EncoderSpec("small").chosen(embed) == embed
