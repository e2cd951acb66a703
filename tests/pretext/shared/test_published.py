"""Weights of others: files, downloads, and what is said where they are of no use."""

import hashlib
from pathlib import Path

import pytest
import torch
from borrowed_models import LITE, complaint, equal, random_model, settings
from safetensors.torch import save_file
from torch import Tensor

from semisup.network.library import Published
from semisup.pretext.shared import efficientnet_lite, published

MODEL, KEY = "timm/resnet10t", "pretrain.imagenet"
HUB_FILE = "https://huggingface.co/timm/resnet10t.c3_in1k/resolve/main/model.safetensors"
RESNET, RESNETS = "torchvision/resnet18", "ResNet18_Weights.IMAGENET1K_V1"
URL = "https://download.pytorch.org/models/resnet18-f37072fd.pth"


@pytest.fixture
def state() -> dict[str, Tensor]:
    return random_model(MODEL).state_dict()


@pytest.mark.parametrize("wrapper", [None, "state_dict", "model"])
@pytest.mark.parametrize("kind", ["pth", "safetensors"])
def test_files(state: dict[str, Tensor], tmp_path: Path, kind: str, wrapper: str | None) -> None:
    path = tmp_path / f"mine.{kind}"
    if kind == "safetensors":
        save_file(state, path)
    else:
        torch.save({wrapper: state, "epoch": 3} if wrapper else state, path)
    found = published.read(settings(MODEL, file=str(path)), KEY)
    assert equal(found.state, state)
    assert found.tag is None
    assert found.origin == {
        "model": MODEL,
        "weights": path.name,
        "source": str(path),
        "licence": "unknown",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def test_weights_that_a_file_is_said_to_be_of(state: dict[str, Tensor], tmp_path: Path) -> None:
    save_file(state, tmp_path / "a.safetensors")
    named = settings(MODEL, file=str(tmp_path / "a.safetensors"), weights="c3_in1k")
    assert published.read(named, KEY).tag == "c3_in1k"


def test_the_package() -> None:
    found = published.read(settings(efficientnet_lite.MODEL, weights=LITE), KEY)
    assert "blocks.1.0.conv_pw.weight" in found.state
    assert found.origin == {
        "model": efficientnet_lite.MODEL,
        "weights": LITE,
        "source": f"package {LITE}, models/efficientnet-lite0-57934424.pth",
        "licence": "apache-2.0",
        "sha256": efficientnet_lite.SHA256,
    }


def test_the_packages_names_in_a_file(tmp_path: Path) -> None:
    state = torch.load(efficientnet_lite.file(KEY), weights_only=True)
    torch.save(state, tmp_path / "lite.pth")
    mine, theirs = (
        published.read(settings(efficientnet_lite.MODEL, **given), KEY).state
        for given in ({"file": str(tmp_path / "lite.pth")}, {"weights": LITE})
    )
    assert equal(mine, theirs)


@pytest.mark.parametrize(
    ("model", "weights", "said"),
    [
        (MODEL, "c3_in1", "has no weights 'c3_in1' (did you mean 'c3_in1k'?); allowed: c3_in1k"),
        (MODEL, LITE, "timm/resnet10t has no weights"),
        (
            efficientnet_lite.MODEL,
            "in1",
            f"allowed: in1k, {LITE}; or name a file of weights in {KEY}.file",
        ),
        (RESNET, "ResNet18_Weights.V2", f"allowed: {RESNETS}"),
        ("timm/mixer_s32_224", "x", "allowed: none; or name a file"),
    ],
)
def test_unknown_weights(model: str, weights: str, said: str) -> None:
    text = complaint(lambda: published.read(settings(model, weights=weights), KEY))
    assert text.startswith(f"params.yaml: {KEY}.weights: ")
    assert said in text


def test_weights_that_are_published_in_other_formats_only(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Published(224, (0.5,) * 3, (0.5,) * 3, (), "unknown")
    monkeypatch.setattr(published.borrowed, "published", lambda *_: said)
    text = complaint(lambda: published.read(settings(MODEL, weights="c3_in1k"), KEY))
    assert "published in no form that is safe to read" in text
