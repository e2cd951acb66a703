from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from semisup.report import figures


def results(top5: float) -> pd.DataFrame:
    rows = [
        (method, task, budget, draw, 0.1 * draw + 0.01 * budget, top5)
        for method, task in (("supervised", "none"), ("head", "rotation"), ("finetune", "rotation"))
        for budget in (1, 2, 8)
        for draw in range(2)
    ]
    return pd.DataFrame(rows, columns=["method", "task", "budget", "draw", "top1", "top5"])


def test_label_curve_names_all_methods_and_is_reproducible(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        figures.label_curve(results(0.9), 0.95, tmp_path / folder)
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / folder).iterdir()} for folder in ("one", "two")
    )
    assert set(one) == {"label_curve.svg", "label_curve.png"}
    assert one == two


@pytest.mark.parametrize(("top5", "panels"), [(0.9, 2), (float("nan"), 1)])
def test_top5_has_a_panel_only_where_it_exists(tmp_path: Path, top5: float, panels: int) -> None:
    figures.label_curve(results(top5), 0.95, tmp_path)
    width, height = Image.open(tmp_path / "label_curve.png").size
    assert (width > 1.8 * height) == (panels == 2)


def test_filters_are_tiled_with_gaps() -> None:
    bank = np.zeros((17, 3, 2, 2), np.float32)
    bank[0, 0, 0, 0] = 1
    tiles = figures._tiles(bank)
    assert tiles.shape == (2 * 3 + 1, 16 * 3 + 1, 3)
    assert tiles[1, 1].tolist() == [1, 0, 0]  # the first filter's red corner, stretched to 0..1
    assert (tiles[0] == 1).all()
    assert (tiles[3] == 1).all()


@pytest.mark.parametrize("classes", [2, 26, 120])
def test_confusion_of_any_number_of_classes(tmp_path: Path, classes: int) -> None:
    matrix = np.diag(np.arange(classes))  # the first class has no test image
    figures.confusion(matrix, [f"c{i}" for i in range(classes)], "title", tmp_path)
    assert Image.open(tmp_path / "confusion.png").size[0] > 300
