"""Files of weights that others saved. Nothing but tensors is read of them.

Pickles (.pth) are read by `weights_only`, which runs no code.
"""

import pickle
import textwrap
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from semisup.pretext.shared.library_errors import shortened
from semisup.workflow.errors import UserError

BRACE = b"{"  # of the JSON object of a safetensors file, after its length of eight bytes
OF_TORCH = (b"PK", b"\x80")  # zips, and pickles of older releases
WRAPPERS = ("state_dict", "model")  # keys that training programs keep a state dict under
# before each name where a network was trained by DistributedDataParallel or torch.compile
PREFIXES = ("module.", "_orig_mod.")
UNREADABLE = (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError)


def check(path: Path, named: str, mend: str) -> None:
    """Refuse what is neither safetensors nor written by torch.save, such as a page of an error.

    Raises:
        UserError: where it begins like neither, or is no file. It ends with `mend`.
    """
    try:
        first = _first(path)
    except FileNotFoundError:
        raise UserError(f"{named}: no such file; {mend}") from None
    except IsADirectoryError:
        raise UserError(f"{named}: is a folder; {mend}") from None
    except OSError as error:
        raise UserError(f"{named}: can't be read ({shortened(error)}); {mend}") from None
    if first[8:9] != BRACE and not first.startswith(OF_TORCH):
        shown = f"it begins with {first.decode('latin-1')!r}" if first else "it is empty"
        raise UserError(f"{named}: no file of weights ({shown}); {mend}")


def read(path: Path, named: str, mend: str) -> dict[str, Tensor]:
    """The state dict of a file, by the network's own names.

    Args:
        path: of the file.
        named: what messages call it.
        mend: what they say to do.

    Raises:
        UserError: as `check`; or where it can't be read, or holds anything but finite numbers.
    """
    check(path, named, mend)
    try:
        if _is_safetensors(path):
            state: Any = load_file(path)
        else:
            with path.open("rb") as file:  # of a path, torch would go by the name
                state = torch.load(file, map_location="cpu", weights_only=True)
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
        UserError: as `read`.
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
    return _first(path)[8:9] == BRACE


def _first(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)
