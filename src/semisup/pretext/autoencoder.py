"""Rebuild an image from few numbers: plain, from a noisy or from a partly hidden copy.

Autoencoders with a bottleneck; of noisy images Vincent et al. (ICML 2008), of masked ones Pathak et
al. (CVPR 2016, arXiv 1604.07379) and He et al. (CVPR 2022, arXiv 2111.06377). What explains most of
the pixels' variance tells little about what is shown: plain reconstruction learns features of
little use, noise doesn't help, masking does (Balestriero & LeCun, arXiv 2402.11337). Features keep
a coarse grid of places before the bottleneck, so that they needn't give up where things are.
"""

import math
from typing import Literal, cast

import torch
from torch import Tensor, nn

from semisup.data.dataset import ImageData
from semisup.network.backbones import Encoder
from semisup.network.entry import Normalise
from semisup.network.pooling import pooled, pooled_width
from semisup.params.base import Count, Positive, Share
from semisup.pretext.shared.psnr import mean_squared_error, psnr
from semisup.pretext.shared.task import Examples, PretextTask, TrainedSettings
from semisup.workflow.errors import UserError

POOL = 4  # features are averaged down to at most 4 x 4 before the bottleneck
DECODER_WIDTH = 32  # channels
DECODER_START = 4  # largest side of the maps that the bottleneck is unfolded to
LAST_FOLD = 4  # the last convolution gives pixels in squares of 4 x 4


class Settings(TrainedSettings):
    """`pretrain.autoencoder`. `noise` counts for denoising, `patch` and `masked` for masked."""

    kind: Literal["plain", "denoising", "masked"]
    bottleneck: Count
    noise: Positive
    patch: Count
    masked: Share


class Task(PretextTask):
    """The encoder, a linear bottleneck, and a decoder that makes an image of it.

    The figure of merit is the peak signal-to-noise ratio; masked, that of the masked pixels alone.
    """

    metric = "PSNR (dB)"
    encoder_passes = 1.0

    def __init__(self, encoder: Encoder, settings: Settings, image_size: int) -> None:
        super().__init__(encoder, settings, image_size)
        width = pooled_width(encoder, encoder.layers[-1], POOL, image_size)
        channels = encoder.channels
        self.bottleneck = nn.Linear(width, settings.bottleneck)
        self.decoder = Decoder(settings.bottleneck, channels, image_size)

    @classmethod
    def check(cls, settings: Settings, data: ImageData) -> None:
        """Refuse patches of which none, or all, would be masked."""
        patches = _grid(data.image_size, settings.patch) ** 2
        if settings.kind == "masked" and not 0 < round(settings.masked * patches) < patches:
            raise UserError(
                f"params.yaml: pretrain.autoencoder: masked {settings.masked:g} of {patches} "
                f"patches of {settings.patch} px would hide all or nothing of an image of "
                f"{data.image_size} px; lower patch"
            )

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean squared error of normalised pixels, and the PSNR (N,) of each image in dB."""
        originals = self._normalise(images)
        shown, counts = self.corrupt(originals)
        rebuilt = self.rebuild(shown)
        merit = psnr(self._normalise.undo(rebuilt).clamp(0, 1), images, counts)
        return mean_squared_error(rebuilt, originals, counts).mean(), merit

    def figures(self, images: Tensor) -> dict[str, Tensor]:
        """Gain in PSNR over the data's mean colour."""
        originals = self._normalise(images)
        shown, counts = self.corrupt(originals)
        rebuilt = self._normalise.undo(self.rebuild(shown)).clamp(0, 1)
        mean, _ = self._normalise.typical()
        blank = self._normalise.undo(mean.expand_as(originals))
        gain = psnr(rebuilt, images, counts) - psnr(blank, images, counts)
        return {"PSNR above the mean colour's (dB)": gain}

    def examples(self, images: Tensor) -> Examples:
        """What the encoder sees, what is made of it, and the original."""
        shown, _ = self.corrupt(self._normalise(images))
        rebuilt = self.rebuild(shown)
        pictures = [self._normalise.undo(shown), self._normalise.undo(rebuilt), images]
        columns = [f"input ({self.settings.kind})", "reconstruction", "original"]
        return Examples(torch.stack(pictures, dim=1).clamp(0, 1), columns=columns)

    def corrupt(self, originals: Tensor) -> tuple[Tensor, Tensor]:
        """What the encoder is shown of normalised images (N, C, S, S), and which pixels count.

        Returns:
            the images, plain, noisy or with patches of the data's mean colour; a mask (N, 1, S, S)
            of the pixels that loss and figure of merit are about.
        """
        mean, std = self._normalise.typical()
        if self.settings.kind == "masked":
            mask = patch_mask(originals, self.settings.patch, self.settings.masked)
            return originals.masked_fill(mask, 0.0) + mask * mean, mask
        everywhere = torch.ones_like(originals[:, :1], dtype=torch.bool)
        if self.settings.kind == "denoising":
            return originals + self.settings.noise * torch.randn_like(originals) * std, everywhere
        return originals, everywhere

    def rebuild(self, shown: Tensor) -> Tensor:
        """Normalised images (N, C, S, S) by way of the bottleneck."""
        code = self.bottleneck(pooled(self.encoder.body(shown), POOL))
        rebuilt: Tensor = self.decoder(code)
        return rebuilt.float()

    @property
    def _normalise(self) -> Normalise:
        return cast(Normalise, self.encoder.entry)


