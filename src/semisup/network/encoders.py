"""Encoders for the data at hand: made anew, written by `pretrain`, read by the stages after it.

An encoder takes images as they are, in 0 to 1. What it makes of them before its first layer is a
part of it and saved with it, so that all who use it feed it alike.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from torch import nn

from semisup.compute.weights import load_weights, save_weights
from semisup.data.dataset import ImageData
from semisup.network import backbones
from semisup.network.backbones import Encoder
from semisup.network.entry import ImageNetNormalise, Lightness, Normalise
from semisup.workflow import outputs

Sees = Literal["pixels", "lightness", "imagenet"]


@dataclass(frozen=True)
class EncoderSpec:
    """Name of the backbone, and what its first layer sees.

    `pixels`: normalised by this data's mean and deviation; `lightness`: theirs alone, of images
    with colour; `imagenet`: RGB, normalised as torchvision's weights expect, by a stem that these
    fit.
    """

    backbone: str
    sees: Sees = "pixels"


def make(spec: EncoderSpec, data: ImageData, generator_seed: int) -> Encoder:
    """An encoder with random weights that depend on the seed alone.

    Args:
        spec: architecture and input.
        data: for channels, size and the pixels' mean and deviation.
        generator_seed: of the weights.
    """
    if spec.sees == "imagenet":
        entry: nn.Module = ImageNetNormalise()
        return backbones.build(spec.backbone, 3, data.image_size, generator_seed, entry, 7)
    if spec.sees == "lightness":
        return backbones.build(spec.backbone, 1, data.image_size, generator_seed, Lightness())
    entry = Normalise(data.mean.tolist(), data.std.tolist())
    return backbones.build(spec.backbone, data.channels, data.image_size, generator_seed, entry)


def save(encoder: Encoder, spec: EncoderSpec, folder: Path) -> None:
    """Write encoder.safetensors and encoder.json."""
    save_weights(encoder, folder / outputs.ENCODER)
    outputs.write_json(folder / outputs.ENCODER_SPEC, dataclasses.asdict(spec))


def load(folder: Path, data: ImageData) -> Encoder:
    """The encoder that `save` wrote.

    Raises:
        UserError: where `pretrain` has not run, or ran on images of another kind.
    """
    spec = EncoderSpec(**outputs.read_json(folder / outputs.ENCODER_SPEC))
    encoder = make(spec, data, 0)
    load_weights(encoder, folder / outputs.ENCODER)
    return encoder
