"""Weights of others: files, downloads, and what is said where they are of no use."""

import hashlib
import io
import logging
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import URLError

import huggingface_hub
import pytest
import torch
from borrowed_models import LITE, random_model, settings, write_file
from safetensors.torch import save_file
from torch import Tensor, hub, nn

from semisup.pretext.shared import lite, published
from semisup.workflow.errors import UserError

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


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def complaint(read: Callable[[], Any]) -> str:
    with pytest.raises(UserError) as caught:
        read()
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 500
    return text


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


def test_the_package() -> None:
    found = published.read(settings(lite.MODEL, weights=LITE), KEY)
    assert "blocks.1.0.conv_pw.weight" in found.state
    assert found.origin == {
        "model": lite.MODEL,
        "weights": LITE,
        "source": f"package {LITE}, models/efficientnet-lite0-57934424.pth",
        "licence": "apache-2.0",
        "sha256": lite.SHA256,
    }


def test_the_packages_names_in_a_file(tmp_path: Path) -> None:
    state = torch.load(lite.file(KEY), weights_only=True)
    torch.save(state, tmp_path / "lite.pth")
    mine, theirs = (
        published.read(settings(lite.MODEL, **given), KEY).state
        for given in ({"file": str(tmp_path / "lite.pth")}, {"weights": LITE})
    )
    assert equal(mine, theirs)


class Answer(io.BytesIO):
    """Of a server."""

    def info(self) -> Message:
        return Message()


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
        (lite.MODEL, "in1", f"allowed: in1k, {LITE}; or name a file of weights in {KEY}.file"),
        (RESNET, "ResNet18_Weights.V2", f"allowed: {RESNETS}"),
        ("timm/mixer_s32_224", "x", "allowed: none; or name a file"),
    ],
)
def test_unknown_weights(model: str, weights: str, said: str) -> None:
    text = complaint(lambda: published.read(settings(model, weights=weights), KEY))
    assert text.startswith(f"params.yaml: {KEY}.weights: ")
    assert said in text


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
        (*repository, {"token": False, "etag_timeout": published.SECONDS}),
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
    assert text.startswith(f"{KEY}.weights: {RESNETS}: holds more than tensors")


def test_a_download_is_checked_by_the_hash_in_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "urlopen", lambda *_, **__: Answer(b"something else"))
    text = complaint(lambda: published.read(settings(RESNET, weights=RESNETS), KEY))
    assert "invalid hash value" in text
    assert not [*(tmp_path / "hub/checkpoints").glob("*.pth")]


def test_weights_that_are_published_in_other_formats_only(monkeypatch: pytest.MonkeyPatch) -> None:
    said = published.borrowed.Published(224, (0.5,) * 3, (0.5,) * 3, (), "unknown")
    monkeypatch.setattr(published.borrowed, "published", lambda *_: said)
    text = complaint(lambda: published.read(settings(MODEL, weights="c3_in1k"), KEY))
    assert "published in no form that is safe to read" in text
