"""Pixels as features are those of the images, by a plain average."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from semisup.classify.classifier import Classifier
from semisup.classify.layers import build_head
from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.embed import embed
from semisup.features.stored import TEST
from semisup.network import encoders
from semisup.network.pooling import pooled_width
from semisup.params.loading import Params
from semisup.pretrain.pretraining import pretrain, write
from semisup.workflow import outputs

MakeData, Make = Callable[..., ImageData], Callable[..., Params]


@pytest.mark.parametrize(
    ("channels", "size", "side", "kept"),
    [(3, 16, 4, 4), (1, 18, 6, 6), (3, 16, 40, 16), (3, 15, 4, 4)],
)
def test_features_are_averages_of_normalised_pixels(
    channels: int,
    size: int,
    side: int,
    kept: int,
    make_data: MakeData,
    make_params: Make,
    runtime: Runtime,
    tmp_path: Path,
) -> None:
    data = make_data(size=size, channels=channels)
    params = make_params({"pretrain.pixels.side": side, "embed.layer": "auto"})
    done = pretrain("pixels", params, data, runtime)
    assert not [*done.encoder.parameters()]
    write(tmp_path, "pixels", [done])
    assert outputs.read_json(tmp_path / outputs.PRETEXT)["encoder_images"] == 0
    encoder = encoders.load(tmp_path, data)
    settings = encoders.read_spec(tmp_path).chosen(params.embed)
    info = embed(encoder, data, settings, params.data.augment, runtime, 0, tmp_path)
    assert (info["layer"], info["pool"], info["probe"]) == ("pixels", side, {})
    shown = (data.images[data.test] / 255 - data.mean) / data.std
    cells = [slice(n * size // kept, -(-(n + 1) * size // kept)) for n in range(kept)]
    means = [shown[:, rows, columns].mean(axis=(1, 2)) for rows in cells for columns in cells]
    expected = np.stack(means, axis=2).reshape(len(shown), -1)
    assert info["width"] == expected.shape[1] == channels * kept**2
    np.testing.assert_allclose(np.load(tmp_path / TEST), expected, atol=3e-3)


def test_fine_tuning_trains_the_head_alone(
    make_data: MakeData, make_params: Make, runtime: Runtime
) -> None:
    data = make_data()
    encoder = pretrain("pixels", make_params({}), data, runtime).encoder
    width = pooled_width(encoder, "pixels", 4, data.image_size)
    head = build_head(width, [], len(data.classes), 0.0, 0)
    classifier = Classifier(encoder, "pixels", 4, head)
    assert [*classifier.parameters()] == [*head.parameters()]
    classifier(torch.rand(2, 3, 16, 16)).sum().backward()
    assert all(weight.grad is not None for weight in head.parameters())
