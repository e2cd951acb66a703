"""Models of timm give timm's own numbers, whatever their kind."""

from typing import Any

import pytest
import timm
import torch
from torch import Tensor, nn

from semisup.network import borrowed, timm_models
from semisup.network.borrowed import Enlarging

KINDS = {"resnet10t": 64, "convnext_atto": 64, "vit_tiny_patch16_224": 64}
OTHERS = {"deit_tiny_distilled_patch16_224": 48, "mobilenetv3_small_050": 64}


def whole(name: str, side: int) -> nn.Module:
    """timm's own with random weights and statistics unlike those it starts with."""
    fixed = {"img_size": side} if "patch16" in name else {}
    net: nn.Module = timm.create_model(name, **fixed)
    generator = torch.Generator().manual_seed(3)
    for value in net.state_dict().values():
        if value.is_floating_point():
            value.add_(torch.rand(value.shape, generator=generator) * 0.1)
    return net.eval()


def filled(name: str, side: int, state: dict[str, Tensor]) -> nn.Module:
    model = f"timm/{name}"
    blocks = borrowed.build(model, side, 0)
    borrowed.put_weights(blocks, model, side, state)
    return blocks.eval()


@pytest.mark.parametrize("name", KINDS | OTHERS)
def test_features_are_what_timms_classifier_sees(name: str) -> None:
    side = (KINDS | OTHERS)[name]
    net, inputs = whole(name, side), torch.randn(2, 3, side, side)
    blocks = filled(name, side, net.state_dict())
    with torch.no_grad():
        expected = net.forward_head(net.forward_features(inputs), pre_logits=True)
        found = blocks(inputs)
        assert torch.equal(found, blocks(inputs, "features"))
        logits = net(inputs)
    assert found.shape == (*expected.shape, 1, 1)
    torch.testing.assert_close(found[:, :, 0, 0], expected, atol=1e-4, rtol=1e-4)
    assert logits.std() > 1e-3
    assert not any("classifier" in key or ".fc." in key for key in blocks.state_dict())


def test_stages_of_a_convolutional_model() -> None:
    net, inputs = whole("resnet10t", 64), torch.randn(2, 3, 64, 64)
    blocks = filled("resnet10t", 64, net.state_dict())
    assert blocks.layers == ("act1", "layer1", "layer2", "layer3", "layer4", "features")
    with torch.no_grad():
        maps = [net.act1(net.bn1(net.conv1(inputs)))]
        maps.append(net.layer1(net.maxpool(maps[0])))
        for group in (net.layer2, net.layer3, net.layer4):
            maps.append(group(maps[-1]))
        for layer, expected in zip(blocks.layers, maps, strict=False):
            torch.testing.assert_close(blocks(inputs, layer), expected, atol=1e-4, rtol=1e-4)


def test_blocks_of_a_transformer_are_grids_of_patches() -> None:
    net, inputs = whole("vit_tiny_patch16_224", 64), torch.randn(2, 3, 64, 64)
    blocks = filled("vit_tiny_patch16_224", 64, net.state_dict())
    assert blocks.layers == (*(f"block{number}" for number in range(12)), "features")
    with torch.no_grad():
        tokens = net.norm_pre(net._pos_embed(net.patch_embed(inputs)))
        for number in range(12):
            tokens = net.blocks[number](tokens)
            grid = net.norm(tokens)[:, 1:].transpose(1, 2).reshape(2, 192, 4, 4)
            found = blocks(inputs, f"block{number}")
            torch.testing.assert_close(found, grid, atol=1e-3, rtol=1e-4)


def test_places_of_patches_are_adapted_to_the_side() -> None:
    net = whole("vit_tiny_patch16_224", 96)
    found = filled("vit_tiny_patch16_224", 64, net.state_dict()).state_dict()
    assert net.pos_embed.shape == (1, 1 + 36, 192)
    assert found["model.pos_embed"].shape == (1, 1 + 16, 192)
    # the class token has no place among them
    assert torch.allclose(found["model.pos_embed"][:, 0], net.pos_embed[:, 0])