class Decoder(nn.Module):
    """Codes (N, units) to images (N, C, S, S) of any size, cheaply.

    The maps double in side, always at the same width, up to a quarter of the image's side; what
    the doubling gives beyond its edges is cut off. Pixel shuffles repeat exactly on all devices,
    interpolation does not.
    """

    def __init__(self, units: int, channels: int, image_size: int) -> None:
        super().__init__()
        side, doublings = math.ceil(image_size / LAST_FOLD), 0
        while side > DECODER_START:
            side, doublings = math.ceil(side / 2), doublings + 1
        layers: list[nn.Module] = [
            nn.Linear(units, DECODER_WIDTH * side**2, bias=False),
            nn.Unflatten(1, (DECODER_WIDTH, side, side)),
            nn.BatchNorm2d(DECODER_WIDTH),
            nn.ReLU(inplace=True),
        ]
        for _ in range(doublings):
            layers += [
                nn.Conv2d(DECODER_WIDTH, DECODER_WIDTH * 4, 3, padding=1, bias=False),
                nn.PixelShuffle(2),
                nn.BatchNorm2d(DECODER_WIDTH),
                nn.ReLU(inplace=True),
            ]
        last = nn.Conv2d(DECODER_WIDTH, channels * LAST_FOLD**2, 1)
        self.layers = nn.Sequential(*layers, last, nn.PixelShuffle(LAST_FOLD))
        self.image_size = image_size

    def forward(self, codes: Tensor) -> Tensor:
        """(N, units) to (N, C, S, S)."""
        images: Tensor = self.layers(codes)
        return images[:, :, : self.image_size, : self.image_size]


def patch_mask(images: Tensor, patch: int, share: float) -> Tensor:
    """Random patches (N, 1, S, S) of each image, the same number in all.

    Where `patch` doesn't divide the side, the last row and column of patches are cut.
    """
    n, _, size, _ = images.shape
    grid = _grid(size, patch)
    order = torch.rand(n, grid**2, device=images.device).argsort(dim=1)
    mask = (order < round(share * grid**2)).view(n, 1, grid, grid)
    mask = mask.repeat_interleave(patch, dim=2).repeat_interleave(patch, dim=3)
    return mask[:, :, :size, :size]


def _grid(size: int, patch: int) -> int:
    return math.ceil(size / patch)
