"""Encoders whose named layers can be used as features.

The names are those of `semisup.params.sections.BACKBONE_LAYERS`. Images are (N, C, S, S) float in
0 to 1; what an encoder makes of them first is its `entry`.
"""

from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn

from semisup.network import borrowed
from semisup.network.entry import AsTrained
from semisup.params.sections import BACKBONE_LAYERS, RESNETS

PIXELS = "pixels"  # the backbone that computes nothing, and its layer


class Blocks(nn.ModuleDict):
    """Named blocks, each from feature maps to feature maps, in a chain."""

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the blocks, shallow to deep."""
        return tuple(self)

    @property
    def channels(self) -> int:
        """What the first convolution takes."""
        return int(next(self.parameters()).shape[1])

    def forward(self, maps: Tensor, layer: str | None = None) -> Tensor:
        """Feature maps after the block `layer`, after the last one where it is None."""
        for name, block in self.items():
            maps = block(maps)
            if name == layer:
                break
        return maps


class Pixels(nn.Module):
    """No network at all: its one layer is what it is given."""

    layers = (PIXELS,)

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, maps: Tensor, _layer: str | None = None) -> Tensor:
        """Give the maps (N, C, S, S) back as they are."""
        return maps


class Encoder(nn.Module):
    """Named layers behind an entry.

    The entry turns images in 0 to 1 into what the blocks see; see `semisup.network.entry`. Blocks
    are any module that has `layers` and `channels`, and takes inputs and the name of a layer: this
    project's `Blocks`, or a model of `semisup.network.borrowed`.
    """

    def __init__(self, entry: nn.Module, blocks: nn.Module) -> None:
        super().__init__()
        self.entry = entry
        self.blocks: Any = blocks

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, shallow to deep."""
        names: tuple[str, ...] = self.blocks.layers
        return names

    @property
    def channels(self) -> int:
        """Channels of the images that the entry gives and `body` takes."""
        return int(self.blocks.channels)

    def side(self, image_size: int) -> int:
        """Side in pixels of what the blocks' layers see of images of `image_size`."""
        side: int = getattr(self.entry, "side", getattr(self.blocks, "side", image_size))
        return side

    def part_side(self, part: int) -> int:
        """`side` of a part of an image, of this side, that `body` is given."""
        enlarges = isinstance(self.blocks, borrowed.Enlarging)
        return self.blocks.enlarged(part) if enlarges else part

    @property
    def keeps_statistics(self) -> bool:
        """Whether its batch norm knows more images than a classifier is trained on."""
        return isinstance(self.entry, AsTrained)

    def forward(self, images: Tensor, layer: str | None = None) -> Tensor:
        """Feature maps (N, C', H', W') of `layer`, of the last one where it is None."""
        return self.body(self.entry(images), layer)

    def body(self, inputs: Tensor, layer: str | None = None) -> Tensor:
        """`forward` of what the entry would give, for those who make it themselves."""
        maps: Tensor = self.blocks(inputs, layer)
        return maps


def build(
    name: str, channels: int, image_size: int, generator_seed: int, entry: nn.Module | None = None
) -> Encoder:
    """An encoder with random weights.

    Args:
        name: a key of BACKBONE_LAYERS, a model of `semisup.network.borrowed`, or PIXELS.
        channels: that the first block sees, 1 or 3.
        image_size: side of the images in pixels; decides how far the stem downsamples.
        generator_seed: the weights depend on it alone.
        entry: what is done to images first; None: nothing.
    """
    if borrowed.is_borrowed(name):
        blocks = borrowed.backbone(name, channels, image_size, generator_seed)
        return channels_last(Encoder(entry or nn.Identity(), blocks))
    if name == PIXELS:
        return Encoder(entry or nn.Identity(), Pixels(channels))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(generator_seed)
        if name in RESNETS:
            parts = _resnet(name, channels, image_size)
        else:
            parts = {"small": _small, "alexnet": _alexnet, "nin": _nin}[name](channels, image_size)
        named = OrderedDict(zip(BACKBONE_LAYERS[name], parts, strict=True))
    return channels_last(Encoder(entry or nn.Identity(), Blocks(named)))


def channels_last(encoder: Encoder) -> Encoder:
    """With its weights in the order of memory that convolutions are fastest in."""
    return encoder.to(memory_format=torch.channels_last)


def _conv(fan_in: int, fan_out: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Convolution, batch norm, ReLU."""
    conv = nn.Conv2d(fan_in, fan_out, kernel, stride, kernel // 2, bias=False)
    nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
    return nn.Sequential(conv, nn.BatchNorm2d(fan_out), nn.ReLU(inplace=True))


def _small(channels: int, image_size: int) -> list[nn.Module]:
    """Five convolutions that keep the large maps thin: made for CPUs and images of 24 to 64 px.

    Maps are halved by averages before a convolution, not by its stride: as many multiplications,
    but on CPUs the gradients of strided convolutions take twice the time.
    """
    stem_stride = 4 if image_size > 64 else 2
    return [
        _conv(channels, 32, 5, stem_stride),
        _conv(32, 64, 3),
        nn.Sequential(_half(), _conv(64, 96, 3)),
        _conv(96, 128, 3),
        nn.Sequential(_half(), _conv(128, 128, 3)),
    ]


def _half() -> nn.Module:
    """Maps of half the side, rounded up as a stride of 2 would."""
    return nn.AvgPool2d(2, ceil_mode=True)


def _alexnet(channels: int, image_size: int) -> list[nn.Module]:
    """RotNet's AlexNet (64-192-384-256-256, batch norm); its stem is for 224 px, fitted to less."""
    stem, stride = (11, 4) if image_size >= 160 else (7, 2) if image_size >= 64 else (5, 1)
    return [
        _conv(channels, 64, stem, stride),
        nn.Sequential(nn.MaxPool2d(3, 2, 1), _conv(64, 192, 5)),
        nn.Sequential(nn.MaxPool2d(3, 2, 1), _conv(192, 384, 3)),
        _conv(384, 256, 3),
        nn.Sequential(_conv(256, 256, 3), nn.MaxPool2d(3, 2, 1)),
    ]


def _nin(channels: int, image_size: int) -> list[nn.Module]:
    """RotNet's Network-in-Network of four blocks for CIFAR (Gidaris et al. 2018, table 1)."""

    def block(fan_in: int, first: int, last: int, kernel: int) -> list[nn.Module]:
        return [_conv(fan_in, first, kernel), _conv(first, last, 1), _conv(last, last, 1)]

    return [
        nn.Sequential(
            _conv(channels, 192, 5), _conv(192, 160, 1), _conv(160, 96, 1), nn.MaxPool2d(3, 2, 1)
        ),
        nn.Sequential(*block(96, 192, 192, 5), nn.AvgPool2d(3, 2, 1)),
        nn.Sequential(*block(192, 192, 192, 3)),
        nn.Sequential(*block(192, 192, 192, 3)),
    ]


def _resnet(name: str, channels: int, image_size: int) -> list[nn.Module]:
    """torchvision's; below 65 px the stem has stride 1 and no max-pool (He et al. 2015, CIFAR)."""
    from torchvision import models

    net = getattr(models, name)(weights=None)
    if image_size <= 64:
        stem: nn.Module = _conv(channels, 64, 3)
    else:
        stem = nn.Sequential(_conv(channels, 64, 7, 2), nn.MaxPool2d(3, 2, 1))
    return [stem, net.layer1, net.layer2, net.layer3, net.layer4]
