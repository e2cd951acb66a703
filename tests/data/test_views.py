"""Crops lie inside, hues turn about grey, blur smooths: each image in its own way."""

import colorsys
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from semisup.data.views import random_blur, random_crop, recolour, strong_view
from semisup.params.data_sections import Augment, Views

CHANGES: dict[str, Callable[[Tensor], Tensor]] = {
    "crop": lambda images: random_crop(images, 0.3),
    "recolour": lambda images: recolour(images, 0.3, 0.0),
    "blur": lambda images: random_blur(images, 1.0),
}


def noise(n: int, channels: int = 3, side: int = 16) -> Tensor:
    return torch.rand(n, channels, side, side)


def ramps(n: int, side: int) -> Tensor:
    """(n, 2, side, side): each pixel tells its own x and y, from 0 to 1 at the middles."""
    axis = (torch.arange(side) + 0.5) / side
    return torch.stack([axis.expand(side, side), axis[:, None].expand(side, side)]).repeat(
        n, 1, 1, 1
    )


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 16), (3, 96)])
def test_shape_and_range(change: str, channels: int, side: int) -> None:
    images = noise(8, channels, side)
    images[0], images[1] = 0.0, 1.0
    copy = images.clone()
    changed = CHANGES[change](images)
    assert torch.equal(images, copy)
    assert changed.shape == images.shape
    assert changed.dtype == torch.float32
    assert changed.min() >= -1e-6
    assert changed.max() <= 1 + 1e-6


