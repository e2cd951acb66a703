import math

import pytest
import torch
from torch import Tensor

from semisup.network.backbones import build
from semisup.network.pooling import pooled, pooled_width


def naive_pooled(maps: Tensor, side: int) -> list[list[float]]:
    """Means over windows from floor(i H / s) to ceil((i + 1) H / s)."""
    _, _, height, width = maps.shape
    rows, columns = min(side, height), min(side, width)
    result = []
    for image in maps:
        flat = []
        for channel in image:
            for i in range(rows):
                for j in range(columns):
                    window = channel[
                        i * height // rows : math.ceil((i + 1) * height / rows),
                        j * width // columns : math.ceil((j + 1) * width / columns),
                    ]
                    flat.append(sum(window.flatten().tolist()) / window.numel())
        result.append(flat)
    return result


@pytest.mark.parametrize(
    ("height", "width", "side"),
    [(4, 4, 1), (4, 4, 2), (8, 8, 4), (7, 7, 4), (5, 5, 3), (3, 3, 4), (4, 4, 4), (6, 2, 4)],
)
def test_pooling_is_averaging(height: int, width: int, side: int) -> None:
    maps = torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(1))
    found = pooled(maps, side)
    assert found.shape == (2, 3 * min(side, height) * min(side, width))
    assert torch.allclose(found, torch.tensor(naive_pooled(maps, side)), atol=1e-6)


def test_pooling_leaves_small_maps_alone() -> None:
    maps = torch.randn(2, 3, 3, 3)
    assert torch.equal(pooled(maps, 3), maps.reshape(2, 27))


@pytest.mark.parametrize("training", [True, False])
def test_width_of_pooled_features(training: bool) -> None:
    encoder = build("small", 1, 28, 0).train(training)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    for layer in encoder.layers:
        for side in (1, 2, 4, 100):
            width = pooled_width(encoder, layer, side, 28)
            with torch.device("meta"):
                maps = build("small", 1, 28, 0)(torch.empty(1, 1, 28, 28), layer)
            assert width == maps.shape[1] * min(side, maps.shape[2]) ** 2
    assert encoder.training is training
    for name, value in encoder.state_dict().items():
        assert torch.equal(value, before[name])  # batch norm saw nothing


def test_pooling_half_precision_is_off_by_a_rounding() -> None:
    """Of maps whose side does not divide, under autocast too."""
    maps = torch.randn(2, 4, 7, 9).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = pooled(maps, 4)
    assert found.dtype == torch.bfloat16
    assert torch.allclose(found.float(), pooled(maps.float(), 4), rtol=2**-8, atol=0)
