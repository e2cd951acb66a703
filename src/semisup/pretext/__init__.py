"""Pretext tasks, one file each: what they learn from unlabelled images, and nothing else.

A task's file holds `Settings`, the model of its section `pretrain.<task>` in params.yaml, and
`Task`, which follows `PretextTask`; `Task = None` leaves the encoder untrained.
"""

from typing import Any, Protocol

from torch import Tensor

from semisup.backbones import Encoder


class PretextTask(Protocol):
    """A network around an encoder that can be trained without labels.

    An `nn.Module` whose constructor takes `(encoder, settings, image_size)`.
    """

    encoder: Encoder
    settings: Any  # with at least `lr` and `weight_decay`

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean loss of normalised images (N, C, S, S), and whether each prediction was right."""
        ...
