"""Weights on disk."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from semisup.compute.weights import load_weights, opened, read_arrays, save_weights, to_arrays
from semisup.workflow.errors import UserError


def network(width: int = 4, scale: float = 1.0) -> nn.Module:
    made = nn.Sequential(nn.Conv2d(3, width, 3), nn.BatchNorm2d(width))
    for value in made.state_dict().values():
        value.copy_(scale * torch.arange(value.numel()).view(value.shape))
    return made.to(memory_format=torch.channels_last)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    saved, loaded = network(), network(scale=2.0)
    save_weights(saved, path)
    load_weights(loaded, path)
    for name, value in loaded.state_dict().items():
        assert torch.equal(value, saved.state_dict()[name])
    first = path.read_bytes()
    save_weights(loaded, path)
    assert path.read_bytes() == first


def test_files_that_do_not_fit(tmp_path: Path) -> None:
    save_weights(network(5), tmp_path / "wider.safetensors")
    save_weights(nn.Linear(2, 2), tmp_path / "other.safetensors")
    save_weights(network(), tmp_path / "cut.safetensors")
    whole = (tmp_path / "cut.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[:-7])
    (tmp_path / "text.safetensors").write_text("not weights at all")
    for name, said in (
        ("gone", "not there yet; run `dvc repro`"),
        ("wider", "weights of another network than params.yaml describes"),
        ("other", "weights of another network than params.yaml describes"),
        ("cut", "damaged"),
        ("text", "damaged"),
    ):
        path = tmp_path / f"{name}.safetensors"
        with pytest.raises(UserError, match=said) as caught:
            load_weights(network(), path)
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)


def test_what_can_not_be_written_is_the_error_of_any_file(tmp_path: Path) -> None:
    """By which `outputs.replacing` knows a full disk; safetensors has its own."""
    with pytest.raises(OSError, match=r"^w\.safetensors: "):
        save_weights(network(), tmp_path / "gone/w.safetensors")


def test_arrays_are_read_by_name(tmp_path: Path) -> None:
    save_weights(network(), tmp_path / "w.safetensors")
    found, expected = read_arrays(tmp_path / "w.safetensors"), to_arrays(network())
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)


def test_arrays_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_text("not weights at all")
    for name, said in (("gone", "not there yet; run `dvc repro`"), ("text", "damaged")):
        for read in (read_arrays, lambda path: opened(path).__enter__()):
            with pytest.raises(UserError, match=rf"{name}\.safetensors: {said}"):
                read(tmp_path / f"{name}.safetensors")
