"""Features of large images are computed a few at a time."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.features.encode import FeatureExtractor
from semisup.network import batching, encoders
from semisup.network.encoders import EncoderSpec, Usage

ENLARGED = EncoderSpec(
    "torchvision/mobilenet_v3_small", "as_trained", Usage(64, [0.5, 0.5, 0.5], [0.2, 0.2, 0.2])
)


@pytest.mark.parametrize(
    ("spec", "most"), [(EncoderSpec("small"), 16 * 16 * 3 * 5), (ENLARGED, 64 * 64 * 3 * 5)]
)
def test_a_few_at_a_time(
    make_data: Callable[..., ImageData],
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
    spec: EncoderSpec,
    most: int,
) -> None:
    """By what the encoder sees, not by what images are stored as."""
    encoder = encoders.make(spec, make_data(size=16), 0).eval()
    extractor = FeatureExtractor(encoder, encoder.layers[0], 2, runtime)
    images = torch.rand(12, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    whole = extractor(images)
    seen: list[int] = []
    encoder.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    monkeypatch.setattr(batching, "CPU_VALUES", most)
    parts = extractor(images)
    assert seen == [5, 5, 2]
    np.testing.assert_allclose(parts, whole, atol=2e-3)


def test_in_bfloat16(make_data: Callable[..., ImageData], runtime: Runtime) -> None:
    encoder = encoders.make(EncoderSpec("small"), make_data(size=16), 0).eval()
    images = torch.rand(12, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    exact, rough = (
        FeatureExtractor(encoder, "conv2", 2, replace(runtime, dtype=dtype))(images)
        for dtype in (torch.float32, torch.bfloat16)
    )
    assert exact.dtype == rough.dtype == np.float16
    np.testing.assert_allclose(rough, exact, atol=0.05)
