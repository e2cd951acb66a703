"""sRGB to Lab and back: known colours, a slow scalar reference, and the round trip."""

import pytest
import torch
from torch import Tensor

from semisup.network.lab import lab_to_rgb, lightness, rgb_to_lab

KNOWN = {  # published values, rounded to a hundredth
    (1.0, 0.0, 0.0): (53.24, 80.09, 67.20),
    (0.0, 1.0, 0.0): (87.73, -86.18, 83.18),
    (0.0, 0.0, 1.0): (32.30, 79.19, -107.86),
    (1.0, 1.0, 0.0): (97.14, -21.55, 94.48),
    (0.0, 1.0, 1.0): (91.11, -48.09, -14.13),
    (1.0, 0.0, 1.0): (60.32, 98.23, -60.82),
    (1.0, 1.0, 1.0): (100.0, 0.0, 0.0),
    (0.0, 0.0, 0.0): (0.0, 0.0, 0.0),
    (0.5, 0.5, 0.5): (53.39, 0.0, 0.0),
}


def pixel(values: tuple[float, ...]) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)


def scalar_lab(rgb: tuple[float, ...]) -> tuple[float, float, float]:
    """One pixel, by the formulas of IEC 61966-2-1 and CIE 15, with the white given as XYZ."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    def root(ratio: float) -> float:
        if ratio > (6 / 29) ** 3:
            return float(ratio ** (1 / 3))
        return ratio * (29 / 6) ** 2 / 3 + 4 / 29

    r, g, b = map(linear, rgb)
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883
    return 116 * root(y) - 16, 500 * (root(x) - root(y)), 200 * (root(y) - root(z))


def random_images(n: int = 4, side: int = 9) -> Tensor:
    images = torch.rand(n, 3, side, side, generator=torch.Generator().manual_seed(0))
    images[1] *= 0.05  # dark ones, where both curves are straight
    return images


@pytest.mark.parametrize(("rgb", "lab"), KNOWN.items())
def test_known_colours(rgb: tuple[float, ...], lab: tuple[float, ...]) -> None:
    assert rgb_to_lab(pixel(rgb)).flatten().tolist() == pytest.approx(lab, abs=0.02)
    assert lab_to_rgb(pixel(lab)).flatten().tolist() == pytest.approx(rgb, abs=2e-3)


def test_every_pixel_is_that_of_the_scalar_formulas() -> None:
    images = random_images()
    found = rgb_to_lab(images).permute(0, 2, 3, 1).reshape(-1, 3)
    for pixels, lab in zip(images.permute(0, 2, 3, 1).reshape(-1, 3), found, strict=True):
        assert lab.tolist() == pytest.approx(scalar_lab(tuple(pixels.tolist())), abs=5e-3)


def test_round_trip() -> None:
    images = random_images()
    torch.testing.assert_close(lab_to_rgb(rgb_to_lab(images)), images, atol=2e-5, rtol=0)


def test_colours_that_srgb_lacks_are_cut() -> None:
    found = lab_to_rgb(pixel((50.0, 127.0, -127.0)))
    assert found.min() == 0
    assert found.max() == pytest.approx(1, abs=1e-6)
    assert found.max() <= 1
    assert found.isfinite().all()


def test_lightness_is_the_first_channel() -> None:
    images = random_images()
    assert lightness(images).shape == (4, 1, 9, 9)
    torch.testing.assert_close(lightness(images), rgb_to_lab(images)[:, :1])


def test_greys_have_no_colour() -> None:
    greys = torch.linspace(0, 1, 256).view(1, 1, 16, 16).expand(1, 3, 16, 16)
    assert rgb_to_lab(greys)[:, 1:].abs().max() < 1e-3


def test_autocast_changes_nothing() -> None:
    images = random_images()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = lab_to_rgb(rgb_to_lab(images))
    assert torch.equal(inside, lab_to_rgb(rgb_to_lab(images)))
