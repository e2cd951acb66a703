"""Large images are looked at a few at a time, by what the network sees of them."""

from typing import cast

import pytest
import torch
from torch import Tensor

from semisup.network import batching, encoders
from semisup.network.batching import in_parts
from semisup.network.encoders import EncoderSpec, Kind, Usage

MODEL = "torchvision/mobilenet_v3_small"
USAGE = Usage(64, [0.5, 0.5, 0.5], [0.2, 0.2, 0.2])


class Images:
    """Of what kind they are."""

    channels, image_size = 3, 16
    mean = std = torch.full((3,), 0.5).numpy()


@pytest.mark.parametrize(
    ("spec", "side"),
    [
        (EncoderSpec("small"), 16),
        (EncoderSpec("small", "lightness"), 16),
        (EncoderSpec(MODEL), 64),  # four times as large
        (EncoderSpec(MODEL, "as_trained", USAGE), 64),
    ],
)
def test_by_what_it_enlarges_them_to(
    spec: EncoderSpec, side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = encoders.make(spec, cast(Kind, Images()), 0).eval()
    assert encoder.side(16) == side
    images = torch.rand(12, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    seen: list[int] = []

    def look(some: Tensor) -> Tensor:
        seen.append(len(some))
        return cast(Tensor, encoder(some)).flatten(1)

    with torch.no_grad():
        whole = in_parts(look, images, encoder)
        monkeypatch.setattr(batching, "CPU_VALUES", encoder.channels * side**2 * 5)
        parts = in_parts(look, images, encoder)
    assert seen == [12, 5, 5, 2]
    torch.testing.assert_close(parts, whole, atol=1e-4, rtol=1e-3)


def test_of_none_it_has_a_shape() -> None:
    encoder = encoders.make(EncoderSpec("small"), cast(Kind, Images()), 0).eval()
    none = in_parts(lambda some: encoder(some).flatten(1), torch.rand(0, 3, 16, 16), encoder)
    assert len(none) == 0
    assert none.ndim == 2
