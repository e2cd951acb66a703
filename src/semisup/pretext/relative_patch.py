"""Where does one patch lie as seen from another? (Doersch et al., ICCV 2015, arXiv 1505.05192)

The network sees a patch and one of its eight neighbours, each by the same encoder, and says which
neighbour it is. Edges that continue, means, contrasts and lens colours would give it away: there is
a gap between the two, whose size varies, each patch is standardised by itself, and most are shown
without colour.
"""

from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from semisup.data.dataset import ImageData
from semisup.network.backbones import Encoder
from semisup.params.base import Count, Fraction
from semisup.pretext.shared.patches import (
    GOOD_SIDE,
    LEAST_SIDE,
    Siamese,
    cut,
    drop_color,
    random_between,
)
from semisup.pretext.shared.task import Examples, PretextTask, TrainedSettings
from semisup.workflow.errors import UserError

NEIGHBOURS = {  # name: rows down, columns to the right
    "above left": (-1, -1),
    "above": (-1, 0),
    "above right": (-1, 1),
    "left": (0, -1),
    "right": (0, 1),
    "below left": (1, -1),
    "below": (1, 0),
    "below right": (1, 1),
}
EXAMPLE_PAIRS = 4
LEAST_IMAGE = LEAST_SIDE * 5 // 2  # pixels, where patches are two fifths of a side


class Settings(TrainedSettings):
    """`pretrain.relative_patch`."""

    pairs: Count
    gap: Annotated[float, Field(ge=0, le=1)]
    jitter: Annotated[float, Field(ge=0, le=0.2)]
    color_drop: Fraction


@dataclass(frozen=True)
class Layout:
    """Pixels: the side of a patch, the gap between two, and how much that varies either way."""

    side: int
    gap: int
    jitter: int

    @classmethod
    def of(cls, settings: Settings, image_size: int) -> "Layout":
        """Patches of a quarter of the image; in small images more, and the gap shrinks."""
        side = max(image_size // 4, min(GOOD_SIDE, image_size * 2 // 5))
        jitter = max(1, round(settings.jitter * side)) if settings.jitter else 0
        gap = max(0, min(round(settings.gap * side), image_size - 2 * side - 2 * jitter))
        return cls(side, gap, min(jitter, gap))  # so that two patches never overlap


class Task(PretextTask):
    """The encoder, and a head that says which neighbour the second patch is."""

    def __init__(self, encoder: Encoder, settings: Settings, image_size: int) -> None:
        super().__init__(encoder, settings, image_size)
        self.layout = Layout.of(settings, image_size)
        seen = encoder.part_side(self.layout.side), encoder.side(image_size)
        self.encoder_passes = 2 * settings.pairs * seen[0] ** 2 / seen[1] ** 2
        self.head = Siamese(encoder, self.layout.side, 2, len(NEIGHBOURS))

    @classmethod
    def check(cls, settings: Settings, data: ImageData) -> None:
        """Refuse images too small for two patches."""
        if Layout.of(settings, data.image_size).side < LEAST_SIDE:
            raise UserError(
                f"params.yaml: pretrain.relative_patch: images of {data.image_size} px are too "
                f"small for two patches of {LEAST_SIDE} px; raise data.image_size to "
                f"{LEAST_IMAGE}, or leave this task out of pretext_tasks"
            )

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy, and whether the neighbour of each of the N * pairs was named."""
        corners, labels = draw_pairs(images, self.settings.pairs, self.layout)
        logits = self._logits(images, corners)
        return F.cross_entropy(logits, labels.flatten()), logits.argmax(dim=1) == labels.flatten()

    def examples(self, images: Tensor) -> Examples:
        """Pairs of patches: the first in a white frame, its neighbour in a black one."""
        corners, labels = draw_pairs(images, EXAMPLE_PAIRS, self.layout)
        guesses = self._logits(images, corners).argmax(dim=1).view(labels.shape)
        names = [*NEIGHBOURS]
        captions = [
            [f"true: {names[t]}, predicted: {names[g]}" for t, g in zip(*both, strict=True)]
            for both in zip(labels.tolist(), guesses.tolist(), strict=True)
        ]
        return Examples(framed(images, corners, self.layout.side), captions)

    def _logits(self, images: Tensor, corners: Tensor) -> Tensor:
        """(N * P, 8) for corners (N, P, 2, 2)."""
        side = self.layout.side
        patches = cut(drop_color(images, self.settings.color_drop), corners.flatten(1, 2), side)
        logits: Tensor = self.head(self.encoder, patches.reshape(-1, 2, *patches.shape[2:]))
        return logits


def draw_pairs(images: Tensor, pairs: int, layout: Layout) -> tuple[Tensor, Tensor]:
    """Where in each image (N, C, S, S) two patches are cut, `pairs` times, anywhere that they fit.

    Returns:
        Upper left pixels (N, pairs, 2, 2) of patch and neighbour, in rows and columns; the
        neighbour's number in NEIGHBOURS (N, pairs).
    """
    device = images.device
    labels = torch.randint(len(NEIGHBOURS), (len(images), pairs), device=device)
    cells = labels + (labels >= len(NEIGHBOURS) // 2)  # of three rows of three, the middle left out
    towards = torch.stack([cells // 3, cells % 3], dim=-1) - 1  # NEIGHBOURS, without a copy of it
    varied = torch.randint(-layout.jitter, layout.jitter + 1, towards.shape, device=device)
    shift = towards * (layout.side + layout.gap) + varied
    last = images.shape[-1] - layout.side
    first = random_between((-shift).clamp(min=0), last - shift.clamp(min=0))
    return torch.stack([first, first + shift], dim=2), labels


def framed(images: Tensor, corners: Tensor, side: int) -> Tensor:
    """(N, P, C, S, S): each image with each pair of patches framed, and the rest of it faded."""
    along = torch.arange(images.shape[-1], device=images.device)

    def inside(grown: int) -> Tensor:
        """(N, P, 2, 1, S, S) whether a pixel is in each patch, or within `grown` pixels of it."""
        offset = along - corners[..., None]  # (N, P, 2, rows and columns, S)
        near = (offset >= -grown) & (offset < side + grown)
        return (near[..., 0, :, None] & near[..., 1, None, :]).unsqueeze(3)

    patches, frames = inside(0), inside(1)
    shown = images[:, None].expand(-1, corners.shape[1], -1, -1, -1)
    shown = torch.where(patches.any(dim=2), shown, 0.25 + shown / 2)
    for number, brightness in ((1, 0.0), (0, 1.0)):
        frame = frames[:, :, number] & ~patches.any(dim=2)
        shown = torch.where(frame, brightness, shown)
    return shown
