"""Weights from the network: fetched once, checked, and what is said where they can't be had."""

import hashlib
import io
import logging
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import URLError

import huggingface_hub
import pytest
import torch
from borrowed_models import complaint, equal, random_model, settings, write_file
from torch import Tensor, hub, nn

from semisup.pretext.shared import downloads, published

MODEL, KEY = "timm/resnet10t", "pretrain.imagenet"
HUB_FILE = "https://huggingface.co/timm/resnet10t.c3_in1k/resolve/main/model.safetensors"
RESNET, RESNETS = "torchvision/resnet18", "ResNet18_Weights.IMAGENET1K_V1"
URL = "https://download.pytorch.org/models/resnet18-f37072fd.pth"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(MODEL, tmp_path_factory.mktemp("weights"))


@pytest.fixture
def state() -> dict[str, Tensor]:
    return random_model(MODEL).state_dict()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*arguments: object, **keywords: object) -> None:
        raise URLError("no way out")

    def refuse_hub(*arguments: object, **keywords: object) -> None:
        raise ConnectionError("no way\nout")

    monkeypatch.setattr(hub, "urlopen", refuse)
    monkeypatch.setattr(hub, "_hub_dir", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", refuse_hub)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hf"))


class Answer(io.BytesIO):
    """Of a server."""

    def info(self) -> Message:
        return Message()


@pytest.mark.parametrize(
    ("model", "weights", "address"), [(MODEL, "c3_in1k", HUB_FILE), (RESNET, RESNETS, URL)]
)
def test_offline(model: str, weights: str, address: str, capfd: pytest.CaptureFixture[str]) -> None:
    text = complaint(lambda: published.read(settings(model, weights=weights), KEY))
    assert text.startswith(f"params.yaml: {KEY}.weights: {weights}: {address} could not be fetched")
    assert "no way out" in text
    assert f"put that file here and set {KEY}.file to its path" in text
    assert capfd.readouterr() == ("", "")


def put_on_hub(content: bytes, name: str, folder: Path) -> Path:
    """As the hub's client caches a file: a link to one that is called by its hash."""
    blob = folder / name
    blob.write_bytes(content)
    link = folder / "model.safetensors"
    link.symlink_to(blob)
    return link


def test_from_the_hub(
    file: Path, state: dict[str, Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = file.read_bytes()
    name = hashlib.sha256(content).hexdigest()
    link = put_on_hub(content, name, tmp_path)
    asked: list[tuple[Any, ...]] = []

    def download(*named: str, **how: Any) -> str:
        asked.append((*named, how))
        if how.get("local_files_only"):
            raise FileNotFoundError
        return str(link)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", lambda *_, **__: None)
    found = published.read(settings(MODEL, weights="c3_in1k"), KEY)
    assert equal(found.state, state)
    assert found.tag == "c3_in1k"
    assert found.origin == {
        "model": MODEL,
        "weights": "c3_in1k",
        "source": HUB_FILE,
        "licence": "apache-2.0",
        "sha256": name,
    }
    repository = ("timm/resnet10t.c3_in1k", "model.safetensors")
    assert asked == [
        (*repository, {"token": False, "local_files_only": True}),
        (*repository, {"token": False, "etag_timeout": downloads.SECONDS}),
    ]
    assert logging.getLogger("huggingface_hub").level == logging.CRITICAL


def test_what_the_hubs_cache_has_is_not_asked_for(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = put_on_hub(file.read_bytes(), "0" * 40, tmp_path)  # of a small file it is another hash
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda *_, **__: str(link))
    assert published.read(settings(MODEL, weights="c3_in1k"), KEY).tag == "c3_in1k"


def test_a_damaged_file_of_the_hub(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = put_on_hub(file.read_bytes(), "0" * 64, tmp_path)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda *_, **__: str(link))
    text = complaint(lambda: published.read(settings(MODEL, weights="c3_in1k"), KEY))
    assert f"{link} is damaged; delete it" in text


def test_only_weights_are_read_of_a_downloaded_file(tmp_path: Path) -> None:
    cached = tmp_path / "hub/checkpoints/resnet18-f37072fd.pth"
    cached.parent.mkdir(parents=True)
    torch.save({"conv1.weight": torch.ones(2)}, cached)
    found = published.read(settings(RESNET, weights=RESNETS), KEY)
    assert torch.equal(found.state["conv1.weight"], torch.ones(2))
    assert found.origin["source"] == URL
    torch.save(nn.Linear(2, 2), cached)  # a pickle of code
    text = complaint(lambda: published.read(settings(RESNET, weights=RESNETS), KEY))
    assert text.startswith(f"params.yaml: {KEY}.weights: {RESNETS}: holds more than tensors")


def test_a_download_is_checked_by_the_hash_in_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "urlopen", lambda *_, **__: Answer(b"something else"))
    text = complaint(lambda: published.read(settings(RESNET, weights=RESNETS), KEY))
    assert "invalid hash value" in text
    assert not [*(tmp_path / "hub/checkpoints").glob("*.pth")]
