"""What models of others see: RGB of their side, by their mean and deviation."""

import math

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from semisup.network.entry import AsTrained, Normalise, bicubic

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def images(channels: int, side: int) -> Tensor:
    return torch.rand(2, channels, side, side, generator=torch.Generator().manual_seed(1))


def weight(distance: float, a: float = -0.75) -> float:
    """Keys' cubic kernel, with the parameter that OpenCV and PyTorch enlarge by."""
    x = abs(distance)
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else 0.0


def enlarged(row: list[float], side: int) -> list[float]:
    """One value after the other; beyond the edges the image repeats its last pixels."""
    found = []
    for target in range(side):
        place = (target + 0.5) * len(row) / side - 0.5
        near = math.floor(place)
        total = 0.0
        for source in range(near - 1, near + 3):
            total += weight(place - source) * row[min(max(source, 0), len(row) - 1)]
        found.append(total)
    return found


@pytest.mark.parametrize(("size", "side"), [(7, 28), (8, 11), (16, 16)])
@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_enlarged_clamped_and_normalised(size: int, side: int, channels: int) -> None:
    shown = images(channels, size).round()  # black and white: the kernel overshoots
    found = AsTrained(size, side, MEAN, STD)(shown)
    assert found.shape == (2, 3, side, side)
    for number, channel in ((0, 0), (1, 2)):
        pixels = shown[number, channel if channels == 3 else 0].double().numpy()
        across = np.array([enlarged(row.tolist(), side) for row in pixels])
        both = np.array([enlarged(column.tolist(), side) for column in across.T]).T
        expected = (both.clip(0, 1) - MEAN[channel]) / STD[channel]
        assert size == side or both.max() > 1.01
        np.testing.assert_allclose(found[number, channel], expected, atol=2e-5)


def test_larger_images_are_smoothed_first_as_pillow_does() -> None:
    pixels = images(1, 24)[0, 0]
    theirs = Image.fromarray(pixels.numpy()).resize((10, 10), Image.Resampling.BICUBIC)
    matrix = bicubic(24, 10)
    np.testing.assert_allclose(matrix @ pixels @ matrix.T, np.asarray(theirs), atol=1e-5)


def test_brightness_is_kept_under_autocast() -> None:
    entry, shown = AsTrained(8, 24, MEAN, STD), images(3, 8)
    with torch.autocast("cpu", torch.bfloat16):
        found = entry(shown)
    assert found.dtype == torch.float32
    assert torch.equal(found, entry(shown))


def test_the_matrix_is_no_weight() -> None:
    assert set(AsTrained(8, 24, MEAN, STD).state_dict()) == {"mean", "std"}


def test_other_means_are_taken_over() -> None:
    colour, grey = Normalise([0.1] * 3, [0.2] * 3), Normalise([0.1], [0.2])
    for entry in (colour, grey):
        entry.set(MEAN, STD)
    assert colour.mean.flatten().tolist() == pytest.approx(MEAN)
    assert colour.std.flatten().tolist() == pytest.approx(STD)
    assert grey.mean.item() == pytest.approx(np.mean(MEAN))
    assert grey.std.item() == pytest.approx(np.mean(STD))
