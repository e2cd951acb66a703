"""Fusing changes how fast a network answers, and nothing else."""

from collections import OrderedDict

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from semisup.network import borrowed
from semisup.network.fused import fused

# how many norms stay: those of DenseNet that come before a convolution
LEFT = {"timm/tf_efficientnet_lite0": 0, "torchvision/resnet18": 0, "torchvision/densenet121": 62}


def norms(network: nn.Module) -> int:
    return sum(isinstance(one, nn.BatchNorm2d) for one in network.modules())


def randomised(network: nn.Module) -> nn.Module:
    """With statistics of batch norm that are no identity."""
    for one in network.modules():
        if isinstance(one, nn.BatchNorm2d):
            one.running_mean, one.running_var = torch.rand(2, one.num_features) + 0.5
            nn.init.uniform_(one.weight, 0.5, 1.5)
            nn.init.uniform_(one.bias, -0.5, 0.5)
    return network.eval()


@pytest.mark.parametrize("model", [*LEFT, "timm/vit_tiny_patch16_224"])
def test_models_of_others(model: str) -> None:
    side = borrowed.side_of(model, 16)
    network = randomised(borrowed.build(model, side, 0))
    images, before = torch.rand(2, 3, side, side), norms(network)
    with torch.no_grad():
        expected = network(images)
        fast = fused(network, images)
        torch.testing.assert_close(fast(images), expected, atol=1e-4, rtol=1e-3)
    assert norms(network) == before  # it is a copy that changes
    assert norms(fast) == LEFT.get(model, 0)
    assert (fast is network) == (model not in LEFT)


class Crossed(nn.Module):
    """Declared in an order that says nothing of what sees what."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm_of_second = nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)
        self.second, self.norm_of_first = nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.norm_of_first(self.first(images)).relu()
        return self.norm_of_second(self.second(found))  # type: ignore[no-any-return]


class Asking(nn.Sequential):
    """Which asks its norm for what a fused one has not."""

    def forward(self, images: Tensor) -> Tensor:
        return super().forward(images) + self.norm.running_mean.mean()  # type: ignore


def pair(conv: nn.Module) -> OrderedDict[str, nn.Module]:
    return OrderedDict(conv=conv, norm=nn.BatchNorm2d(4))


def test_what_would_answer_otherwise_stays() -> None:
    for network in (randomised(Crossed()), randomised(Asking(pair(nn.Conv2d(3, 4, 1))))):
        assert fused(network, torch.rand(2, 3, 8, 8)) is network


def test_what_cannot_be_fused_stays() -> None:
    bare = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4, track_running_stats=False)).eval()
    normed = nn.Sequential(pair(weight_norm(nn.Conv2d(3, 4, 1)))).eval()
    for network in (bare, normed):
        assert fused(network, torch.rand(2, 3, 8, 8)) is network


def test_the_layer_that_counts_is_compared() -> None:
    """Maps before a norm are others in a fused network."""
    network = randomised(borrowed.build("torchvision/vgg11_bn", 32, 0))
    images = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        for layer in ("features.25", "features"):
            fast = fused(network, images, layer)
            torch.testing.assert_close(
                fast(images, layer), network(images, layer), atol=1e-4, rtol=1e-3
            )
            assert (fast is network) == (layer == "features.25")