def test_bfloat16_loses_neither_levels_nor_places() -> None:
    moved = {"shift": 0.2, "rotate": 20.0, "scale": 0.3, "flip": True, "color": 0.5, "erase": 0.7}
    settings = Views(crop=0.5, strong=Augment(**moved), hue=0.2, grey=0.2, blur=0.5)
    images = noise(8)
    torch.manual_seed(1)
    exact = strong_view(images, settings)
    torch.manual_seed(1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(strong_view(images, settings), exact)


@pytest.mark.parametrize("change", CHANGES)
def test_each_image_is_changed_in_its_own_way_and_a_seed_decides(change: str) -> None:
    images = noise(1).expand(16, -1, -1, -1).contiguous()
    first = CHANGES[change](images)
    assert len({image.numpy().tobytes() for image in first}) == 16
    torch.manual_seed(0)
    noise(1)  # as before the first
    assert torch.equal(CHANGES[change](images), first)


def test_settings_that_change_nothing() -> None:
    images = noise(4)
    assert torch.equal(random_crop(images, 1.0), images)
    assert torch.equal(recolour(images, 0.0, 0.0), images)
    assert torch.equal(random_blur(images, 0.0), images)
    grey = noise(4, channels=1)
    assert torch.equal(recolour(grey, 0.5, 1.0), grey)


def test_crops_are_rectangles_inside_of_the_chosen_area() -> None:
    side = 64
    changed = random_crop(ramps(400, side), 0.25)
    # what a crop shows is linear again: its sides and corners follow from the outermost pixels
    x, y = changed[:, 0, 0], changed[:, 1, :, 0]
    inner = slice(8, -8)  # away from the border, where values are held
    assert (changed[:, 0, inner] - changed[:, 0, 8:9]).abs().max() < 1e-5
    width, height = ((v[:, -9] - v[:, 8]) / (side - 17) * side for v in (x, y))
    area, aspect = width * height, width / height
    assert 0.25 - 1e-3 < area.min() < 0.3
    assert 0.9 < area.max() <= 1 + 1e-3
    assert aspect.max() < 4 / 3 + 1e-2
    assert aspect.min() > 3 / 4 - 1e-2
    for v, length in ((x, width), (y, height)):
        start = v[:, 8] - length * 8.5 / side
        assert start.min() > -1e-3
        assert (start + length).max() < 1 + 1e-3
        assert start.min() < 0.03
        assert (start + length).max() > 0.97
        assert start.max() > 0.25


@pytest.mark.parametrize("smallest", [0.5, 0.75, 0.8, 0.9, 0.99])
def test_crops_are_not_smaller_than_asked_for(smallest: float) -> None:
    """Where a side would be longer than the image's, the other one alone may not be short."""
    side = 64
    changed = random_crop(ramps(400, side), smallest)
    x, y = changed[:, 0, 0], changed[:, 1, :, 0]
    width, height = ((v[:, -9] - v[:, 8]) / (side - 17) * side for v in (x, y))
    assert (width * height).min() > smallest - 1e-3


def test_hues_turn_by_the_angle_and_grey_stays() -> None:
    colour = torch.tensor([0.6, 0.45, 0.4])
    images = colour.view(1, 3, 1, 1).expand(300, 3, 2, 2)
    changed = recolour(images, 0.25, 0.0)
    assert changed.mean(dim=1).numpy() == pytest.approx(colour.mean().item(), abs=1e-5)
    distance = (changed - changed.mean(dim=1, keepdim=True)).square().sum(dim=1)
    assert distance.numpy() == pytest.approx(
        (colour - colour.mean()).square().sum().item(), rel=1e-3
    )

    def angle(rgb: Tensor) -> float:
        """Of the colour about the axis of greys, in turns."""
        red, green, blue = rgb.tolist()
        return math.atan2(math.sqrt(3) * (green - blue), 2 * red - green - blue) / (2 * math.pi)

    turns = np.array([angle(rgb) for rgb in changed[:, :, 0, 0]]) - angle(colour)
    turns = (turns + 0.5) % 1 - 0.5
    assert 0.22 < turns.max() <= 0.25 + 1e-3
    assert -0.22 > turns.min() >= -0.25 - 1e-3
    grey = noise(5, 1).expand(-1, 3, -1, -1)
    assert recolour(grey, 0.5, 0.0).numpy() == pytest.approx(grey.numpy(), abs=1e-5)


def test_a_third_of_a_turn_makes_red_green_or_blue() -> None:
    images = torch.tensor([0.7, 0.2, 0.2]).view(1, 3, 1, 1).expand(4000, 3, 1, 1)
    changed = recolour(images, 0.5, 0.0)[:, :, 0, 0].tolist()
    hues = np.array([colorsys.rgb_to_hsv(*rgb)[0] for rgb in changed])
    for third, swapped in ((1 / 3, [0.2, 0.7, 0.2]), (2 / 3, [0.2, 0.2, 0.7])):
        assert changed[np.abs(hues - third).argmin()] == pytest.approx(swapped, abs=0.01)


def test_a_share_loses_its_colours() -> None:
    images = noise(400)
    changed = recolour(images, 0.0, 0.3)
    lost = (changed - changed[:, :1]).abs().amax(dim=(1, 2, 3)) < 1e-5
    assert 0.22 < lost.float().mean() < 0.38
    assert changed[~lost].numpy() == pytest.approx(images[~lost].numpy(), abs=1e-5)
    means = images[lost].mean(dim=1)
    assert changed[lost][:, 0].numpy() == pytest.approx(means.numpy(), abs=1e-5)


def test_blur_mixes_in_the_mean_of_the_neighbours() -> None:
    images = torch.zeros(200, 1, 16, 16)
    images[:, :, 8, 8] = 1.0
    changed = random_blur(images, 0.5)
    assert changed.sum(dim=(1, 2, 3)).numpy() == pytest.approx(np.ones(200), abs=1e-5)
    same = (changed - images).abs().amax(dim=(1, 2, 3)) == 0
    assert 0.38 < same.float().mean() < 0.62
    weight = 9 * changed[:, 0, 7, 7]  # a ninth of it in each pixel of the 3 x 3 square
    assert changed[:, 0, 8, 8].numpy() == pytest.approx((1 - weight * 8 / 9).numpy(), abs=1e-5)
    assert weight.max() > 0.9
    assert changed[:, 0, 5].abs().max() == 0
