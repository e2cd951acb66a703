"""Strong changes, which leave of an image little but what it shows: what `augment` lacks.

Whole batches (N, C, S, S) in 0 to 1, each image changed in its own way, drawn from torch's global
state.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from semisup.data.augment import augment, in_float32, resampled
from semisup.params.data_sections import Views

ASPECT = 4 / 3  # of a crop: from 1 / ASPECT to this


def strong_view(images: Tensor, settings: Views) -> Tensor:
    """Images (N, C, S, S) in 0 to 1, each cropped, recoloured and blurred in its own way."""
    with in_float32(images):
        images = augment(random_crop(images, settings.crop), settings.strong, None)
        images = recolour(images, settings.hue, settings.grey)
        return random_blur(images, settings.blur)


def random_crop(images: Tensor, smallest: float) -> Tensor:
    """A rectangle of each image, of `smallest` to all of its area, as large as the image was."""
    if smallest == 1:
        return images
    n, device = len(images), images.device
    area = smallest + (1 - smallest) * torch.rand(n, device=device)
    aspect = ASPECT ** (2 * torch.rand(n, device=device) - 1)
    # sides as shares of the image's, none so long or short that the area were less than asked for;
    # its middle so that it stays inside, where -1 to 1 is all
    sides = torch.stack([(area * aspect).sqrt(), (area / aspect).sqrt()]).clamp(smallest, 1)
    middle = (1 - sides) * (2 * torch.rand(2, n, device=device) - 1)
    maps = torch.zeros(n, 2, 3, device=device)
    maps[:, 0, 0], maps[:, 1, 1] = sides
    maps[:, :, 2] = middle.T
    # its padding is for half a pixel: as "border" would do, which Macs' GPUs don't know
    return resampled(images, maps)


def recolour(images: Tensor, hue: float, grey: float) -> Tensor:
    """Turn each image's hues by up to `hue` of the circle; a share `grey` loses its colours."""
    if images.shape[1] == 1 or not (hue or grey):
        return images
    n, device = len(images), images.device
    angle = 2 * math.pi * hue * (2 * torch.rand(n, device=device) - 1)
    kept = (torch.rand(n, device=device) >= grey).float()
    # RGB turned about the axis of greys: Rodrigues' formula, with kept = 0 just the projection
    to_grey = torch.full((3, 3), 1 / 3, device=device)
    eye = torch.eye(3, device=device)
    cross = (eye.roll(1, 0) - eye.roll(-1, 0)) / math.sqrt(3)  # made there: a copy would wait
    cos, sin = (kept * angle.cos()).view(n, 1, 1), (kept * angle.sin()).view(n, 1, 1)
    turn = to_grey + cos * (eye - to_grey) + sin * cross
    changed: Tensor = torch.bmm(turn, images.flatten(2)).view_as(images)
    return changed.clamp(0, 1)


def random_blur(images: Tensor, share: float) -> Tensor:
    """Mix a share of the images with their mean over squares of about a tenth of the side."""
    if not share:
        return images
    n, side = len(images), images.shape[-1]
    reach = max(1, round(side / 20))
    padded = F.pad(images, [reach] * 4, mode="replicate")
    smooth = F.avg_pool2d(padded, 2 * reach + 1, stride=1)
    weight = torch.rand(n, device=images.device)
    weight = weight * (torch.rand(n, device=images.device) < share)
    return torch.lerp(images, smooth, weight.view(n, 1, 1, 1))
