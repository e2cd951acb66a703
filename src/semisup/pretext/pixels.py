"""The control below all others: no encoder, the head sees the pixels.

What `random` gains over it the network's form alone gives; what other rows gain over both they
learned.
"""

from typing import Any

from semisup.data.dataset import ImageData
from semisup.network import encoders
from semisup.network.backbones import PIXELS
from semisup.network.encoders import EncoderSpec, Taken
from semisup.params.base import Count, Section
from semisup.pretext.shared.task import NoTraining, Ready


class Settings(Section):
    """`pretrain.pixels`: images are averaged down to at most side x side pixels."""

    side: Count


class Task(NoTraining):
    """Pixels, normalised by this data's mean and deviation."""

    @classmethod
    def encoder(cls, settings: Any, backbone: str, data: ImageData, seed: int) -> Ready:
        """An encoder without weights, which gives the pixels."""
        spec = EncoderSpec(PIXELS, taken=Taken(PIXELS, settings.side))
        return Ready(encoders.make(spec, data, seed), spec)
