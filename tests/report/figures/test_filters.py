from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from semisup.report.figures import filters
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

pytestmark = pytest.mark.usefixtures("in_a_folder")


def write_encoder(task: str, weights: dict[str, np.ndarray]) -> None:
    folder = outputs.folder_of("pretrain", task)
    folder.mkdir(parents=True)
    save_file(weights, folder / outputs.ENCODER)


def test_filters_are_tiled_with_gaps() -> None:
    bank = np.zeros((17, 3, 2, 2), np.float32)
    bank[0, 0, 0, 0] = 1
    tiles = filters.tiled(bank)
    assert tiles.shape == (2 * 3 + 1, 16 * 3 + 1, 3)
    assert tiles[1, 1].tolist() == [1, 0, 0]  # the first filter's red corner, stretched to 0..1
    assert (tiles[0] == 1).all()
    assert (tiles[3] == 1).all()


def test_first_convolution_is_the_first_that_has_a_kernel() -> None:
    weights = {
        "0.bias": np.zeros(4, np.float32),
        "1.weight": np.full((4, 3, 5, 5), 1, np.float32),
        "2.weight": np.full((8, 4, 3, 3), 2, np.float32),
    }
    write_encoder("gan", weights)
    assert (filters.first_convolution("gan") == weights["1.weight"]).all()


def test_encoders_without_a_convolution_have_no_panel(tmp_path: Path) -> None:
    write_encoder("pixels", {"entry.mean": np.zeros((3, 1, 1), np.float32)})
    write_encoder("gan", {"conv.weight": np.zeros((4, 3, 5, 5), np.float32)})
    filters.draw(["gan", "pixels"], tmp_path)
    svg = (tmp_path / "filters.svg").read_text()
    assert "<!-- first layer, gan -->" in svg
    assert "pixels" not in svg
    filters.draw(["pixels"], tmp_path)
    assert "<!-- first layer, pixels -->" in (tmp_path / "filters.svg").read_text()


def test_filters_of_many_tasks_wrap(tmp_path: Path) -> None:
    tasks = [f"task{n}" for n in range(12)]
    for task in tasks:
        write_encoder(task, {"conv.weight": np.zeros((32, 1, 5, 5), np.float32)})
    filters.draw(tasks, tmp_path)
    width, height = Image.open(tmp_path / "filters.png").size
    assert width < 2100
    filters.draw(tasks[:4], tmp_path)
    assert Image.open(tmp_path / "filters.png").size == (width, pytest.approx(height / 3, rel=0.01))
    assert "<!-- first layer, task3 -->" in (tmp_path / "filters.svg").read_text()


def test_an_encoder_that_was_removed_is_named_and_not_the_folder_that_is_written(
    tmp_path: Path,
) -> None:
    with (
        pytest.raises(UserError, match=r"^data/pretrain/gan/encoder\.safetensors: not there yet"),
        outputs.replacing(tmp_path / "figures") as folder,
    ):
        filters.draw(["gan"], folder)
