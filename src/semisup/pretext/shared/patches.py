"""Patches of images, and the siamese network that sees several of them at once.

What would tell a patch's place without a look at its content is taken away: its mean and contrast,
and the shift between colours that lenses cause towards the border.
"""

import torch
from torch import Tensor, nn

from semisup.network.backbones import Encoder
from semisup.network.pooling import pooled, pooled_width

GOOD_SIDE = 12  # pixels: with less, a patch shows too little of most things
LEAST_SIDE = 6  # pixels: with less, there is nothing to be learned
# Deviation, of pixels in 0 to 1, that is taken for noise: dividing by less would blow noise up.
NOISE = 0.02
MAP_SIDE = 2  # a patch's feature maps are averaged down to 2 x 2: where in it things are matters
PATCH_WIDTH, HIDDEN_WIDTH = 128, 256  # units for each patch, and for all of them together


def random_between(low: Tensor, high: Tensor) -> Tensor:
    """Integers, uniform from `low` to `high`, both included."""
    return low + (torch.rand(low.shape, device=low.device) * (high - low + 1)).long()


def cut(images: Tensor, corners: Tensor, side: int) -> Tensor:
    """Square patches, each image's at places of its own.

    Args:
        images: (N, C, H, W).
        corners: (N, T, 2) row and column of each patch's upper left pixel.
        side: of the patches in pixels.

    Returns:
        (N, T, C, side, side).
    """
    along = torch.arange(side, device=images.device)
    rows = (corners[..., 0, None] + along)[..., :, None]
    columns = (corners[..., 1, None] + along)[..., None, :]
    image = torch.arange(len(images), device=images.device).view(-1, 1, 1, 1)
    return images[image, :, rows, columns].permute(0, 1, 4, 2, 3)


def drop_color(images: Tensor, share: float) -> Tensor:
    """Replace all channels by one of them, drawn at random, in a share of the images (N, C, H, W).

    One channel, not the mean of all: colours that are shifted against each other would blur it.
    """
    n, channels = images.shape[:2]
    if channels == 1:
        return images
    kept = torch.randint(channels, (n,), device=images.device)
    one = images[torch.arange(n, device=images.device), kept].unsqueeze(1)
    dropped = torch.rand(n, 1, 1, 1, device=images.device) < share
    return torch.where(dropped, one, images)


def standardise(patches: Tensor) -> Tensor:
    """Mean 0 and deviation 1 of each channel of each patch (..., C, H, W) over its own pixels."""
    centred = patches - patches.mean(dim=(-2, -1), keepdim=True)
    variance = centred.square().mean(dim=(-2, -1), keepdim=True)
    return centred / (variance + NOISE**2).sqrt()


class Siamese(nn.Module):
    """The head of a network that sees several patches of an image, each by the same encoder.

    Args:
        encoder: that it is used with.
        side: of the patches in pixels.
        patches: seen at once.
        classes: to tell apart.
    """

    def __init__(self, encoder: Encoder, side: int, patches: int, classes: int) -> None:
        super().__init__()
        width = pooled_width(encoder, encoder.layers[-1], MAP_SIDE, side)
        self.each = nn.Sequential(
            nn.Linear(width, PATCH_WIDTH), nn.BatchNorm1d(PATCH_WIDTH), nn.ReLU()
        )
        self.all = nn.Sequential(
            nn.Linear(patches * PATCH_WIDTH, HIDDEN_WIDTH),
            nn.BatchNorm1d(HIDDEN_WIDTH),
            nn.ReLU(),
            nn.Linear(HIDDEN_WIDTH, classes),
        )

    def forward(self, encoder: Encoder, patches: Tensor) -> Tensor:
        """Logits (N, classes) in float32 of patches (N, T, C, side, side) in 0 to 1."""
        # not through the encoder's entry, whose one mean for all would leave each patch its own
        maps = encoder.body(standardise(patches).flatten(0, 1))
        logits: Tensor = self.all(self.each(pooled(maps, MAP_SIDE)).view(len(patches), -1))
        return logits.float()
