from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from semisup.report.figures import matrices


def test_filters_are_tiled_with_gaps() -> None:
    bank = np.zeros((17, 3, 2, 2), np.float32)
    bank[0, 0, 0, 0] = 1
    tiles = matrices._tiles(bank)
    assert tiles.shape == (2 * 3 + 1, 16 * 3 + 1, 3)
    assert tiles[1, 1].tolist() == [1, 0, 0]  # the first filter's red corner, stretched to 0..1
    assert (tiles[0] == 1).all()
    assert (tiles[3] == 1).all()


def test_filters_of_many_tasks_wrap(tmp_path: Path) -> None:
    weights = {f"task{n}": np.zeros((32, 1, 5, 5), np.float32) for n in range(12)}
    matrices.filters(weights, tmp_path)
    assert Image.open(tmp_path / "filters.png").size[0] < 2100


@pytest.mark.parametrize("classes", [2, 26, 120])
def test_confusion_of_any_number_of_classes(tmp_path: Path, classes: int) -> None:
    matrix = np.diag(np.arange(classes))  # the first class has no test image
    matrices.confusion(matrix, [f"c{i}" for i in range(classes)], "title", tmp_path)
    assert Image.open(tmp_path / "confusion.png").size[0] > 300
