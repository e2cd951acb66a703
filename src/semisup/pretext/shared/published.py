"""Weights that others published: found, checked, read."""

from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from torch import Tensor

from semisup.network import borrowed
from semisup.params.messages import suggestion
from semisup.pretext.shared import downloads, efficientnet_lite, state_dicts
from semisup.pretext.shared.borrowed_settings import BorrowedSettings
from semisup.pretext.shared.library_errors import shortened
from semisup.workflow.errors import UserError
from semisup.workflow.outputs import sha256

MEND = "give the path of a .safetensors or .pth file of a state dict, or null"


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
    model, weights = settings.model, settings.weights
    named, mend = f"params.yaml: {key}.weights: {weights}", MEND
    if settings.file is not None:
        path, named = Path(settings.file), f"params.yaml: {key}.file: {settings.file}"
        weights, source, licence = path.name, settings.file, "unknown"
    elif is_installed(settings):
        path = efficientnet_lite.file(f"{key}.weights")
        source, licence = efficientnet_lite.SOURCE, efficientnet_lite.LICENCE
        mend = f"install {efficientnet_lite.PACKAGE} anew"
    else:
        path, source, licence = _fetched(settings, key)
        mend = f"delete {path}, so that it is fetched anew"
    state = state_dicts.read(path, named, mend)
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


def check_file(settings: BorrowedSettings, key: str) -> None:
    """Refuse a file that can be told from weights by a look at its beginning.

    Raises:
        UserError: as `state_dicts.check`.
    """
    if settings.file is not None:
        state_dicts.check(Path(settings.file), f"params.yaml: {key}.file: {settings.file}", MEND)


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
    except (*state_dicts.UNREADABLE, HTTPException) as error:
        raise UserError(
            f"{where}: {address} could not be fetched "
            f"({shortened(error)}); connect to the network once, or put that file here and set "
            f"{key}.file to its path"
        ) from None
