"""Which way up is it? (Gidaris et al., ICLR 2018, arXiv 1803.07728)

Every image of a batch is shown in all four rotations. They are exact transposes and flips: an
interpolated rotation would give itself away by its artefacts.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.backbones import Encoder, pooled, pooled_width
from semisup.params_sections import NotNegative, Positive, Section

ROTATIONS = 4


class Settings(Section):
    """`pretrain.rotation`: learning rate and weight decay of SGD."""

    lr: Positive
    weight_decay: NotNegative


class Task(nn.Module):
    """The encoder, and a linear layer that says by how many quarter turns the image was rotated."""

    def __init__(self, encoder: Encoder, settings: Settings, image_size: int) -> None:
        super().__init__()
        self.encoder, self.settings = encoder, settings
        width = pooled_width(encoder, encoder.layers[-1], 1, image_size)
        self.classifier = nn.Linear(width, ROTATIONS)

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy, and whether each of the 4 N rotated images was recognised.

        Args:
            images: (N, C, S, S) float, normalised, upright.
        """
        rotated, turns = all_rotations(images)
        logits = self.classifier(pooled(self.encoder(rotated), 1)).float()
        return F.cross_entropy(logits, turns), logits.argmax(dim=1) == turns


def all_rotations(images: Tensor) -> tuple[Tensor, Tensor]:
    """(N, C, S, S) to (4 N, C, S, S) and the counter-clockwise quarter turns (4 N,) of each."""
    turned = [torch.rot90(images, turns, dims=(2, 3)) for turns in range(ROTATIONS)]
    turns = torch.arange(ROTATIONS, device=images.device).repeat_interleave(len(images))
    return torch.cat(turned).contiguous(memory_format=torch.channels_last), turns
