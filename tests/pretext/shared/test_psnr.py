"""PSNR against numpy."""

import numpy as np
import pytest
import torch
from torch import Tensor

from semisup.pretext.shared.psnr import mean_squared_error, psnr


def pair(channels: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    one, two = torch.rand(2, 5, channels, 6, 6, generator=generator)
    return one, two


@pytest.mark.parametrize("channels", [1, 3])
def test_against_numpy(channels: int) -> None:
    found, true = pair(channels)
    errors = [np.mean((a.numpy() - b.numpy()) ** 2) for a, b in zip(found, true, strict=True)]
    assert mean_squared_error(found, true).tolist() == pytest.approx(errors, rel=1e-5)
    expected = [10 * np.log10(1.0**2 / error) for error in errors]
    assert psnr(found, true).tolist() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_only_pixels_that_count(channels: int) -> None:
    found, true = pair(channels)
    counts = torch.rand(5, 1, 6, 6, generator=torch.Generator().manual_seed(1)) < 0.3
    expected = []
    for a, b, mask in zip(found.numpy(), true.numpy(), counts[:, 0].numpy(), strict=True):
        expected.append(10 * np.log10(1 / np.mean((a[:, mask] - b[:, mask]) ** 2)))
    assert psnr(found, true, counts).tolist() == pytest.approx(expected, rel=1e-5)


def test_equal_images_are_finite() -> None:
    found, _ = pair(3)
    assert psnr(found, found).tolist() == [100.0] * 5
