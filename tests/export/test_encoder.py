"""encoder.safetensors is loaded by the library that the network is from."""

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
from semisup.model.whole import Whole


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


def test_own_networks_keep_their_names(tmp_path: Path) -> None:
    whole, _ = written(tmp_path, "small", "conv3", 16)
    assert load_file(tmp_path / encoder.FILE).keys() == whole.network.encoder.state_dict().keys()
