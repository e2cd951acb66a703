"""The other control: an encoder trained on ImageNet's labels, with torchvision's weights.

It tells what labels of other images are worth here. torchvision publishes its weights as pickles:
of these only the file whose hash its name states is downloaded, and read with `weights_only`, which
runs no code. Files of your own must be safetensors.
"""

import contextlib
import pickle
import socket
import sys
import textwrap
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any

from pydantic import model_validator
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, hub, nn

from semisup.data.dataset import ImageData
from semisup.network import encoders
from semisup.network.backbones import Encoder
from semisup.network.encoders import EncoderSpec
from semisup.params.messages import check_name
from semisup.params.sections import BACKBONE_LAYERS, Name, Section
from semisup.pretext.shared.task import NoTraining
from semisup.workflow.errors import UserError

KEY = "pretrain.imagenet"
BACKBONES = [name for name in BACKBONE_LAYERS if "resne" in name]
SECONDS = 10  # without an answer, until a download is given up
FAILURES = (OSError, HTTPException, RuntimeError, pickle.UnpicklingError)


class Settings(Section):
    """`pretrain.imagenet`: a ResNet, and torchvision's name of its weights or a file of them."""

    backbone: str
    weights: Name
    file: Name | None

    @model_validator(mode="after")
    def _known(self) -> "Settings":
        check_name(self.backbone, BACKBONES, "backbone", f"{KEY}.backbone")
        if self.file is None:
            check_name(self.weights, [*_published(self.backbone)], "weights", f"{KEY}.weights")
        return self


class Task(NoTraining):
    """torchvision's ResNet without its classifier; its stem is fitted to the size of the images."""

    @classmethod
    def encoder(
        cls, settings: Settings, backbone: str, data: ImageData, seed: int
    ) -> tuple[Encoder, EncoderSpec]:
        """The ResNet of `settings`, whatever the backbone of the other tasks."""
        spec = EncoderSpec(settings.backbone, "imagenet")
        encoder = encoders.make(spec, data, seed)
        if settings.file is None:
            state, source = _downloaded(settings), f"{KEY}.weights: {settings.weights}"
        else:
            state, source = _read(settings.file), f"{KEY}.file: {settings.file}"
        try:
            put_weights(encoder, state)
        except RuntimeError as error:
            reasons = " ".join(str(error).split("\n\t", 1)[-1].split())
            raise UserError(
                f"{source}: not weights of torchvision's {settings.backbone} ({KEY}.backbone): "
                f"{textwrap.shorten(reasons, 160)}"
            ) from None
        return encoder, spec


def put_weights(encoder: Encoder, state: dict[str, Tensor]) -> None:
    """Put a state dict of torchvision's ResNet into an encoder's blocks.

    Raises:
        RuntimeError: where names or shapes differ.
    """
    stem, *groups = encoder.blocks.values()
    conv, norm = (m for m in stem.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d))
    parts: dict[str, nn.Module] = {"conv1": conv, "bn1": norm}
    parts |= {f"layer{number}": group for number, group in enumerate(groups, 1)}
    kept = {name: value for name, value in state.items() if not name.startswith("fc.")}
    nn.ModuleDict(parts).load_state_dict(kept)


def _published(backbone: str) -> dict[str, Any]:
    """torchvision's weights of an architecture, by name."""
    from torchvision import models

    return {str(weights): weights for weights in models.get_model_weights(backbone)}


def _read(file: str) -> dict[str, Tensor]:
    try:
        state: dict[str, Tensor] = load_file(file)
    except FileNotFoundError:
        raise UserError(f"{KEY}.file: {file}: no such file; give its path, or null") from None
    except OSError as error:
        raise UserError(f"{KEY}.file: {file}: can't be read: {error}") from None
    except SafetensorError as error:
        raise UserError(
            f"{KEY}.file: {file}: not a safetensors file ({error}); pickles (.pth) are not read: "
            "write the state dict with safetensors.torch.save_file"
        ) from None
    return state


def _downloaded(settings: Settings) -> dict[str, Tensor]:
    """torchvision's file, from the cache of torch.hub where it is there."""
    url = _published(settings.backbone)[settings.weights].url
    show = sys.stderr.isatty()
    try:
        # torch.hub prints; standard output belongs to the command that runs
        with _timeout(SECONDS), contextlib.redirect_stdout(sys.stderr):
            state: dict[str, Tensor] = hub.load_state_dict_from_url(
                url, map_location="cpu", progress=show, check_hash=True, weights_only=True
            )
    except FAILURES as error:
        reason = textwrap.shorten(" ".join(str(error).split()) or type(error).__name__, 160)
        raise UserError(
            f"{KEY}.weights: {settings.weights}: {url} could not be fetched or read ({reason}); "
            f"connect to the network, put the file anew into {hub.get_dir()}/checkpoints, or name "
            f"a safetensors file of the weights in {KEY}.file"
        ) from None
    return state


@contextlib.contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    """Give up on servers that do not answer; torch.hub itself would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
