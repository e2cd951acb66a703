"""Random changes: bounds, exactness, and each image its own."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from semisup.data.augment import augment
from semisup.params.data_sections import Augment

MakeAugment = Callable[..., Augment]
EVERYTHING = {
    "shift": 0.2,
    "rotate": 30.0,
    "scale": 0.3,
    "flip": True,
    "color": 0.5,
    "erase": 0.5,
}


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def noise(n: int = 8, channels: int = 3, side: int = 16) -> Tensor:
    return torch.rand(n, channels, side, side, generator=seeded(9))


def blobs(n: int, side: int, x: float, y: float, spread: float) -> Tensor:
    """n equal images (n, 1, side, side) of a soft spot at (x, y) in -1 to 1."""
    axis = (torch.arange(side) + 0.5) * 2 / side - 1
    row = torch.exp(-((axis - x) ** 2) / (2 * spread**2))
    column = torch.exp(-((axis - y) ** 2) / (2 * spread**2))
    return (column[:, None] * row).expand(n, 1, side, side).clone()


def moments(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Centre (x, y) and spread of each image's brightness, in units of half the side."""
    axis = (torch.arange(images.shape[-1]) + 0.5) * 2 / images.shape[-1] - 1
    mass = images.sum(dim=(1, 2, 3))
    x = (images.sum(dim=(1, 2)) * axis).sum(dim=1) / mass
    y = (images.sum(dim=(1, 3)) * axis).sum(dim=1) / mass
    xx = (images.sum(dim=(1, 2)) * axis**2).sum(dim=1) / mass
    return x, y, (xx - x**2).sqrt()


def test_no_change_is_identity(make_augment: MakeAugment) -> None:
    images = noise()
    assert torch.equal(augment(images, make_augment(), seeded()), images)


@pytest.mark.parametrize("channels", [1, 3])
def test_values_and_shape(make_augment: MakeAugment, channels: int) -> None:
    images = noise(32, channels)
    images[0], images[1] = 0.0, 1.0
    changed = augment(images, make_augment(**EVERYTHING), seeded())
    assert changed.shape == images.shape
    assert changed.dtype == torch.float32
    assert changed.isfinite().all()
    assert changed.min() >= -1e-6
    assert changed.max() <= 1 + 1e-6


@pytest.mark.parametrize("setting", ["shift", "rotate", "scale", "color"])
def test_each_image_is_changed_in_its_own_way(make_augment: MakeAugment, setting: str) -> None:
    images = noise(1).expand(16, -1, -1, -1).clone()
    settings = make_augment(**{setting: EVERYTHING[setting]})
    changed = augment(images, settings, seeded())
    assert not (changed == images).all(dim=3).all(dim=2).all(dim=1).any()
    assert len({image.numpy().tobytes() for image in changed}) == 16


@pytest.mark.parametrize("setting", [*EVERYTHING, "all"])
def test_a_seed_decides_everything(make_augment: MakeAugment, setting: str) -> None:
    some = EVERYTHING if setting == "all" else {setting: EVERYTHING[setting]}
    images, settings = noise(16), make_augment(**some)
    first = augment(images, settings, seeded(1))
    global_state = torch.get_rng_state()
    assert torch.equal(augment(images, settings, seeded(1)), first)
    assert torch.equal(torch.get_rng_state(), global_state)
    assert not torch.equal(augment(images, settings, seeded(2)), first)


def test_the_images_given_stay_as_they_are(make_augment: MakeAugment) -> None:
    images = noise()
    copy = images.clone()
    augment(images, make_augment(**EVERYTHING), seeded())
    assert torch.equal(images, copy)


def test_flip_mirrors_half_of_the_images_exactly(make_augment: MakeAugment) -> None:
    images = noise(200, side=9)
    changed = augment(images, make_augment(flip=True), seeded())
    distance = torch.stack([changed - images, changed - images.flip(3)]).abs().amax(dim=(2, 3, 4))
    assert distance.amin(dim=0).max() < 1e-5
    mirrored = float((distance[1] < distance[0]).float().mean())
    assert 0.35 < mirrored < 0.65


def test_shift_stays_within_its_bounds(make_augment: MakeAugment) -> None:
    images = blobs(200, 40, 0.0, 0.0, 0.06)
    x, y, spread = moments(augment(images, make_augment(shift=0.2), seeded()))
    for axis in (x, y):
        assert axis.abs().max() < 2 * 0.2 + 0.01  # the side is 2 in these units
        assert axis.max() > 0.3
        assert axis.min() < -0.3
    assert torch.corrcoef(torch.stack([x, y]))[0, 1].abs() < 0.3
    assert spread == pytest.approx(0.06, rel=0.15)


def test_scale_stays_within_its_bounds(make_augment: MakeAugment) -> None:
    images = blobs(200, 48, 0.0, 0.0, 0.15)
    x, y, spread = moments(augment(images, make_augment(scale=0.25), seeded()))
    factor = spread / moments(images)[2]
    assert factor.max() < 1.25 * 1.03
    assert factor.min() > 1 / 1.25 / 1.03
    assert factor.max() > 1.18
    assert factor.min() < 1 / 1.18
    assert torch.cat([x, y]).abs().max() < 0.01


