"""Which colours does a greyscale picture have? (Zhang et al., ECCV 2016, arXiv 1603.08511)

The encoder sees the lightness L of Lab alone, here and downstream. At a quarter of the resolution
the task says in which bin of the ab plane each pixel's colour lies: a regression would answer grey
where several colours are possible. Rare colours weigh more in the loss, by how often the pool's own
images show them; else the frequent greys would drown them.
"""

import math
from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from semisup.data.dataset import ImageData
from semisup.network.backbones import Encoder
from semisup.network.encoders import EncoderSpec
from semisup.network.lab import lab_to_rgb, lightness, rgb_to_lab
from semisup.network.pooling import averaged, pooled_width
from semisup.pretext.shared.psnr import psnr
from semisup.pretext.shared.task import Examples, PretextTask, TrainedSettings
from semisup.workflow.errors import UserError

REDUCTION = 4  # the image's side by that of the predicted colours, at most
HIDDEN = 128  # channels between the features and the bins
TEMPERATURE = 0.38  # of the mean over bins that becomes the predicted colour, as in the paper
AB_LIMIT = 110  # no colour of sRGB has |a| or |b| above
GAMUT_LEVELS = 52  # of each of R, G and B, to find the bins that sRGB reaches

CHECKED_IMAGES = 200
COLOURED_LEVELS = 24  # of 255: a pixel has colour where its channels are further apart
COLOURED_PIXELS = 0.01  # an image has colour where more of its pixels do
COLOURED_IMAGES = 0.1  # a pool has colour where more of its images do


class Settings(TrainedSettings):
    """`pretrain.colorization`."""

    bin_width: Annotated[float, Field(ge=5, le=50)]
    uniform: Annotated[float, Field(gt=0, le=1)]


class Task(PretextTask):
    """The encoder of L, and two convolutions that say the bin of each pixel's colour."""

    metric = "pixels right"
    encoder_passes = 1.0

    def __init__(self, encoder: Encoder, settings: Settings, image_size: int) -> None:
        super().__init__(encoder, settings, image_size)
        self.bins = ColourBins(settings.bin_width)
        channels, maps_side = _maps(encoder, image_size)
        fold = max(1, math.ceil(image_size / REDUCTION / maps_side))
        self.side = fold * maps_side
        self.head = nn.Sequential(
            nn.Conv2d(channels, HIDDEN, 3, padding=1, bias=False),
            nn.BatchNorm2d(HIDDEN),
            nn.ReLU(inplace=True),
            nn.Conv2d(HIDDEN, len(self.bins) * fold**2, 1),
            nn.PixelShuffle(fold),
        )
        self.weights: Tensor  # of each bin in the loss
        self.register_buffer("weights", torch.ones(len(self.bins)))

    @classmethod
    def check(cls, settings: Settings, data: ImageData) -> None:
        """Refuse a pool of greyscale images, also those stored as RGB."""
        share = 0.0 if data.channels == 1 else coloured_share(data)
        if share <= COLOURED_IMAGES:
            raise UserError(
                f"params.yaml: pretext_tasks: colorization needs images in colour, but {share:.0%} "
                "of the pool's have any; take it out, or see that data.color is not grey"
            )

    @classmethod
    def spec(cls, settings: Settings, backbone: str) -> EncoderSpec:
        """An encoder that sees L alone."""
        return EncoderSpec(backbone, sees="lightness")

    def prepare(self, images: Tensor) -> None:
        """Weigh bins by how frequent they are in these images."""
        seen = torch.bincount(self.targets(images).flatten(), minlength=len(self.bins))
        if int((seen > 0).sum()) < 2:
            raise UserError(
                "params.yaml: pretrain.colorization.bin_width: all colours of the pool lie in one "
                f"bin of {self.settings.bin_width:g} x {self.settings.bin_width:g}; lower it"
            )
        self.weights.copy_(rebalancing(seen / seen.sum(), self.settings.uniform))

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean rebalanced cross-entropy over pixels, and each image's share of right pixels (N,).

        A weighted mean over the pixels of a batch would divide by their weights: batches of greys
        would count as much as those of rare colours.
        """
        targets, logits = self.targets(images), self.logits(images)
        # one row per pixel: the loss for maps is not deterministic on GPUs
        losses = F.cross_entropy(_rows(logits), targets.flatten(), reduction="none")
        right = (logits.argmax(dim=1) == targets).float().mean(dim=(1, 2))
        return (losses * self.weights[targets.flatten()]).mean(), right

    def figures(self, images: Tensor) -> dict[str, Tensor]:
        """Right pixels in the loss's weights, and how near the predicted colours come.

        A task that always says grey has a rebalanced share near 0 and the PSNR of grey.
        """
        targets, logits = self.targets(images), self.logits(images)
        right = (logits.argmax(dim=1) == targets) * self.weights[targets]
        grey = _with_colours(images, torch.zeros_like(logits[:, :2]))
        return {
            "pixels right, rebalanced": right.mean(dim=(1, 2)),
            "PSNR (dB)": psnr(self._coloured(images, logits), images),
            "PSNR of grey (dB)": psnr(grey, images),
        }

    def examples(self, images: Tensor) -> Examples:
        """What the encoder sees, the colours that the task gives it, and the true ones."""
        logits = self.logits(images)
        grey = _with_colours(images, torch.zeros_like(logits[:, :2]))
        shown = torch.stack([grey, self._coloured(images, logits), images], dim=1)
        return Examples(shown, columns=["lightness", "predicted colours", "true colours"])

    def targets(self, images: Tensor) -> Tensor:
        """Bins (N, side, side) of the colours of images (N, 3, S, S)."""
        small = averaged(images, self.side, self.side)
        return self.bins.nearest(rgb_to_lab(small)[:, 1:])

    def logits(self, images: Tensor) -> Tensor:
        """Logits (N, bins, side, side) of images (N, 3, S, S)."""
        logits: Tensor = self.head(self.encoder(images))
        return logits.float()

    def _coloured(self, images: Tensor, logits: Tensor) -> Tensor:
        """The lightness of images in predicted colours: the paper's annealed mean."""
        shares = (logits / TEMPERATURE).softmax(dim=1)
        colours: Tensor = (shares[:, None] * self.bins.centres.T[:, :, None, None]).sum(dim=2)
        return _with_colours(images, colours)


