from pathlib import Path

import pandas as pd
import pytest
from made_up import DOZEN, TRAINED, results
from PIL import Image

from semisup.report.figures.label_curve import draw


def svg_of(table: pd.DataFrame, ranked: list[str], folder: Path) -> str:
    draw(table, ranked, 0.95, folder)
    return (folder / "label_curve.svg").read_text()


@pytest.mark.parametrize("tasks", [["rotation"], DOZEN])
def test_figure_is_reproducible(tmp_path: Path, tasks: list[str]) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        draw(results(tasks), tasks, 0.95, tmp_path / folder)
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / folder).iterdir()} for folder in ("one", "two")
    )
    assert set(one) == {"label_curve.svg", "label_curve.png"}
    assert one == two


@pytest.mark.parametrize(("top5", "panels"), [(0.9, 2), (float("nan"), 1)])
def test_top5_has_a_panel_only_where_it_exists(tmp_path: Path, top5: float, panels: int) -> None:
    draw(results(["rotation"]).assign(top5=top5), ["rotation"], 0.95, tmp_path)
    width, height = Image.open(tmp_path / "label_curve.png").size
    assert (width > 1.8 * height) == (panels == 2)


def test_few_tasks_are_all_named_in_one_panel(tmp_path: Path) -> None:
    tasks = ["rotation", "gan", "random"]
    svg = svg_of(results(tasks), tasks, tmp_path)
    for task in tasks:
        assert f"<!-- fine-tuned, {task} -->" in svg
        assert f"<!-- frozen encoder + head, {task} -->" in svg
    assert "other tasks" not in svg


def test_of_many_tasks_the_best_and_the_control_are_named(tmp_path: Path) -> None:
    ranked = [*TRAINED[::-1], "random"]
    svg = svg_of(results(), ranked, tmp_path)
    named = {task for task in DOZEN if f"<!-- {task} -->" in svg}
    assert named == {*ranked[:5], "random"}
    assert svg.count("<!-- other tasks -->") == 1
    for panel in ("fine-tuned", "frozen encoder + head"):
        assert svg.count(f"<!-- {panel} -->") == 2  # top-1 and top-5


def test_all_of_six_tasks_are_named_or_said_to_be_chosen(tmp_path: Path) -> None:
    five = svg_of(results(TRAINED[:5]), TRAINED[:5], tmp_path)
    assert "named: best on validation" not in five
    six = svg_of(results(TRAINED[:6]), TRAINED[:6], tmp_path)
    assert "named: best on validation" in six
