"""How held-out images are looked at."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.data.device_images import DeviceImages
from semisup.params.loading import Params
from semisup.params.sections import task_module
from semisup.pretext.shared.task import Examples, PretextTask
from semisup.pretrain.watch import Watch
from semisup.training.loop import Plan

MakeData, Make = Callable[..., ImageData], Callable[..., Params]


@pytest.mark.parametrize(
    ("task", "held", "batch", "size", "sizes"),
    [
        ("simclr", 24, 8, 16, [8, 8, 8]),
        ("simclr", 23, 8, 16, [11, 12]),
        ("triplet", 5, 8, 16, [5]),
        ("simclr", 24, 24, 384, [24]),  # of which memory is said to take 7
        ("rotation", 24, 8, 16, [24]),
    ],
)
def test_images_are_compared_with_as_many_as_in_training(
    make_data: MakeData,
    make_params: Make,
    runtime: Runtime,
    task: str,
    held: int,
    batch: int,
    size: int,
    sizes: Sequence[int],
) -> None:
    module = task_module(task)
    params = make_params({f"pretrain.{task}.batch_images": batch})
    settings = params.task_settings(task, module.Settings)
    data = make_data(size=size)
    seen: list[int] = []

    class Counting(PretextTask):
        contrastive = module.Task.contrastive

        def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
            seen.append(len(images))
            return torch.tensor(0.0), torch.zeros(len(images))

        def examples(self, images: Tensor) -> Examples:
            return Examples(images[None])

    encoder = nn.Module()
    encoder.side = lambda side: side  # type: ignore[assignment]
    network = Counting(encoder, settings, size)  # type: ignore[arg-type]
    images = DeviceImages(data, np.arange(held) % len(data.images), runtime)
    Watch(network, images, data, runtime, 1).score()
    assert seen == sizes
    if network.contrastive:
        assert len(seen) == Plan(0.1, 0.0, batch, 1).batches(held)
