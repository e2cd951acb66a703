"""What pretraining asks of a task before it trains: whether these images suit it, and a look."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.network import encoders
from semisup.network.entry import Lightness
from semisup.params.loading import Params
from semisup.pretext.colorization import Task
from semisup.pretrain import pretraining
from semisup.workflow.errors import UserError

MakeData, Make = Callable[..., ImageData], Callable[..., Params]


def test_images_that_do_not_suit_are_refused_before_training(
    make_data: MakeData, make_params: Make, runtime: Runtime
) -> None:
    with pytest.raises(UserError, match="needs images in colour"):
        pretraining.pretrain("colorization", make_params({}), make_data(channels=1), runtime)


def test_a_task_is_prepared_once_and_its_encoder_is_of_its_own_kind(
    make_data: MakeData,
    make_params: Make,
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = make_data(unlabelled=6)
    data.images[:] = np.random.default_rng(0).integers(0, 256, data.images.shape)
    seen: list[Tensor] = []
    monkeypatch.setattr(pretraining, "PREPARE_IMAGES", 10)
    real = Task.prepare

    def prepare(self: Task, images: Tensor) -> None:
        assert not torch.is_grad_enabled()
        seen.append(images)
        real(self, images)

    monkeypatch.setattr(Task, "prepare", prepare)
    edits = {"pretrain.epochs": 1, "pretrain.heldout_images": 6}
    params = make_params(edits | {"pretrain.colorization.batch_images": 8})
    done = pretraining.pretrain("colorization", params, data, runtime)
    assert len(seen) == 1
    # every fourth of the 33 images trained on, as they are
    assert len(seen[0]) == 9
    pool = {data.images[i].tobytes() for i in data.pool}
    as_bytes = (seen[0] * 255).round().byte().permute(0, 2, 3, 1).numpy()
    assert all(image.tobytes() in pool for image in as_bytes)
    assert done.encoder_images == 4 * 33
    assert done.spec == encoders.EncoderSpec("small", "lightness")
    assert isinstance(done.encoder.entry, Lightness)
