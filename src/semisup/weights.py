"""Weights as safetensors: no code runs when they are loaded."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from semisup import outputs
from semisup.errors import UserError


def save_weights(network: nn.Module, path: Path) -> None:
    """Write weights and buffers of a network."""
    tensors = network.state_dict().items()
    save_file({name: value.cpu().contiguous() for name, value in tensors}, path)


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
