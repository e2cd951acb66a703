"""Weights of others: files, downloads, and what is said where they are of no use."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import torch
from borrowed_models import LITE, complaint, equal, random_model, settings
from safetensors.torch import save_file
from torch import Tensor, nn

from semisup.network.layers import Published
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


@pytest.mark.parametrize("prefix", published.PREFIXES)
@pytest.mark.parametrize("kind", ["pth", "safetensors"])
def test_names_of_training_programs(
    state: dict[str, Tensor], tmp_path: Path, kind: str, prefix: str
) -> None:
    path, theirs = tmp_path / f"mine.{kind}", {prefix + name: state[name] for name in state}
    if kind == "safetensors":
        save_file(theirs, path)
    else:
        torch.save({"state_dict": theirs}, path)
    assert equal(published.read(settings(MODEL, file=str(path)), KEY).state, state)


def test_prefixes_in_any_order(state: dict[str, Tensor], tmp_path: Path) -> None:
    for prefix in ("module._orig_mod.", "_orig_mod.module."):
        save_file({prefix + name: state[name] for name in state}, tmp_path / "a.safetensors")
        found = published.read(settings(MODEL, file=str(tmp_path / "a.safetensors")), KEY)
        assert equal(found.state, state)


@pytest.mark.parametrize("name", ["mine.pth", "mine.bin", "mine.SAFETENSORS", "mine.safetensors"])
@pytest.mark.parametrize("kind", ["pth", "safetensors"])
def test_a_file_is_known_by_its_content(
    state: dict[str, Tensor], tmp_path: Path, kind: str, name: str
) -> None:
    (save_file if kind == "safetensors" else torch.save)(state, tmp_path / name)
    found = published.read(settings(MODEL, file=str(tmp_path / name)), KEY)
    assert equal(found.state, state)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_not_finite(state: dict[str, Tensor], tmp_path: Path, value: float) -> None:
    state["layer1.0.conv1.weight"].view(-1)[3] = value
    save_file(state, tmp_path / "a.safetensors")
    named = settings(MODEL, file=str(tmp_path / "a.safetensors"))
    text = complaint(lambda: published.read(named, KEY))
    assert "a.safetensors: layer1.0.conv1.weight holds values that are not finite; give" in text


@pytest.mark.parametrize("value", [torch.eye(3).to_sparse(), torch.empty(3, device="meta")])
def test_values_that_are_no_plain_numbers(tmp_path: Path, value: Tensor) -> None:
    torch.save({"layer1.0.conv1.weight": value}, tmp_path / "a.pth")
    named = settings(MODEL, file=str(tmp_path / "a.pth"))
    text = complaint(lambda: published.read(named, KEY))
    assert "a.pth: layer1.0.conv1.weight holds no plain numbers" in text
    assert text.endswith("give the path of a file of weights, or null")


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


class Code:
    """Runs when it is unpickled, were it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path("was_run").touch, ())


def test_pickles_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number, content in enumerate([Code(), {"a": torch.zeros(1), "b": Code()}, nn.Linear(2, 2)]):
        path = tmp_path / f"{number}.pth"
        torch.save(content, path)
        text = complaint(lambda path=path: published.read(settings(MODEL, file=str(path)), KEY))
        assert text.startswith(f"{KEY}.file: {path}: holds more than tensors")
        assert "safetensors.torch.save_file" in text
    assert not (tmp_path / "was_run").exists()


def test_files_of_no_use(tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_text("not weights")
    (tmp_path / "text.pth").write_text("not weights")
    (tmp_path / "empty.pth").touch()
    torch.save({}, tmp_path / "nothing.pth")
    torch.save([torch.zeros(1)], tmp_path / "list.pth")
    torch.save({"lr": 0.1, "layer": torch.zeros(1)}, tmp_path / "mixed.pth")
    torch.save({"teacher": {"a": torch.zeros(1)}, "epoch": 3}, tmp_path / "other.pth")
    save_file({}, tmp_path / "nothing.safetensors")
    for name, said in [
        ("none.safetensors", "no such file; give the path"),
        ("none.pth", "no such file; give the path"),
        ("", "is a folder; give the path"),
        ("text.safetensors", "not a safetensors file"),
        ("text.pth", "holds more than tensors, or none"),
        ("empty.pth", "can't be read"),
        ("nothing.pth", "not a state dict of tensors"),
        ("list.pth", "not a state dict of tensors"),
        ("mixed.pth", "not a state dict of tensors"),
        ("other.pth", "nor one under state_dict or model, but teacher, epoch; give the path"),
        ("nothing.safetensors", "not a state dict of tensors"),
    ]:
        path = tmp_path / name
        text = complaint(lambda path=path: published.read(settings(MODEL, file=str(path)), KEY))
        assert text.startswith(f"{KEY}.file: {path}: ")
        assert said in text


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
