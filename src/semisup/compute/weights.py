"""Weights as safetensors: no code runs when they are loaded."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import save_file
from safetensors.torch import load_file
from torch import nn

from semisup.workflow import outputs
from semisup.workflow.errors import UserError

Arrays = dict[str, NDArray[np.generic]]


def to_arrays(network: nn.Module) -> Arrays:
    """Weights and buffers of a network, by name."""
    return {name: value.cpu().contiguous().numpy() for name, value in network.state_dict().items()}


def save_arrays(arrays: Arrays, path: Path) -> None:
    """Write weights and buffers."""
    save_file(arrays, path)


def save_weights(network: nn.Module, path: Path) -> None:
    """Write weights and buffers of a network."""
    save_arrays(to_arrays(network), path)


def load_weights(network: nn.Module, path: Path) -> None:
    """Put the weights of a safetensors file into `network`.

    Raises:
        UserError: where the file is missing or was written for another network.
    """
    try:
        network.load_state_dict(load_file(path))
    except FileNotFoundError:
        raise outputs.missing(path) from None
    except SafetensorError as error:
        raise UserError(f"{path}: damaged ({error}); delete it and run `dvc repro`") from None
    except RuntimeError:
        raise UserError(
            f"{path}: weights of another network than params.yaml describes; run `dvc repro`"
        ) from None
