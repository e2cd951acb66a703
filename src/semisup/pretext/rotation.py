"""Which way up is it? (Gidaris et al., ICLR 2018, arXiv 1803.07728)

Every image of a batch is shown in all four rotations. They are exact transposes and flips: an
interpolated rotation would give itself away by its artefacts.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.backbones import Encoder, pooled, pooled_width
from semisup.pretext import Examples, PretextTask, TrainedSettings

ROTATIONS = 4


class Settings(TrainedSettings):
    """`pretrain.rotation`."""


class Task(PretextTask):
    """The encoder, and a linear layer that says by how many quarter turns the image was rotated."""

    views = ROTATIONS

    def __init__(self, encoder: Encoder, settings: Settings, image_size: int) -> None:
        super().__init__(encoder, settings, image_size)
        width = pooled_width(encoder, encoder.layers[-1], 1, image_size)
        self.classifier = nn.Linear(width, ROTATIONS)

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy, and whether each of the 4 N rotated images was recognised."""
        rotated, turns = all_rotations(images)
        logits = self.classifier(pooled(self.encoder(rotated), 1)).float()
        return F.cross_entropy(logits, turns), logits.argmax(dim=1) == turns

    def examples(self, images: Tensor) -> Examples:
        """Each image in its four rotations, with the angle that was predicted."""
        rotated, _ = all_rotations(images)
        guesses = self.classifier(pooled(self.encoder(rotated), 1)).argmax(dim=1)
        rows = rotated.view(ROTATIONS, *images.shape).transpose(0, 1)
        captions = [
            [f"predicted {90 * int(guess)}°" for guess in row]
            for row in guesses.view(ROTATIONS, -1).T
        ]
        return Examples(rows, captions, [f"turned by {90 * turn}°" for turn in range(ROTATIONS)])


def all_rotations(images: Tensor) -> tuple[Tensor, Tensor]:
    """(N, C, S, S) to (4 N, C, S, S) and the counter-clockwise quarter turns (4 N,) of each."""
    turned = [torch.rot90(images, turns, dims=(2, 3)) for turns in range(ROTATIONS)]
    turns = torch.arange(ROTATIONS, device=images.device).repeat_interleave(len(images))
    return torch.cat(turned).contiguous(memory_format=torch.channels_last), turns
