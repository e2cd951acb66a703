"""torchvision's weights give torchvision's maps, whatever the images; errors are one line."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, hub
from torchvision import models

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.embed import checksum, embed
from semisup.network import encoders
from semisup.network.backbones import Encoder
from semisup.network.encoders import EncoderSpec
from semisup.params.loading import Params
from semisup.params.sections import Augment, Embed
from semisup.pretext.imagenet import Settings, Task
from semisup.pretrain.pretraining import pretrain, write
from semisup.report.figures import filters
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

MakeData, Make = Callable[..., ImageData], Callable[..., Params]
NAME = "ResNet18_Weights.IMAGENET1K_V1"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@pytest.fixture(scope="module")
def resnet() -> torch.nn.Module:
    """Random weights, and statistics of batch norm unlike those it starts with."""
    with torch.random.fork_rng():
        torch.manual_seed(4)
        net = models.resnet18(weights=None).train()
        with torch.no_grad():
            net(torch.randn(4, 3, 64, 64) * 2 + 1)
    return net.eval()


@pytest.fixture(scope="module")
def file(resnet: torch.nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "resnet18.safetensors"
    save_file(resnet.state_dict(), path)
    return path


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*arguments: object, **keywords: object) -> None:
        raise URLError("no way out")

    monkeypatch.setattr(hub, "urlopen", refuse)
    monkeypatch.setattr(hub, "_hub_dir", str(tmp_path / "hub"))


def make(file: Path | None, data: ImageData, backbone: str = "resnet18") -> Encoder:
    named = file if file is None else str(file)
    settings = Settings(backbone=backbone, weights=NAME, file=named)
    return Task.encoder(settings, "small", data, 0)[0].eval()


def torchvisions_maps(net: torch.nn.Module, images: Tensor, small: bool) -> list[Tensor]:
    """Of RGB images in 0 to 1, one module after the other."""
    normal = (images - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    maps: list[Tensor] = []
    with torch.no_grad():
        if small:
            stem = torch.nn.functional.conv2d(normal, net.conv1.weight, padding=3)
            maps.append(net.relu(net.bn1(stem)))
            for layer in (net.layer1, net.layer2, net.layer3, net.layer4):
                maps.append(layer(maps[-1]))
            return maps
        watched = (net.maxpool, net.layer1, net.layer2, net.layer3, net.layer4)
        hooks = [m.register_forward_hook(lambda m, i, out: maps.append(out)) for m in watched]
        net(normal)
    for hook in hooks:
        hook.remove()
    return maps


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [28, 32, 64, 65, 96])
def test_all_layers_give_torchvisions_maps(
    resnet: torch.nn.Module, file: Path, make_data: MakeData, side: int, channels: int
) -> None:
    encoder = make(file, make_data(classes=2, size=side, channels=channels))
    images = torch.rand(2, channels, side, side, generator=torch.Generator().manual_seed(0))
    colour = images if channels == 3 else torch.cat([images] * 3, dim=1)
    expected = torchvisions_maps(resnet, colour, small=side <= 64)
    with torch.no_grad():
        found = [encoder(images, layer) for layer in encoder.layers]
    assert encoder.layers == ("conv1", "conv2", "conv3", "conv4", "conv5")
    assert [m.shape[2] for m in found[:2]] == [side if side <= 64 else (side + 3) // 4] * 2
    assert len(found) == len(expected) == 5
    for mine, theirs in zip(found, expected, strict=True):
        assert theirs.std() > 0.01
        assert torch.allclose(mine, theirs, atol=1e-4)


def test_bottlenecks_too(make_data: MakeData, tmp_path: Path) -> None:
    net = models.resnet50(weights=None).eval()
    save_file(net.state_dict(), tmp_path / "50.safetensors")
    encoder = make(tmp_path / "50.safetensors", make_data(classes=2), "resnet50")
    images = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        found = encoder(images)
    assert torch.allclose(found, torchvisions_maps(net, images, small=True)[-1], atol=1e-4)


@pytest.mark.parametrize("channels", [1, 3])
def test_written_and_used_by_the_stages_after(
    file: Path,
    make_data: MakeData,
    make_params: Make,
    make_augment: Callable[..., Augment],
    runtime: Runtime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    channels: int,
) -> None:
    data = make_data(classes=2, channels=channels)
    params = make_params({"pretrain.imagenet.file": str(file), "backbone.name": "small"})
    monkeypatch.chdir(tmp_path)
    folder = outputs.pretrain_folder("imagenet")
    folder.mkdir(parents=True)
    done = pretrain("imagenet", params, data, runtime)
    assert done.fit is None
    assert done.spec == EncoderSpec("resnet18", "imagenet")
    write(folder, "imagenet", done)
    assert json.loads((folder / outputs.ENCODER_SPEC).read_text()) == {
        "backbone": "resnet18",
        "sees": "imagenet",
    }
    # nothing but the folder is needed, and the statistics of other images make no difference
    other = dataclasses.replace(data, mean=data.mean * 0, std=data.std * 7)
    again = encoders.load(folder, other)
    assert checksum(again) == checksum(done.encoder)
    settings = Embed(layer="conv5", pool=1, views=1, images_per_class=4, pool_images=0)
    (tmp_path / "features").mkdir()
    embed(again, data, settings, make_augment(), runtime, 0, tmp_path / "features")
    stored = np.load(tmp_path / "features" / "test.npy")
    images = torch.from_numpy(data.images[data.test]).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        expected = make(file, data)(images).mean(dim=(2, 3))
    assert stored.shape == (len(data.test), 512)
    np.testing.assert_allclose(stored, expected, atol=2e-3, rtol=2e-3)


def test_the_report_shows_the_first_kernels(
    file: Path,
    resnet: torch.nn.Module,
    make_data: MakeData,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for side in (32, 96):
        folder = outputs.pretrain_folder("imagenet")
        folder.mkdir(parents=True, exist_ok=True)
        encoder = make(file, make_data(classes=2, size=side, channels=1))
        encoders.save(encoder, EncoderSpec("resnet18", "imagenet"), folder)
        shown = filters.first_convolution("imagenet")
        assert np.array_equal(shown, resnet.conv1.weight.detach().numpy())


def test_offline(make_data: MakeData, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError) as error:
        make(None, make_data(classes=2))
    text = str(error.value)
    assert "\n" not in text
    for part in (NAME, "https://download.pytorch.org/models/resnet18-f37072fd.pth", "no way out"):
        assert part in text
    assert "pretrain.imagenet.file" in text
    assert capsys.readouterr().out == ""


def test_only_weights_are_read_of_a_downloaded_file(
    resnet: torch.nn.Module, make_data: MakeData, tmp_path: Path
) -> None:
    cached = tmp_path / "hub/checkpoints/resnet18-f37072fd.pth"
    cached.parent.mkdir(parents=True)
    torch.save(resnet.state_dict(), cached)
    found = make(None, make_data(classes=2))
    assert torch.equal(next(found.parameters()), resnet.conv1.weight)

    torch.save(resnet, cached)  # a pickle of code
    with pytest.raises(UserError, match=r"fetched or read \(Weights only load failed") as no:
        make(None, make_data(classes=2))
    assert "\n" not in str(no.value)


def test_wrong_files(
    resnet: torch.nn.Module, file: Path, make_data: MakeData, tmp_path: Path
) -> None:
    data, state = make_data(classes=2), resnet.state_dict()
    missing = {name: value for name, value in state.items() if name != "layer2.0.bn1.weight"}
    save_file(missing, tmp_path / "missing.safetensors")
    save_file(state | {"conv1.weight": torch.zeros(64, 1, 7, 7)}, tmp_path / "shape.safetensors")
    torch.save(state, tmp_path / "resnet18.pth")
    for path, backbone, message in [
        (tmp_path / "none.safetensors", "resnet18", "no such file"),
        (tmp_path, "resnet18", "can't be read"),
        (tmp_path / "resnet18.pth", "resnet18", r"not a safetensors file.*save_file"),
        (tmp_path / "missing.safetensors", "resnet18", r"Missing.*layer2\.0\.bn1\.weight"),
        (tmp_path / "shape.safetensors", "resnet18", r"size mismatch for conv1\.weight"),
        (file, "resnet34", r"torchvision's resnet34 \(pretrain\.imagenet\.backbone\): Missing"),
    ]:
        with pytest.raises(UserError, match=message) as error:
            make(path, data, backbone)
        assert "\n" not in str(error.value)
        assert str(path) in str(error.value)
        assert len(str(error.value)) < 500
