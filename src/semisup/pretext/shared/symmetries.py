"""Which symmetry of the square was applied? What the tasks `rotation` and `geometric` share.

Every image of a batch is shown in all the symmetries that are asked about. They are exact
transposes and flips: an interpolated turn would give itself away by its artefacts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.network.backbones import Encoder
from semisup.network.pooling import pooled, pooled_width
from semisup.pretext.shared.task import Examples, PretextTask


@dataclass(frozen=True)
class Symmetry:
    """First the mirror, left to right, then the counter-clockwise quarter turns."""

    turns: int
    mirrored: bool = False

    def __call__(self, images: Tensor) -> Tensor:
        """(N, C, S, S) to the same shape."""
        if self.mirrored:
            images = images.flip(3)
        return torch.rot90(images, self.turns, dims=(2, 3))

    def __str__(self) -> str:
        return f"{'mirrored, ' if self.mirrored else ''}{90 * self.turns}°"

    @property
    def title(self) -> str:
        """Heading of a column of pictures."""
        return f"{'mirrored, ' if self.mirrored else ''}turned by {90 * self.turns}°"


ROTATIONS = tuple(Symmetry(turns) for turns in range(4))
SYMMETRIES = {
    **dict(zip(("identity", "rotate90", "rotate180", "rotate270"), ROTATIONS, strict=True)),
    "mirror": Symmetry(0, mirrored=True),
    **{f"mirror_rotate{90 * turns}": Symmetry(turns, mirrored=True) for turns in (1, 2, 3)},
}


def check_turned_less(symmetries: Sequence[Symmetry], context: Any, task: str) -> None:
    """Refuse `pretrain.augment.rotate` where one symmetry may then look like another.

    Args:
        symmetries: that are asked about.
        context: of the validators of a task's settings.
        task: its name.

    Raises:
        ValueError: for pydantic to collect.
    """
    between = [
        min((one.turns - other.turns) % 4, (other.turns - one.turns) % 4)
        for one, other in combinations(symmetries, 2)
        if one.mirrored == other.mirrored  # else no turn makes one of the other
    ]
    limit = 45 * min(between, default=5)  # half of the angle between two; more than 180 without
    degrees = context["augment"].rotate if context else 0
    if degrees >= limit:
        raise ValueError(
            f"pretrain.augment.rotate: {degrees:g} degrees either way hide by how much {task} "
            f"turned an image; set it under {limit}, or leave {task} out of pretext_tasks"
        )


class SymmetryTask(PretextTask):
    """The encoder, and a linear layer that says which symmetry was applied to the image."""

    def __init__(
        self, encoder: Encoder, settings: Any, image_size: int, symmetries: Sequence[Symmetry]
    ) -> None:
        super().__init__(encoder, settings, image_size)
        self.symmetries, self.encoder_passes = symmetries, len(symmetries)
        width = pooled_width(encoder, encoder.layers[-1], 1, image_size)
        self.classifier = nn.Linear(width, len(symmetries))

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy, and whether each of the views * N changed images was recognised."""
        changed, applied = in_all(images, self.symmetries)
        logits = self.classifier(pooled(self.encoder(changed), 1)).float()
        return F.cross_entropy(logits, applied), logits.argmax(dim=1) == applied

    def examples(self, images: Tensor) -> Examples:
        """Each image in all symmetries, with the one that was predicted."""
        changed, _ = in_all(images, self.symmetries)
        guesses = self.classifier(pooled(self.encoder(changed), 1)).argmax(dim=1)
        rows = changed.view(len(self.symmetries), *images.shape).transpose(0, 1)
        captions = [
            [f"predicted {self.symmetries[guess]}" for guess in row]
            for row in guesses.view(len(self.symmetries), -1).T.tolist()
        ]
        return Examples(rows, captions, [symmetry.title for symmetry in self.symmetries])


def in_all(images: Tensor, symmetries: Sequence[Symmetry]) -> tuple[Tensor, Tensor]:
    """(N, C, S, S) to (K N, C, S, S), and the number (K N,) of the symmetry of each."""
    changed = [symmetry(images) for symmetry in symmetries]
    applied = torch.arange(len(symmetries), device=images.device).repeat_interleave(len(images))
    return torch.cat(changed).contiguous(memory_format=torch.channels_last), applied
