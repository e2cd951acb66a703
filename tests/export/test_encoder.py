"""encoder.safetensors is loaded by the library that the network is from."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
import torchvision
from made_models import about, pictures, randomised
from safetensors.torch import load_file
from torch import nn

from semisup.export import encoder
from semisup.export.card import how_to_load
from semisup.model.whole import Whole

OF_CLASSIFIER = re.compile(r"fc\.|heads\.|classifier\.")


def written(folder: Path, backbone: str, layer: str, size: int = 64) -> tuple[Whole, torch.Tensor]:
    """A classifier whose encoder's weights were written, and images as its encoder sees them."""
    spec = {"backbone": backbone, "sees": "pixels"}
    whole = randomised(Whole(about(size, encoder=spec, layer=layer, pool=1)))
    encoder.write(whole, folder)
    images = torch.from_numpy(pictures(2, size)).permute(0, 3, 1, 2) / 255
    return whole, images


@torch.no_grad()
def test_a_resnet_of_torchvision(tmp_path: Path) -> None:
    whole, images = written(tmp_path, "resnet18", "conv5", 96)
    theirs = torchvision.models.resnet18(weights=None)
    theirs.fc = nn.Identity()
    theirs.load_state_dict(load_file(tmp_path / encoder.FILE))
    found = theirs.eval()(whole.network.encoder.entry(images[:, :, :96, :96]))
    torch.testing.assert_close(found, whole.network.features(images), atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_a_resnet_that_is_fitted_to_small_images(tmp_path: Path) -> None:
    whole, images = written(tmp_path, "resnet18", "conv5", 32)
    theirs = torchvision.models.resnet18(weights=None)
    theirs.conv1, theirs.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()
    theirs.fc = nn.Identity()
    theirs.load_state_dict(load_file(tmp_path / encoder.FILE))
    found = theirs.eval()(whole.network.encoder.entry(images))
    torch.testing.assert_close(found, whole.network.features(images), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("backbone", "make"),
    [
        (
            "torchvision/mobilenet_v3_small",
            lambda: torchvision.models.get_model("mobilenet_v3_small", weights=None),
        ),
        ("timm/resnet10t", lambda: timm.create_model("resnet10t", num_classes=0)),
    ],
)
@torch.no_grad()
def test_a_model_of_a_library(tmp_path: Path, backbone: str, make: Callable[[], Any]) -> None:
    whole, images = written(tmp_path, backbone, "features", 32)
    theirs = make()
    if backbone.startswith("torchvision/"):
        theirs.classifier[-1] = nn.Identity()
    theirs.load_state_dict(load_file(tmp_path / encoder.FILE))
    given: list[torch.Tensor] = []  # as large as the model wants them
    inside = whole.network.encoder.blocks.blocks
    inside.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))
    ours = whole.network.features(images)
    found = theirs.eval()(given[0])
    assert ours.std() > 1e-3
    torch.testing.assert_close(found, ours, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("backbone", "size", "channels"),
    [
        ("resnet18", 32, 3),
        ("resnet18", 96, 1),
        ("resnet50", 96, 3),
        ("timm/resnet10t", 32, 1),
        ("timm/test_vit", 24, 3),
        ("timm/vit_tiny_patch16_224", 224, 3),
        ("torchvision/vit_b_32", 32, 3),
        ("torchvision/mobilenet_v3_small", 32, 3),
    ],
)
def test_the_card_says_how_to_load_them(
    tmp_path: Path, backbone: str, size: int, channels: int
) -> None:
    spec = {"backbone": backbone, "sees": "pixels"}
    layer = "features" if "/" in backbone else "conv5"
    whole = Whole(about(size, channels, encoder=spec, layer=layer, pool=1))
    encoder.write(whole, tmp_path)
    weights = load_file(tmp_path / encoder.FILE)
    known = {"timm": timm, "torch": torch, "torchvision": torchvision, "weights": weights}
    exec(how_to_load(whole), known)
    loaded = known["model"].state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in weights.items())
    assert not [name for name in loaded if name not in weights and not OF_CLASSIFIER.match(name)]


def test_own_networks_keep_their_names(tmp_path: Path) -> None:
    whole, _ = written(tmp_path, "small", "conv3", 16)
    assert load_file(tmp_path / encoder.FILE).keys() == whole.network.encoder.state_dict().keys()
