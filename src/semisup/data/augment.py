"""Random changes of whole batches, each image with its own, on the device that trains."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from semisup.params.data_sections import Augment


def augment(images: Tensor, settings: Augment, generator: torch.Generator | None) -> Tensor:
    """Change every image at random.

    Args:
        images: (N, C, H, W) float in 0 to 1.
        settings: `shift` (fraction of the side), `rotate` (degrees either way), `scale` (0.2: from
            1/1.2 to 1.2 times as large), `flip` (mirror half of the images), `color` (0.4:
            brightness, contrast and saturation from 0.6 to 1.4 times), `erase` (share of the images
            that lose a rectangle of 2 to 25 % of their area, or what of it lies inside).
        generator: on the device of `images`; None: torch's global state.

    Returns:
        (N, C, H, W) float in 0 to 1.
    """
    with in_float32(images):
        if settings.shift or settings.rotate or settings.scale or settings.flip:
            images = _warp(images, settings, generator)
        if settings.color:
            images = _jitter(images, settings.color, generator)
        if settings.erase:
            images = _erase(images, settings.erase, generator)
    return images


def in_float32(images: Tensor) -> torch.autocast:
    """Where pixels are moved and recoloured: bfloat16 has too few levels, and too few places."""
    return torch.autocast(images.device.type, enabled=False)


def _uniform(
    n: int, low: float, high: float, like: Tensor, generator: torch.Generator | None
) -> Tensor:
    return low + (high - low) * torch.rand(n, device=like.device, generator=generator)


def _warp(images: Tensor, settings: Augment, generator: torch.Generator | None) -> Tensor:
    """One resampling for all geometry; what comes in from outside mirrors the inside."""
    n = len(images)
    zoom = math.log1p(settings.scale)
    scale = torch.exp(_uniform(n, -zoom, zoom, images, generator))
    angle = math.radians(settings.rotate) * _uniform(n, -1, 1, images, generator)
    mirror = torch.ones_like(scale)
    if settings.flip:
        mirror = torch.where(_uniform(n, 0, 1, images, generator) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    # the grid spans -1 to 1, so that a shift by the whole side is 2
    shift = 2 * settings.shift * _uniform(2 * n, -1, 1, images, generator).view(2, n)
    rows = [cos * mirror, -sin, shift[0], sin * mirror, cos, shift[1]]
    return resampled(images, torch.stack(rows, dim=1).view(n, 2, 3))


def resampled(images: Tensor, maps: Tensor) -> Tensor:
    """Images (N, C, S, S) by affine maps (N, 2, 3) of the places that pixels are taken from."""
    grid = F.affine_grid(maps, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def _jitter(images: Tensor, strength: float, generator: torch.Generator | None) -> Tensor:
    n = len(images)
    factors = _uniform(3 * n, 1 - strength, 1 + strength, images, generator).view(3, n, 1, 1, 1)
    brightness, contrast, saturation = factors
    # contrast about the image's mean and saturation about each pixel's grey, as one affine map
    grey = images.mean(dim=1, keepdim=True)
    centre = grey.mean(dim=(2, 3), keepdim=True)
    if images.shape[1] == 3:
        images = grey + saturation * (images - grey)
    changed: Tensor = brightness * (centre + contrast * (images - centre))
    return changed.clamp_(0, 1)


def _erase(images: Tensor, share: float, generator: torch.Generator | None) -> Tensor:
    """Paint a random rectangle of some images in the image's mean colour."""
    n, _, height, width = images.shape
    area = _uniform(n, 0.02, 0.25, images, generator)
    aspect = torch.exp(_uniform(n, -0.7, 0.7, images, generator))
    hit = _uniform(n, 0, 1, images, generator) < share
    half_height = (area * aspect).sqrt() / 2
    half_width = (area / aspect).sqrt() / 2
    middle = _uniform(2 * n, 0, 1, images, generator).view(2, n)
    y = (torch.arange(height, device=images.device) + 0.5) / height
    x = (torch.arange(width, device=images.device) + 0.5) / width
    in_rows = (y - middle[0, :, None]).abs() < half_height[:, None]
    in_columns = (x - middle[1, :, None]).abs() < half_width[:, None]
    box = (in_rows[:, :, None] & in_columns[:, None, :] & hit[:, None, None])[:, None]
    return torch.where(box, images.mean(dim=(2, 3), keepdim=True), images)
