"""Weights that others published: found, checked, read. Nothing but tensors is read of any file.

Pickles (.pth) are read by `weights_only`, which runs no code.
"""

import pickle
import textwrap
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from semisup.network import borrowed
from semisup.params.messages import suggestion
from semisup.pretext.shared import downloads, efficientnet_lite
from semisup.pretext.shared.borrowed_settings import BorrowedSettings
from semisup.pretext.shared.library_errors import shortened
from semisup.workflow.errors import UserError
from semisup.workflow.outputs import sha256

WRAPPERS = ("state_dict", "model")  # keys that training programs keep a state dict under
# before each name where a network was trained by DistributedDataParallel or torch.compile
PREFIXES = ("module.", "_orig_mod.")
UNREADABLE = (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError)


@dataclass(frozen=True)
class Found:
    """A state dict, how messages name it, and what pretext.json says of it.

    tag: the library's name of the weights, by which images are normalised; None without one.
    """

    state: dict[str, Tensor]
    named: str
    origin: dict[str, str]
    tag: str | None = None


def read(settings: BorrowedSettings, key: str) -> Found:
    """The weights that a section asks for.

    Args:
        settings: of the row.
        key: of its section in params.yaml.

    Raises:
        UserError: where they are unknown, can't be fetched or can't be read.
    """
    model, weights, named = settings.model, settings.weights, f"{key}.weights: {settings.weights}"
    if settings.file is not None:
        path, named = Path(settings.file), f"{key}.file: {settings.file}"
        weights, source, licence = path.name, settings.file, "unknown"
        mend = "give the path of a file of weights, or null"
    elif is_installed(settings):
        path = efficientnet_lite.file(f"{key}.weights")
        source, licence = efficientnet_lite.SOURCE, efficientnet_lite.LICENCE
        mend = f"install {efficientnet_lite.PACKAGE} anew"
    else:
        path, source, licence = _fetched(settings, key)
        mend = f"delete {path}, so that it is fetched anew"
    state = _tensors(path, named, mend)
    if model == efficientnet_lite.MODEL:
        state = efficientnet_lite.in_timms_names(state)
    origin = {"model": model, "weights": weights, "source": source, "licence": licence}
    known = settings.weights in borrowed.weights_of(model)
    tag = settings.weights if known else None
    return Found(state, named, origin | {"sha256": sha256(path)}, tag)


def is_installed(settings: BorrowedSettings) -> bool:
    """Whether the weights are those of the package that comes with this project."""
    of_package = (
        settings.weights == efficientnet_lite.PACKAGE and settings.model == efficientnet_lite.MODEL
    )
    return settings.file is None and of_package


def check_weights(settings: BorrowedSettings, key: str) -> None:
    """Refuse weights that the library does not publish for the model.

    Raises:
        UserError: which lists those that it does.
    """
    model, weights = settings.model, settings.weights
    known = borrowed.weights_of(model) + (
        [efficientnet_lite.PACKAGE] if model == efficientnet_lite.MODEL else []
    )
    if weights not in known:
        raise UserError(
            f"params.yaml: {key}.weights: {model} has no weights {weights!r}"
            f"{suggestion(weights, known)}; allowed: {', '.join(known) or 'none'}; or name a "
            f"file of weights in {key}.file"
        )


def _fetched(settings: BorrowedSettings, key: str) -> tuple[Path, str, str]:
    """The file of weights that the library publishes, its address and its licence."""
    check_weights(settings, key)
    offered = borrowed.published(settings.model, settings.weights)
    where = f"params.yaml: {key}.weights: {settings.weights}"
    if not offered.sources:
        raise UserError(
            f"{where}: published in no form that is safe to read; choose other "
            f"weights, or name a safetensors file of them in {key}.file"
        )
    source = offered.sources[0]
    address = downloads.address(source)
    try:
        return downloads.fetched(source), address, offered.licence
    except (*UNREADABLE, HTTPException) as error:
        raise UserError(
            f"{where}: {address} could not be fetched "
            f"({shortened(error)}); connect to the network once, or put that file here and set "
            f"{key}.file to its path"
        ) from None


def _tensors(path: Path, named: str, mend: str) -> dict[str, Tensor]:
    """The state dict of a file.

    Raises:
        UserError: of one line, which ends with `mend`.
    """
    try:
        if _is_safetensors(path):
            state: Any = load_file(path)
        else:
            with path.open("rb") as file:  # of a path, torch would go by the name
                state = torch.load(file, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise UserError(f"{named}: no such file; {mend}") from None
    except IsADirectoryError:
        raise UserError(f"{named}: is a folder; {mend}") from None
    except SafetensorError as error:
        raise UserError(f"{named}: not a safetensors file ({shortened(error)}); {mend}") from None
    except pickle.UnpicklingError:
        raise UserError(
            f"{named}: holds more than tensors, or none: such pickles are not read, since they can "
            "run code; write its state dict with safetensors.torch.save_file"
        ) from None
    except UNREADABLE as error:
        raise UserError(f"{named}: can't be read ({shortened(error)}); {mend}") from None
    return _unwrapped(state, named, mend)


def _unwrapped(state: Any, named: str, mend: str) -> dict[str, Tensor]:
    """The state dict in what a file holds, by the network's own names.

    Raises:
        UserError: as `_tensors`.
    """
    for wrapper in WRAPPERS:
        if isinstance(state, dict) and isinstance(state.get(wrapper), dict):
            state = state[wrapper]
    if not isinstance(state, dict) or not state or not all(map(torch.is_tensor, state.values())):
        keys = ", ".join(map(str, state)) if isinstance(state, dict) else ""
        raise UserError(
            f"{named}: not a state dict of tensors, nor one under {' or '.join(WRAPPERS)}"
            f"{keys and f', but {textwrap.shorten(keys, 80)}'}; {mend}"
        )
    found: dict[str, Tensor] = state
    while prefix := next((p for p in PREFIXES if all(str(n).startswith(p) for n in found)), ""):
        found = {name.removeprefix(prefix): value for name, value in found.items()}
    for name, value in found.items():
        if value.layout != torch.strided or value.is_quantized or value.is_meta:
            raise UserError(
                f"{named}: {name} holds no plain numbers (sparse, or quantised); {mend}"
            )
        if not value.float().isfinite().all():
            raise UserError(f"{named}: {name} holds values that are not finite; {mend}")
    return found


def _is_safetensors(path: Path) -> bool:
    """By its first bytes, the length of a JSON object and its brace, or else by its name."""
    with path.open("rb") as file:
        first = file.read(9)
    of_torch = first.startswith(b"PK")
    return first[8:] == b"{" or (path.suffix.lower() == ".safetensors" and not of_torch)
