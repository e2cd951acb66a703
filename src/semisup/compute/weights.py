"""Weights as safetensors: no code runs when they are loaded."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from torch import Tensor, nn

from semisup.workflow import outputs
from semisup.workflow.errors import UserError

Arrays = dict[str, NDArray[np.generic]]


def to_arrays(network: nn.Module) -> Arrays:
    """Weights and buffers of a network, by name."""
    return {name: value.cpu().contiguous().numpy() for name, value in network.state_dict().items()}


def save_weights(network: nn.Module, path: Path) -> None:
    """Write weights and buffers of a network.

    Raises:
        OSError: as `save_arrays`.
    """
    save_arrays(to_arrays(network), path)


def save_arrays(arrays: Arrays, path: Path) -> None:
    """Write arrays by name.

    Raises:
        OSError: as any other file's where the disk is full; safetensors has an error of its own.
    """
    try:
        save_file(arrays, path)
    except SafetensorError as error:
        raise OSError(f"{path.name}: {error}") from None


def checksum(tensors: Mapping[str, Tensor], facts: str = "") -> str:
    """A hash over names and values, and a text beside them."""
    digest = hashlib.blake2b(facts.encode(), digest_size=16)
    for name, value in sorted(tensors.items()):
        digest.update(name.encode())
        digest.update(value.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


@contextmanager
def opened(path: Path, framework: str = "np") -> Iterator[Any]:
    """A safetensors file, as `safe_open` opens it.

    Raises:
        UserError: where it is missing or damaged.
    """
    try:
        with outputs.needed(path), safe_open(path, framework) as file:
            yield file
    except SafetensorError as error:
        raise UserError(f"{path}: damaged ({error}); run `dvc checkout` or `dvc repro`") from None


def read_arrays(path: Path) -> Arrays:
    """Every array of a safetensors file, by name.

    Raises:
        UserError: where it is missing or damaged.
    """
    with opened(path) as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def load_weights(network: nn.Module, path: Path) -> None:
    """Put the weights of a safetensors file into `network`.

    Raises:
        UserError: where the file is missing, damaged or was written for another network.
    """
    with opened(path, "pt") as file:
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    try:
        network.load_state_dict(state)
    except RuntimeError:
        raise UserError(
            f"{path}: weights of another network than params.yaml describes; run `dvc repro`"
        ) from None
