"""Weights that others published: found, checked, read. Nothing but tensors is read of any file.

Pickles (.pth) are read by `weights_only`, which runs no code. A download is kept in the cache of
its library, and refused where it is not the file that was published.
"""

import contextlib
import logging
import os
import pickle
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, hub

from semisup.compute.weights import sha256
from semisup.network import borrowed
from semisup.network.timm_models import HUB
from semisup.params.messages import suggestion
from semisup.pretext.shared import lite
from semisup.pretext.shared.words import shortened
from semisup.workflow.errors import UserError

if TYPE_CHECKING:
    from semisup.pretext.shared.borrowed import BorrowedSettings

SECONDS = 8  # without an answer, until a download is given up
WRAPPERS = ("state_dict", "model")  # keys that training programs keep a state dict under
UNREADABLE = (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError)
SHA256_DIGITS = 64


@dataclass(frozen=True)
class Found:
    """A state dict, how messages name it, and what pretext.json says of it.

    tag: the library's name of the weights, None where it does not know them.
    """

    state: dict[str, Tensor]
    named: str
    origin: dict[str, str]
    tag: str | None = None


def read(settings: "BorrowedSettings", key: str) -> Found:
    """The weights that a section asks for.

    Args:
        settings: of the row.
        key: of its section in params.yaml.

    Raises:
        UserError: where they are unknown, can't be fetched or can't be read.
    """
    model = settings.model
    if settings.file is not None:
        path, named = Path(settings.file), f"{key}.file: {settings.file}"
        state = _tensors(path, named, "give the path of a file of weights, or null")
        origin = {"weights": path.name, "source": settings.file, "licence": "unknown"}
    elif settings.weights == lite.PACKAGE and model == lite.MODEL:
        path, named = lite.file(f"{key}.weights"), f"{key}.weights: {settings.weights}"
        state = _tensors(path, named, f"install {lite.PACKAGE} anew")
        origin = {"weights": lite.PACKAGE, "source": lite.SOURCE, "licence": lite.LICENCE}
    else:
        return _published(settings, key)
    if model == lite.MODEL:
        state = lite.in_timms_names(state)
    return Found(state, named, {"model": model} | origin | {"sha256": sha256(path)})


def _published(settings: "BorrowedSettings", key: str) -> Found:
    model, weights = settings.model, settings.weights
    known = borrowed.weights_of(model) + ([lite.PACKAGE] if model == lite.MODEL else [])
    if weights not in known:
        raise UserError(
            f"params.yaml: {key}.weights: {model} has no weights {weights!r}"
            f"{suggestion(weights, known)}; allowed: {', '.join(known) or 'none'}; or name a "
            f"file of weights in {key}.file"
        )
    named, offered = f"{key}.weights: {weights}", borrowed.published(model, weights)
    if not offered.sources:
        raise UserError(
            f"params.yaml: {named}: published in no form that is safe to read; choose other "
            f"weights, or name a safetensors file of them in {key}.file"
        )
    source, licence = offered.sources[0], offered.licence
    try:
        path = _on_hub(source) if source.startswith(HUB) else _downloaded(source)
    except (*UNREADABLE, HTTPException) as error:
        raise UserError(
            f"params.yaml: {named}: {_address(source)} could not be fetched ({shortened(error)}); "
            f"connect to the network once, or put that file here and set {key}.file to its path"
        ) from None
    state = _tensors(path, named, f"delete {path}, so that it is fetched anew")
    origin = {"weights": weights, "source": _address(source), "licence": licence}
    return Found(state, named, {"model": model} | origin | {"sha256": sha256(path)}, weights)


def _tensors(path: Path, named: str, mend: str) -> dict[str, Tensor]:
    """The state dict of a file.

    Raises:
        UserError: of one line, which ends with `mend`.
    """
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state: Any = torch.load(path, map_location="cpu", weights_only=True)
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
    for wrapper in WRAPPERS:
        if isinstance(state, dict) and isinstance(state.get(wrapper), dict):
            state = state[wrapper]
    if not isinstance(state, dict) or not state or not all(map(torch.is_tensor, state.values())):
        raise UserError(f"{named}: not a state dict of tensors; {mend}")
    return state


def _downloaded(url: str) -> Path:
    """A file of torchvision's or the like, in the cache of torch.hub; its name tells its hash."""
    with _timeout(SECONDS), contextlib.redirect_stdout(sys.stderr):
        folder = Path(hub.get_dir(), "checkpoints")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / url.rsplit("/", 1)[-1]
        if not path.exists():
            found = hub.HASH_REGEX.search(path.name)
            hub.download_url_to_file(
                url, str(path), found[1] if found else None, progress=sys.stderr.isatty()
            )
    return path


def _on_hub(source: str) -> Path:
    """A file of the Hugging Face hub, in its cache, checked by the hash that the hub names."""
    owner, repository, file = source.removeprefix(HUB).split("/", 2)
    path = hub_file(f"{owner}/{repository}", file)
    published = path.resolve().name  # the cache calls files by their hashes
    if len(published) == SHA256_DIGITS and sha256(path) != published:
        raise OSError(f"{path} is damaged; delete it")
    return path


def hub_file(repository: str, file: str) -> Path:
    """Fetch a file of the hub once. Servers that do not answer are given up after `SECONDS`.

    Raises:
        OSError: where it can't be fetched.
    """
    client = import_module("huggingface_hub")
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    if not sys.stderr.isatty():
        client.utils.disable_progress_bars()
    fetch = partial(client.hf_hub_download, repository, file, token=False)
    with contextlib.suppress(OSError):  # where it is not in the cache
        return Path(fetch(local_files_only=True))
    try:
        # asked first, since a download tries for long
        url = client.hf_hub_url(repository, file)
        client.get_hf_file_metadata(url, timeout=SECONDS, token=False)
        return Path(fetch(etag_timeout=SECONDS))
    except Exception as error:  # of its client for HTTP, which is another in each version
        raise OSError(shortened(error)) from None


def _address(source: str) -> str:
    if not source.startswith(HUB):
        return source
    owner, repository, file = source.removeprefix(HUB).split("/", 2)
    site = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    return f"{site}/{owner}/{repository}/resolve/main/{file}"


@contextlib.contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    """Give up on servers that do not answer; torch.hub itself would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
