"""Files of weights: what is read of them, and what is said of files of no use."""

from pathlib import Path
from typing import Any

import pytest
import torch
from borrowed_models import complaint, equal
from safetensors.torch import save_file
from torch import Tensor, nn

from semisup.pretext.shared import state_dicts

WEIGHT, NAMED, MEND = "layer1.0.conv1.weight", "the file", "give another"


@pytest.fixture
def state() -> dict[str, Tensor]:
    return {WEIGHT: torch.arange(8.0).view(2, 4), "fc.bias": torch.ones(3)}


def read(path: Path) -> dict[str, Tensor]:
    return state_dicts.read(path, NAMED, MEND)


@pytest.mark.parametrize("prefix", state_dicts.PREFIXES)
@pytest.mark.parametrize("kind", ["pth", "safetensors"])
def test_names_of_training_programs(
    state: dict[str, Tensor], tmp_path: Path, kind: str, prefix: str
) -> None:
    path, theirs = tmp_path / f"mine.{kind}", {prefix + name: state[name] for name in state}
    if kind == "safetensors":
        save_file(theirs, path)
    else:
        torch.save({"state_dict": theirs}, path)
    assert equal(read(path), state)


def test_prefixes_in_any_order(state: dict[str, Tensor], tmp_path: Path) -> None:
    for prefix in ("module._orig_mod.", "_orig_mod.module."):
        save_file({prefix + name: state[name] for name in state}, tmp_path / "a.safetensors")
        assert equal(read(tmp_path / "a.safetensors"), state)


@pytest.mark.parametrize("name", ["mine.pth", "mine.bin", "mine.SAFETENSORS", "mine.safetensors"])
@pytest.mark.parametrize("kind", ["pth", "safetensors"])
def test_a_file_is_known_by_its_content(
    state: dict[str, Tensor], tmp_path: Path, kind: str, name: str
) -> None:
    (save_file if kind == "safetensors" else torch.save)(state, tmp_path / name)
    assert equal(read(tmp_path / name), state)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_not_finite(state: dict[str, Tensor], tmp_path: Path, value: float) -> None:
    state[WEIGHT].view(-1)[3] = value
    save_file(state, tmp_path / "a.safetensors")
    text = complaint(lambda: read(tmp_path / "a.safetensors"))
    assert text == f"{NAMED}: {WEIGHT} holds values that are not finite; {MEND}"


@pytest.mark.parametrize("value", [torch.eye(3).to_sparse(), torch.empty(3, device="meta")])
def test_values_that_are_no_plain_numbers(tmp_path: Path, value: Tensor) -> None:
    torch.save({WEIGHT: value}, tmp_path / "a.pth")
    text = complaint(lambda: read(tmp_path / "a.pth"))
    assert text == f"{NAMED}: {WEIGHT} holds no plain numbers (sparse, or quantised); {MEND}"


class Code:
    """Runs when it is unpickled, were it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path("was_run").touch, ())


def test_pickles_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number, content in enumerate([Code(), {"a": torch.zeros(1), "b": Code()}, nn.Linear(2, 2)]):
        path = tmp_path / f"{number}.pth"
        torch.save(content, path)
        text = complaint(lambda path=path: read(path))
        assert text.startswith(f"{NAMED}: holds more than tensors")
        assert "safetensors.torch.save_file" in text
    assert not (tmp_path / "was_run").exists()


def test_files_of_no_use(tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_text("not weights")
    (tmp_path / "text.pth").write_text("not weights")
    (tmp_path / "pointer.pth").write_text("version https://git-lfs.github.com/spec/v1")
    (tmp_path / "empty.pth").touch()
    for whole in ("cut.pth", "cut.safetensors"):
        save = torch.save if whole.endswith(".pth") else save_file
        save({WEIGHT: torch.zeros(64)}, tmp_path / whole)
        (tmp_path / whole).write_bytes((tmp_path / whole).read_bytes()[:200])
    torch.save({}, tmp_path / "nothing.pth")
    torch.save([torch.zeros(1)], tmp_path / "list.pth")
    torch.save({"lr": 0.1, "layer": torch.zeros(1)}, tmp_path / "mixed.pth")
    torch.save({"teacher": {"a": torch.zeros(1)}, "epoch": 3}, tmp_path / "other.pth")
    save_file({}, tmp_path / "nothing.safetensors")
    for name, said in [
        ("none.safetensors", "no such file; give another"),
        ("none.pth", "no such file; give another"),
        ("", "is a folder; give another"),
        ("text.safetensors", "no file of weights (it begins with 'not weights'); give another"),
        ("cut.safetensors", "not a safetensors file"),
        ("text.pth", "no file of weights (it begins with 'not weights'); give another"),
        ("pointer.pth", "no file of weights (it begins with 'version https://')"),
        ("cut.pth", "can't be read"),
        ("empty.pth", "no file of weights (it is empty); give another"),
        ("nothing.pth", "not a state dict of tensors"),
        ("list.pth", "not a state dict of tensors"),
        ("mixed.pth", "not a state dict of tensors"),
        ("other.pth", "nor one under state_dict or model, but teacher, epoch; give another"),
        ("nothing.safetensors", "not a state dict of tensors"),
    ]:
        path = tmp_path / name
        text = complaint(lambda path=path: read(path))
        assert text.startswith(f"{NAMED}: ")
        assert said in text
