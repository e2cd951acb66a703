"""Patches are the pixels asked for, standardised one by one, and their colour is dropped per image.

The head sees each patch by the same encoder and in its place.
"""

import numpy as np
import pytest
import torch
from torch import Tensor

from semisup.network import backbones
from semisup.network.entry import Normalise
from semisup.pretext.shared.patches import (
    NOISE,
    Siamese,
    cut,
    drop_color,
    random_between,
    standardise,
)


def images(n: int = 5, channels: int = 3, side: int = 16) -> Tensor:
    return torch.rand(n, channels, side, side, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize(("channels", "side"), [(1, 1), (3, 5), (3, 16)])
def test_cut_is_a_slice(channels: int, side: int) -> None:
    whole = images(4, channels)
    corners = torch.randint(17 - side, (4, 6, 2), generator=torch.Generator().manual_seed(0))
    patches = cut(whole, corners, side)
    assert patches.shape == (4, 6, channels, side, side)
    for n in range(4):
        for t in range(6):
            top, left = corners[n, t].tolist()
            expected = whole[n, :, top : top + side, left : left + side]
            assert torch.equal(patches[n, t], expected)


def test_random_between_reaches_both_ends_and_no_further() -> None:
    low, high = torch.tensor([-3, 0, 2]), torch.tensor([-1, 0, 5])
    drawn = torch.stack([random_between(low, high) for _ in range(400)])
    counts = [torch.bincount(drawn[:, i] - low[i]).tolist() for i in range(3)]
    assert [len(count) for count in counts] == [3, 1, 4]
    assert min(counts[0]) > 90  # of 133
    assert min(counts[2]) > 60  # of 100


def test_standardise_is_that_of_numpy() -> None:
    patches = images(2, 3, 8).view(2, 3, 1, 8, 8) * 0.2 + 0.5
    found = standardise(patches)
    for n in range(2):
        for t in range(3):
            pixels = patches[n, t, 0].double().numpy()
            expected = (pixels - pixels.mean()) / np.sqrt(pixels.var() + NOISE**2)
            assert np.allclose(found[n, t, 0].numpy(), expected, atol=1e-5)


def test_standardise_leaves_faint_noise_faint_and_contrast_equal() -> None:
    noise = torch.randn(100, 3, 10, 10, generator=torch.Generator().manual_seed(0))
    assert standardise(torch.full((2, 3, 6, 6), 0.7)).abs().max() < 1e-4
    assert standardise(0.5 + noise / 255).std() < 0.25
    strong, weak = (standardise(0.5 + scale * noise).std().item() for scale in (0.3, 0.1))
    assert strong == pytest.approx(1, abs=0.02)
    assert weak == pytest.approx(strong, abs=0.03)


def test_color_is_dropped_from_whole_images_by_keeping_one_channel() -> None:
    whole = images(600, 3, 4)
    found = drop_color(whole, 0.66)
    kept = [0, 0, 0]
    for image, before in zip(found, whole, strict=True):
        if torch.equal(image, before):
            continue
        same = [torch.equal(image, before[c].expand(3, -1, -1)) for c in range(3)]
        assert same.count(True) == 1
        kept[same.index(True)] += 1
    assert sum(kept) / 600 == pytest.approx(0.66, abs=0.08)  # four standard deviations
    assert min(kept) > 90  # of 132
    assert torch.equal(drop_color(whole, 0.0), whole)
    assert torch.equal(drop_color(whole[:, :1], 1.0), whole[:, :1])


def test_siamese_against_patches_one_at_a_time() -> None:
    entry = Normalise([0.3] * 3, [0.1] * 3)  # must not be used: patches are standardised instead
    encoder = backbones.build("small", 3, 24, 0, entry).eval()
    torch.manual_seed(0)
    head = Siamese(encoder, 10, 3, 5).eval()
    patches = images(12, 3, 10).view(4, 3, 3, 10, 10)
    with torch.no_grad():
        found = head(encoder, patches)
        for n in range(4):
            seen = []
            for patch in patches[n]:
                pixels = patch.double()
                mean, variance = pixels.mean((1, 2)), pixels.var((1, 2), correction=0)
                inputs = (pixels - mean[:, None, None]) / (variance + NOISE**2).sqrt()[
                    :, None, None
                ]
                for block in encoder.blocks.values():
                    inputs = block(inputs.float()[None] if inputs.ndim == 3 else inputs)
                assert inputs.shape[2:] == (2, 2)
                seen.append(head.each(inputs.flatten(1)))
            assert torch.allclose(found[n], head.all(torch.cat(seen, dim=1))[0], atol=1e-4)
