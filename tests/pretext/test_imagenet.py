"""The rows `imagenet` and `foundation` as params.yaml has them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from semisup.compute.device import Runtime
from semisup.compute.weights import checksum
from semisup.data.dataset import ImageData
from semisup.network.encoders import Taken
from semisup.params.loading import Params, load_and_check_tasks
from semisup.pretext.shared.borrowed import BorrowedSettings
from semisup.pretrain.pretraining import pretrain
from semisup.workflow.errors import UserError

MakeData, Make = Callable[..., ImageData], Callable[..., Params]


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ({"model": "resnet18"}, "model: 'resnet18' is no model; allowed: timm/NAME, torchvision"),
        ({"model": "timm/"}, "model: 'timm/' is no model"),
        ({"model": 18}, "model: 18 should be a string"),
        ({"modell": "timm/x"}, "modell: unknown key (did you mean 'model'?)"),
        ({"weights": None}, "weights: None should be a string"),
        ({"file": ""}, "file: '' should not be empty"),
        ({"input": "atuo"}, "input: unknown size 'atuo' (did you mean 'auto'?)"),
        ({"input": 7}, "input"),
        ({"layer": ""}, "layer: '' should not be empty"),
        ({"pool": 0}, "pool: 0 should be greater than or equal to 1"),
    ],
)
@pytest.mark.parametrize("row", ["imagenet", "foundation"])
def test_mistakes_in_params(row: str, edits: dict[str, Any], said: str, make_params: Make) -> None:
    params = make_params({f"pretrain.{row}.{key}": value for key, value in edits.items()})
    with pytest.raises(UserError) as caught:
        params.task_settings(row, BorrowedSettings)
    text = str(caught.value)
    assert text.startswith(f"params.yaml: pretrain.{row}.")
    assert said in text
    assert "\n" not in text


def test_the_projects_own_file_names_both_rows() -> None:
    load_and_check_tasks(Path(__file__).parents[2] / "params.yaml")


def test_weights_of_the_package_are_a_row(
    make_data: MakeData, make_params: Make, runtime: Runtime
) -> None:
    done = pretrain("imagenet", make_params({}), make_data(size=16, channels=1), runtime)
    assert done.origin["model"] == "timm/tf_efficientnet_lite0"
    assert done.origin["licence"] == "apache-2.0"
    trained, taken = done.spec.trained, done.spec.taken
    assert trained is not None
    assert taken == Taken("features", 1, 2)
    assert (trained.side, [*trained.mean], [*trained.std]) == (64, [0.5] * 3, [0.5] * 3)
    with torch.no_grad():
        images = torch.rand(2, 1, 16, 16)
        assert done.encoder(images).shape == (2, 1280, 1, 1)
    assert len(checksum(done.encoder.state_dict())) == 32