def test_rotation_turns_about_the_centre_as_scipy_does(make_augment: MakeAugment) -> None:
    images = blobs(40, 41, 0.5, 0.0, 0.12) + 0.5 * blobs(40, 41, 0.0, 0.4, 0.1)
    changed = augment(images, make_augment(rotate=50.0), seeded())
    axis = torch.linspace(-1, 1, 41)
    inside = axis[:, None] ** 2 + axis**2 < 0.8  # corners show what is mirrored at the border
    x, y, _ = moments(changed * inside)
    x0, y0, _ = moments(images)
    turn = torch.rad2deg(torch.atan2(y0, x0) - torch.atan2(y, x))  # counter-clockwise as seen
    assert turn.abs().max() < 50.5
    assert turn.max() > 35
    assert turn.min() < -35
    for image, angle in zip(changed[:10, 0].numpy(), turn[:10].tolist(), strict=True):
        turned = ndimage.rotate(images[0, 0].numpy(), angle, reshape=False, order=1)
        assert np.abs(image - turned)[inside.numpy()].max() < 0.05


def test_a_full_half_turn_reverses_rows_and_columns(make_augment: MakeAugment) -> None:
    # with up to 180 degrees some image is turned by almost exactly 180
    images = blobs(400, 21, 0.4, 0.2, 0.2)
    changed = augment(images, make_augment(rotate=180.0), seeded())
    assert (changed - images.flip(2, 3)).abs().amax(dim=(1, 2, 3)).min() < 0.03
    assert (changed - images).abs().amax(dim=(1, 2, 3)).min() < 0.03
    assert (changed - images.rot90(1, (2, 3))).abs().amax(dim=(1, 2, 3)).min() < 0.03
    assert (changed - images.rot90(3, (2, 3))).abs().amax(dim=(1, 2, 3)).min() < 0.03


def test_brightness_of_even_grey(make_augment: MakeAugment) -> None:
    images = torch.full((200, 3, 4, 4), 0.4)
    changed = augment(images, make_augment(color=0.5), seeded())
    assert (changed - changed[:, :1, :1, :1]).abs().max() < 1e-6
    level = changed[:, 0, 0, 0] / 0.4
    assert 0.5 <= level.min() < 0.55
    assert 1.45 < level.max() <= 1.5 + 1e-6


def test_grey_pictures_stay_grey_and_colours_move(make_augment: MakeAugment) -> None:
    settings = make_augment(color=0.5)
    grey = noise(20, 1).expand(-1, 3, -1, -1)
    changed = augment(grey, settings, seeded())
    assert (changed - changed[:, :1]).abs().max() < 1e-6
    picture = 0.4 + 0.05 * noise(1, 1)
    coloured = (picture + torch.tensor([0.03, 0.0, -0.03]).view(3, 1, 1)).expand(100, -1, -1, -1)
    after = augment(coloured, settings, seeded())
    # contrast scales the differences between pixels and between channels, saturation the latter
    channels = (after[:, 0] - after[:, 2]).mean(dim=(1, 2)) / 0.06
    pixels = after.mean(dim=1).std(dim=(1, 2)) / picture.std()
    saturation = channels / pixels
    assert 0.5 - 1e-3 <= saturation.min() < 0.55
    assert 1.45 < saturation.max() <= 1.5 + 1e-3


def test_contrast_keeps_the_mean_relative_to_brightness(make_augment: MakeAugment) -> None:
    images = 0.4 + 0.05 * (noise(100, 1) - 0.5)  # far from 0 and 1, where values are cut
    changed = augment(images, make_augment(color=0.3), seeded())
    spread = changed.std(dim=(1, 2, 3)) / changed.mean(dim=(1, 2, 3))
    factor = spread / (images.std(dim=(1, 2, 3)) / images.mean(dim=(1, 2, 3)))
    assert 0.7 - 1e-3 < factor.min() < 0.78
    assert 1.22 < factor.max() < 1.3 + 1e-3


def test_erased_rectangles(make_augment: MakeAugment) -> None:
    side = 64
    images = noise(300, side=side)
    changed = augment(images, make_augment(erase=1.0), seeded())
    inner = 0
    for before, after in zip(images, changed, strict=True):
        lost = (before != after).any(dim=0)
        rows, columns = lost.any(dim=1), lost.any(dim=0)
        assert torch.equal(lost, rows[:, None] & columns[None])  # one full rectangle
        height, width = int(rows.sum()), int(columns.sum())
        assert height * width > 0
        assert (height - 1) * (width - 1) <= 0.25 * side**2
        mean = before.mean(dim=(1, 2), keepdim=True)
        assert torch.equal(after, torch.where(lost, mean, before))
        if not (rows[0] or rows[-1] or columns[0] or columns[-1]):  # not cut by the border
            inner += 1
            assert (height + 1) * (width + 1) >= 0.02 * side**2
    assert inner > 50


def test_erase_hits_its_share_of_the_images(make_augment: MakeAugment) -> None:
    images = noise(400, 1)
    changed = augment(images, make_augment(erase=0.3), seeded())
    hit = (changed != images).flatten(1).any(dim=1).float().mean()
    assert math.isclose(float(hit), 0.3, abs_tol=0.07)
