"""Models of torchvision give torchvision's own numbers."""

import pytest
import torch
from torch import nn
from torchvision import models

from semisup.network import borrowed
from semisup.workflow.errors import UserError

ONES = {
    "resnet18": "fc",
    "squeezenet1_1": None,
    "mobilenet_v3_small": "classifier.3",
    "vit_b_32": "heads.head",
    "densenet121": "classifier",
    "shufflenet_v2_x0_5": "fc",
    "mnasnet0_5": "classifier.1",
    "regnet_x_400mf": "fc",
}
SIDE = 64


@pytest.mark.parametrize("name", ONES)
def test_features_are_what_torchvisions_last_layer_sees(name: str) -> None:
    fixed = {"image_size": SIDE} if name.startswith("vit") else {}
    net = models.get_model(name, weights=None, **fixed).train()
    with torch.no_grad():
        for _ in range(
            0 if fixed else 8
        ):  # batch norm would let signals fade with the statistics it starts with
            net(torch.randn(4, 3, SIDE, SIDE))
    net.eval()
    model, inputs, seen = f"torchvision/{name}", torch.randn(2, 3, SIDE, SIDE), []
    blocks = borrowed.build(model, SIDE, 1).eval()
    borrowed.put_weights(blocks, model, SIDE, dict(net.state_dict()))  # as of a safetensors file
    last = ONES[name]
    watched = net.get_submodule(last) if last else net.features
    watched.register_forward_hook(lambda m, given, out: seen.append(given[0] if last else out))
    with torch.no_grad():
        net(inputs)
        found = blocks(inputs)
    expected = seen[0] if last else seen[0].mean(dim=(2, 3))
    assert expected.std() > 1e-4
    torch.testing.assert_close(found[:, :, 0, 0], expected, atol=1e-4, rtol=1e-4)


def test_files_that_are_older_than_counts_of_batch_norm() -> None:
    """As torchvision's of DenseNet and VGG are; safetensors of such have no version either."""
    model, net = "torchvision/resnet18", models.resnet18(weights=None)
    state = {key: value for key, value in net.state_dict().items() if "num_batches" not in key}
    blocks = borrowed.build(model, SIDE, 1)
    borrowed.put_weights(blocks, model, SIDE, state)
    found = blocks.model.state_dict()
    assert all(torch.equal(found[key], value) for key, value in state.items() if key in found)
    assert found.keys() - state.keys() == {k for k in net.state_dict() if "num_batches" in k}


def test_stages_of_resnets_and_of_chains() -> None:
    inputs = torch.randn(1, 3, SIDE, SIDE)
    resnet = borrowed.build("torchvision/resnet18", SIDE, 0).eval()
    assert resnet.layers == ("maxpool", "layer1", "layer2", "layer3", "layer4", "features")
    mobile = borrowed.build("torchvision/mobilenet_v3_small", SIDE, 0).eval()
    assert mobile.layers == (*(f"features.{number}" for number in range(13)), "features")
    with torch.no_grad():
        assert torch.equal(resnet(inputs, "layer4").mean(dim=(2, 3)), resnet(inputs)[:, :, 0, 0])
        for number in (0, 5, 12):
            expected = mobile.model.features[: number + 1](inputs)
            assert torch.equal(mobile(inputs, f"features.{number}"), expected)


def test_auxiliary_classifiers_are_left_out() -> None:
    net: nn.Module = models.googlenet(weights=None, aux_logits=True, init_weights=False)
    blocks = borrowed.build("torchvision/googlenet", SIDE, 0)
    borrowed.put_weights(blocks, "torchvision/googlenet", SIDE, net.state_dict())
    assert torch.equal(blocks.model.conv1.conv.weight, net.conv1.conv.weight)
    assert blocks.model.transform_input


def test_what_torchvision_says_of_weights() -> None:
    model, name = "torchvision/resnet18", "ResNet18_Weights.IMAGENET1K_V1"
    said = borrowed.published(model, name)
    assert borrowed.weights_of(model) == [name]
    assert (said.side, said.mean) == (224, (0.485, 0.456, 0.406))
    assert said.sources == ("https://download.pytorch.org/models/resnet18-f37072fd.pth",)
    assert said.licence == "unknown"
    swag = borrowed.published("torchvision/vit_b_16", "ViT_B_16_Weights.IMAGENET1K_SWAG_E2E_V1")
    assert "github.com/facebookresearch/SWAG" in swag.licence
    assert swag.side == 384


def test_parts_for_models_of_one_size_are_enlarged_to_it() -> None:
    backbone, seen = borrowed.backbone("torchvision/vit_b_32", 1, 16, 0).eval(), []
    backbone.blocks.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape))
    backbone(torch.rand(1, 1, 16, 16))
    backbone(torch.rand(1, 1, 5, 5))
    assert seen == [(1, 3, 64, 64)] * 2


def test_backbones_that_do_not_take_the_images_are_refused() -> None:
    with pytest.raises(UserError, match=r"timm/dla34 does not take images of 56 px"):
        borrowed.backbone("timm/dla34", 3, 14, 0)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("timm/resnet18x", r"backbone\.name: unknown model 'timm/resnet18x' \(did you mean 'resn"),
        ("timm/resnet18.a1_in1k", r"a tag of weights is no part of it"),
        ("torchvision/resnet19", r"did you mean 'resnet18'.*torchvision/NAME"),
        ("torchvision/fcn_resnet50", r"unknown model"),
    ],
)
def test_unknown_models(model: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        borrowed.check_backbone(model, "features", "features")
    assert "\n" not in str(error.value)


def test_layers_of_a_backbone() -> None:
    borrowed.check_backbone("timm/resnet10t", "auto", "layer3")
    for embed, supervised, key in (("conv5", "layer3", "embed"), ("auto", "auto", "supervised")):
        with pytest.raises(UserError, match=rf"{key}\.layer: unknown layer .*allowed: act1, lay"):
            borrowed.check_backbone("timm/resnet10t", embed, supervised)
