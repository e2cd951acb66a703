"""Encoders: their layers, shapes and weights."""

import pytest
import torch
from short_training import OWN_BACKBONES
from torch import Tensor

from semisup.network.backbones import Encoder, build
from semisup.params.sections import BACKBONE_LAYERS


def all_maps(encoder: Encoder, images: Tensor) -> list[Tensor]:
    return [encoder(images, layer) for layer in encoder.layers]


def same_weights(one: Encoder, other: Encoder) -> bool:
    pairs = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    return all(a == b and torch.equal(v, w) for (a, v), (b, w) in pairs)


@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 32), (3, 96)])
@pytest.mark.parametrize("name", BACKBONE_LAYERS)
def test_every_layer_gives_maps_that_shrink(name: str, channels: int, side: int) -> None:
    with torch.device("meta"):  # shapes without numbers: the largest have 127 million weights
        encoder = build(name, channels, side, 0).eval()
        maps = all_maps(encoder, torch.empty(2, channels, side, side))
    assert encoder.layers == BACKBONE_LAYERS[name]
    assert len(maps) == len(encoder.layers)
    sides = [m.shape[2] for m in maps]
    assert all(m.shape[0] == 2 and m.shape[2] == m.shape[3] for m in maps)
    assert sides == sorted(sides, reverse=True)
    assert sides[0] <= side
    assert 2 <= sides[-1] < sides[0]
    widths = [m.shape[1] for m in maps]
    assert widths[-1] >= 128


@pytest.mark.parametrize(
    ("name", "side", "expected"),
    [
        ("small", 32, [(32, 16), (64, 16), (96, 8), (128, 8), (128, 4)]),
        ("small", 96, [(32, 24), (64, 24), (96, 12), (128, 12), (128, 6)]),
        ("alexnet", 224, [(64, 56), (192, 28), (384, 14), (256, 14), (256, 7)]),
        ("nin", 32, [(96, 16), (192, 8), (192, 8), (192, 8)]),
        ("resnet18", 32, [(64, 32), (64, 32), (128, 16), (256, 8), (512, 4)]),
        ("resnet50", 224, [(64, 56), (256, 56), (512, 28), (1024, 14), (2048, 7)]),
    ],
)
def test_shapes(name: str, side: int, expected: list[tuple[int, int]]) -> None:
    with torch.device("meta"):
        maps = all_maps(build(name, 3, side, 0), torch.empty(2, 3, side, side))
    assert [(m.shape[1], m.shape[2]) for m in maps] == expected


@pytest.mark.parametrize("name", OWN_BACKBONES)
def test_layers_by_name_and_trainable(name: str) -> None:
    encoder = build(name, 3, 28, 0).eval()
    images = torch.randn(2, 3, 28, 28, generator=torch.Generator().manual_seed(0))
    expected = images
    for layer in encoder.layers:
        maps = encoder(images, layer)
        expected = encoder.blocks[layer](expected)
        assert torch.equal(maps, expected)
        assert maps.isfinite().all()
        assert maps.std() > 0
    assert torch.equal(encoder(images), maps)
    assert torch.equal(encoder.body(images), maps)
    encoder(images).square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in encoder.parameters())


@pytest.mark.parametrize("name", OWN_BACKBONES)
def test_a_seed_decides_the_weights(name: str) -> None:
    before = torch.get_rng_state()
    encoder = build(name, 3, 32, 5)
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(1)
    assert same_weights(encoder, build(name, 3, 32, 5))
    other = build(name, 3, 32, 6)
    for one, two in zip(encoder.parameters(), other.parameters(), strict=True):
        if one.dim() > 1:  # the others start as 0 or 1
            assert not torch.equal(one, two)
