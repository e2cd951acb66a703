"""Features that are written in parts: the same wherever it was interrupted."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data import device_images
from semisup.data.dataset import ImageData
from semisup.data.device_images import DeviceImages
from semisup.features import writing
from semisup.features.encode import FeatureExtractor
from semisup.features.stored import Features
from semisup.features.writing import write
from semisup.network.backbones import build
from semisup.workflow.errors import UserError
from semisup.workflow.scratch import Scratch

BATCH, PARTS = 4, 3


class Killed(Exception):
    """In the middle of the work."""


@pytest.fixture
def written(
    make_data: Callable[..., ImageData],
    runtime: Runtime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., tuple[Features, int]]:
    monkeypatch.setattr(device_images, "EVALUATION_BATCH", BATCH)
    data, encoder = make_data(), build("small", 3, 16, 0).eval()

    def by(seconds: float | None, after: int | None = None) -> tuple[Features, int]:
        """And how many batches were looked at; `seconds` between saves, None: no saves.

        `after`: batches, after which it is killed.
        """
        scratch = None if seconds is None else Scratch(tmp_path, "key", seconds)
        extractor = FeatureExtractor(
            encoder, "conv2", 2, dataclasses.replace(runtime, scratch=scratch)
        )
        width, stream = extractor.width(16), runtime.generator(1)
        monkeypatch.setattr(writing, "PART_BYTES", 2 * BATCH * PARTS * width)
        images, seen = DeviceImages(data, data.pool, runtime), 0
        assert len(images) > BATCH * PARTS * 2

        def noisy(batch: slice) -> Tensor:
            nonlocal seen
            if seen == after:
                raise Killed
            seen += 1
            shown = images.plain(batch)
            return shown + torch.rand(shown.shape, generator=stream)

        features = np.zeros((len(images), width), np.float16)
        write(extractor, images, features, "some", noisy, stream)
        return features, seen

    return by


@pytest.mark.parametrize("seconds", [0.0, 1e9])
@pytest.mark.parametrize("after", [0, 1, PARTS, PARTS + 1, 2 * PARTS])
def test_an_interruption_costs_a_part_and_changes_nothing(
    written: Callable[..., tuple[Features, int]], seconds: float, after: int
) -> None:
    expected, every = written(None)
    with pytest.raises(Killed):
        written(seconds, after)
    found, seen = written(seconds)
    assert np.array_equal(found, expected)
    assert seen == every - (after if seconds == 0 else after - after % PARTS)
    found, seen = written(seconds)
    assert np.array_equal(found, expected)
    assert seen == 0, "all was there"


@pytest.mark.parametrize("wrong", [1e6, float("nan")])
def test_features_that_16_bits_can_not_hold_are_refused(
    make_data: Callable[..., ImageData], runtime: Runtime, wrong: float
) -> None:
    """As after a single update of a deep network, whose batch norm knows nothing yet."""
    data, encoder = make_data(), build("small", 3, 16, 0).eval()
    encoder.register_forward_hook(lambda *given: given[-1].index_fill(0, torch.tensor([2]), wrong))
    extractor = FeatureExtractor(encoder, "conv2", 2, runtime)
    images = DeviceImages(data, data.pool, runtime)
    features = np.zeros((len(images), extractor.width(16)), np.float16)
    with pytest.raises(UserError, match=r"^layer conv2 of the encoder gives .* pretrain\.epochs"):
        write(extractor, images, features, "some", images.plain)