@pytest.mark.parametrize(
    ("model", "image_size", "wanted", "side"),
    [
        ("timm/tf_efficientnet_lite0", 28, None, 112),
        ("timm/tf_efficientnet_lite0", 96, None, 224),
        ("timm/tf_efficientnet_lite0", 28, 101, 101),
        ("timm/vit_small_patch14_dinov2", 28, None, 112),
        ("timm/vit_small_patch14_dinov2", 32, None, 126),
        ("timm/vit_small_patch14_dinov2", 32, 9, 14),
        ("timm/vit_small_patch14_dinov2", 512, None, 518),
        ("torchvision/resnet18", 32, None, 128),
        ("torchvision/vit_b_16", 30, None, 128),
    ],
)
def test_side_that_images_are_brought_to(
    model: str, image_size: int, wanted: int | None, side: int
) -> None:
    assert borrowed.side_of(model, image_size, wanted) == side


def test_side_of_other_weights_of_the_same_model() -> None:
    model, larger = "torchvision/vit_b_16", "ViT_B_16_Weights.IMAGENET1K_SWAG_E2E_V1"
    assert borrowed.side_of(model, 200) == 224
    assert borrowed.side_of(model, 200, weights=larger) == 384


def test_classifiers_of_any_size_are_left_out() -> None:
    state = whole("resnet10t", 64).state_dict()
    state |= {"fc.weight": torch.zeros(7, 512), "fc.bias": torch.zeros(7)}
    without = {key: value for key, value in state.items() if not key.startswith("fc.")}
    one, other = (filled("resnet10t", 64, given).state_dict() for given in (state, without))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("name", ["resnet10t", "levit_128s"])
def test_what_has_no_classifier_is_read(name: str) -> None:
    """As `export` writes it."""
    state = borrowed.build(f"timm/{name}", 224, 5).model.state_dict()
    model: Any = filled(name, 224, state)
    found = model.model.state_dict()
    assert all(torch.equal(found[key], value) for key, value in state.items())


def test_weights_depend_on_the_seed_alone() -> None:
    one, torch_state = borrowed.build("timm/resnet10t", 32, 5), torch.get_rng_state()
    other, third = (borrowed.build("timm/resnet10t", 32, seed) for seed in (5, 6))
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert torch.equal(one.model.conv1[0].weight, other.model.conv1[0].weight)
    assert not torch.equal(one.model.conv1[0].weight, third.model.conv1[0].weight)


def test_what_timm_says_of_weights() -> None:
    said = borrowed.published("timm/vit_small_patch14_dinov2", "lvd142m")
    assert said.side == 518
    assert said.mean == (0.485, 0.456, 0.406)
    hub = "hf://timm/vit_small_patch14_dinov2.lvd142m/model.safetensors"
    assert said.sources[0] == hub
    assert said.licence == "apache-2.0"
    assert borrowed.weights_of("timm/vit_small_patch14_dinov2") == ["lvd142m"]
    assert timm_models._safe_name("open_clip_pytorch_model.bin") == "open_clip_model.safetensors"


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_backbone_takes_images_and_parts_of_them(name: str, channels: int) -> None:
    backbone = borrowed.backbone(f"timm/{name}", channels, 16, 0).eval()
    assert isinstance(backbone, Enlarging)
    assert backbone.channels == channels
    with torch.no_grad():
        last = [backbone(torch.rand(2, channels, side, side)) for side in (16, 7)]
    assert last[0].shape == last[1].shape
    assert last[0].shape[2:] == (1, 1)


def test_a_backbone_sees_images_enlarged() -> None:
    backbone = borrowed.backbone("timm/resnet10t", 1, 16, 0).eval()
    seen: list[Tensor] = []
    backbone.blocks.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    image = torch.rand(1, 1, 16, 16)
    backbone(image)
    larger = torch.nn.functional.interpolate(image, (64, 64), mode="bicubic")
    torch.testing.assert_close(seen[0], larger.expand(-1, 3, -1, -1), atol=1e-5, rtol=1e-5)