class ColourBins(nn.Module):
    """The squares of a grid on the ab plane that colours of sRGB lie in.

    centres: (bins, 2), multiples of `width`.
    """

    def __init__(self, width: float) -> None:
        super().__init__()
        self.width, self.reach = width, math.ceil(AB_LIMIT / width)
        levels = torch.linspace(0, 1, GAMUT_LEVELS)
        gamut = torch.cartesian_prod(levels, levels, levels).T[None, :, :, None]
        a, b = self._cells(rgb_to_lab(gamut)[:, 1:]).unbind(1)
        reached = torch.zeros(2 * self.reach + 1, 2 * self.reach + 1, dtype=torch.bool)
        reached[a, b] = True
        cells = torch.ones_like(reached).nonzero().float()
        found = reached.nonzero().float()
        self.centres: Tensor
        self.register_buffer("centres", (found - self.reach) * width)
        self.table: Tensor  # the nearest of the bins to each cell of the grid
        self.register_buffer("table", torch.cdist(cells, found).argmin(1).view(reached.shape))

    def __len__(self) -> int:
        return len(self.centres)

    def nearest(self, ab: Tensor) -> Tensor:
        """Bins (N, H, W) of colours (N, 2, H, W)."""
        a, b = self._cells(ab).unbind(1)
        return self.table[a, b]

    def _cells(self, ab: Tensor) -> Tensor:
        return (ab / self.width).round().clamp(-self.reach, self.reach).long() + self.reach


def rebalancing(prior: Tensor, uniform: float) -> Tensor:
    """Weights (bins,) of the bins: 1 / ((1 - uniform) prior + uniform / bins), 1 on the average.

    Args:
        prior: (bins,) share of the pixels that lie in each; sums to 1.
        uniform: 1 makes all weights equal, near 0 every bin that occurs counts the same.
    """
    weights = ((1 - uniform) * prior + uniform / len(prior)).reciprocal()
    return weights / (prior * weights).sum()


def coloured_share(data: ImageData) -> float:
    """Share of the pool's images that show colour, of images from all over it."""
    chosen = data.pool[:: math.ceil(len(data.pool) / CHECKED_IMAGES)]
    images = np.asarray(data.images[chosen])
    coloured = images.max(axis=3) - images.min(axis=3) > COLOURED_LEVELS
    return float((coloured.mean(axis=(1, 2)) > COLOURED_PIXELS).mean())


def _maps(encoder: Encoder, image_size: int) -> tuple[int, int]:
    """Channels and side of the last layer's maps."""
    channels = pooled_width(encoder, encoder.layers[-1], 1, image_size)
    values = pooled_width(encoder, encoder.layers[-1], image_size, image_size)
    return channels, math.isqrt(values // channels)


def _rows(maps: Tensor) -> Tensor:
    """(N, C, H, W) to (N H W, C)."""
    return maps.permute(0, 2, 3, 1).flatten(0, 2)


def _with_colours(images: Tensor, ab: Tensor) -> Tensor:
    """Images (N, 3, S, S) with their lightness and other colours (N, 2, h, w)."""
    size = list(images.shape[2:])
    colours = F.interpolate(ab, size, mode="bilinear", align_corners=False)
    return lab_to_rgb(torch.cat([lightness(images), colours], dim=1))
