"""Encoders for the data at hand: made anew, written by `pretrain`, read by the stages after it.

An encoder takes images as they are, in 0 to 1. What it makes of them before its first layer is a
part of it and saved with it, so that all who use it feed it alike.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from semisup.compute.weights import load_weights, save_weights
from semisup.network import backbones, borrowed
from semisup.network.backbones import Encoder
from semisup.network.entry import AsTrained, Lightness, Normalise
from semisup.params.sections import Embed
from semisup.workflow import outputs

Sees = Literal["pixels", "lightness", "as_trained"]


@dataclass(frozen=True)
class Usage:
    """What a model that others trained sees.

    side: of the images in pixels; mean, std: that these are normalised by.
    """

    side: int
    mean: Sequence[float]
    std: Sequence[float]


@dataclass(frozen=True)
class Taken:
    """Which features of an encoder are taken, as the section `embed` says of others.

    views: augmented ones of each training image; None: as many as of others.
    """

    layer: str
    pool: int
    views: int | None = None


@dataclass(frozen=True)
class EncoderSpec:
    """Name of the backbone, and what its first layer sees.

    `pixels`: normalised by this data's mean and deviation; `lightness`: theirs alone, of images
    with colour; `as_trained`: RGB of the size, mean and deviation that `trained` says. `taken`: the
    features that come with the encoder, None where params.yaml says which.
    """

    backbone: str
    sees: Sees = "pixels"
    trained: Usage | None = None
    taken: Taken | None = None

    def chosen(self, embed: Embed) -> Embed:
        """The section `embed`, with what comes with the encoder in place of its own."""
        if self.taken is None:
            return embed
        own = dataclasses.asdict(self.taken).items()
        return embed.model_copy(update={key: value for key, value in own if value is not None})


PARTS: dict[str, Any] = {"trained": Usage, "taken": Taken}  # of a spec, as JSON has them


class Kind(Protocol):
    """What an encoder must know of the images; the data have it."""

    @property
    def channels(self) -> int:
        """1 (grey) or 3."""

    @property
    def image_size(self) -> int:
        """Side of the square images in pixels."""

    @property
    def mean(self) -> NDArray[np.float32]:
        """Mean of the pixels in 0 to 1, by channel."""

    @property
    def std(self) -> NDArray[np.float32]:
        """Deviation of the pixels, by channel."""


def make(spec: EncoderSpec, data: Kind, generator_seed: int) -> Encoder:
    """An encoder with random weights that depend on the seed alone.

    Args:
        spec: architecture and input.
        data: what the images are.
        generator_seed: of the weights.
    """
    if spec.trained is not None:
        look = spec.trained
        fed = AsTrained(data.image_size, look.side, look.mean, look.std)
        model = borrowed.build(spec.backbone, look.side, generator_seed)
        return backbones.channels_last(Encoder(fed, model))
    if spec.sees == "lightness":
        return backbones.build(spec.backbone, 1, data.image_size, generator_seed, Lightness())
    entry = Normalise(data.mean.tolist(), data.std.tolist())
    return backbones.build(spec.backbone, data.channels, data.image_size, generator_seed, entry)


def save(encoder: Encoder, spec: EncoderSpec, folder: Path) -> None:
    """Write encoder.safetensors and encoder.json."""
    save_weights(encoder, folder / outputs.ENCODER)
    save_spec(spec, folder)


def save_spec(spec: EncoderSpec, folder: Path) -> None:
    """Write encoder.json."""
    said = {key: value for key, value in dataclasses.asdict(spec).items() if value is not None}
    outputs.write_json(folder / outputs.ENCODER_SPEC, said)


def read_spec(folder: Path) -> EncoderSpec:
    """What `save` wrote of the encoder.

    Raises:
        UserError: where `pretrain` has not run.
    """
    return spec_of(outputs.read_json(folder / outputs.ENCODER_SPEC))


def spec_of(said: dict[str, Any]) -> EncoderSpec:
    """What encoder.json says."""
    said = dict(said)
    parts = {name: kind(**said.pop(name)) for name, kind in PARTS.items() if name in said}
    return EncoderSpec(**said, **parts)


def load(folder: Path, data: Kind) -> Encoder:
    """The encoder that `save` wrote.

    Raises:
        UserError: where `pretrain` has not run, or ran on images of another kind.
    """
    encoder = make(read_spec(folder), data, 0)
    load_weights(encoder, folder / outputs.ENCODER)
    return encoder
