import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import DOZEN, TRAINED, chosen, facts, results
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from semisup.report.figures import label_curve
from semisup.report.figures.label_curve import TOGETHER, _chosen, draw
from semisup.report.findings.selection import SelectionGain, selection_gain

SvgOf = Callable[..., str]


@pytest.fixture
def svg_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SvgOf:
    """The figure as SVG; without its PNG, which takes as long to make."""

    def save(figure: Figure, path: Path) -> None:
        figure.savefig(path.with_suffix(".svg"))
        plt.close(figure)

    def made(table: pd.DataFrame, ranked: list[str], chosen: SelectionGain | None = None) -> str:
        draw(table, facts(ranked), ranked, tmp_path, chosen)
        return (tmp_path / "label_curve.svg").read_text()

    monkeypatch.setattr(label_curve, "save", save)
    return made


@pytest.mark.parametrize(
    ("tasks", "methods"), [(["rotation"], ["head", "finetune"]), (DOZEN, ["head"])]
)
def test_figure_is_reproducible(tmp_path: Path, tasks: list[str], methods: list[str]) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        draw(results(tasks, methods=methods), facts(tasks), tasks, tmp_path / folder, None)
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / folder).iterdir()} for folder in ("one", "two")
    )
    assert set(one) == {"label_curve.svg", "label_curve.png"}
    assert one == two


@pytest.mark.parametrize(("top5", "panels"), [(0.9, 2), (float("nan"), 1)])
def test_top5_has_a_panel_only_where_it_exists(svg_of: SvgOf, top5: float, panels: int) -> None:
    svg = svg_of(results(["rotation"]).assign(top5=top5), ["rotation"])
    width, height = map(float, re.findall(r'<svg .*?width="(.*?)pt" height="(.*?)pt"', svg)[0])
    assert (width > 1.8 * height) == (panels == 2)


def test_few_tasks_are_all_named_in_one_panel(svg_of: SvgOf) -> None:
    tasks = ["rotation", "gan", "random"]
    svg = svg_of(results(tasks), tasks)
    for task in tasks:
        assert f"<!-- fine-tuned, {task} -->" in svg
        assert f"<!-- frozen encoder + head, {task} -->" in svg
    assert "other tasks" not in svg


def test_of_many_tasks_the_best_and_the_control_are_named(svg_of: SvgOf) -> None:
    ranked = [*TRAINED[::-1], "random"]
    svg = svg_of(results(), ranked)
    named = {task for task in DOZEN if f"<!-- {task} -->" in svg}
    assert named == {*ranked[:5], "random"}
    assert svg.count("<!-- other tasks -->") == 1
    for panel in ("fine-tuned", "frozen encoder + head"):
        assert svg.count(f"<!-- {panel} -->") == 2  # top-1 and top-5


@pytest.mark.parametrize(("share", "there"), [(1.0, True), (0.2, False)])
def test_low_accuracies_fill_the_panel(svg_of: SvgOf, share: float, there: bool) -> None:
    table = results(["rotation"])
    table[["score", "top5"]] *= share
    assert ("<!-- 80 -->" in svg_of(table, ["rotation"])) == there


CHOSEN = selection_gain(chosen("rotation", {1: 0.2, 2: 0.1}), "rotation", 0.95, 1000)
TYPICAL = "<!-- frozen encoder + head, rotation, typical images chosen -->"


@pytest.mark.parametrize("tasks", [["rotation"], TRAINED[: TOGETHER + 1]])
def test_heads_on_chosen_images_stand_beside_in_top1(svg_of: SvgOf, tasks: list[str]) -> None:
    svg = svg_of(results(tasks), tasks, CHOSEN)
    for name in (TYPICAL, TYPICAL.replace("typical images chosen", "random images instead")):
        assert svg.count(name) == 1  # in the legend, though not in the first panel of many
    assert TYPICAL not in svg_of(results(tasks), tasks)


def test_points_of_chosen_images_are_at_labels_per_class_on_average() -> None:
    axis = Figure().subplots()
    assert CHOSEN is not None
    _chosen(axis, CHOSEN)
    drawn = [container.lines[0].get_xydata().round(6).tolist() for container in axis.containers]
    assert drawn == [[[1, 60], [2, 50]], [[1, 40], [2, 40]]]


def test_intervals_of_chosen_images_end_at_0_and_100() -> None:
    axis = Figure().subplots()
    found = selection_gain(chosen("rotation", {1: 0.5, 2: -0.3}, [-0.2, 0.2]), "rotation", 0.95, 10)
    assert found is not None
    assert found.steps[0].typical.mean + found.steps[0].typical.half > 1
    _chosen(axis, found)
    bars = [segment for each in axis.collections for segment in each.get_segments()]
    ends = np.array(bars)[:, :, 1]
    assert ends.min() >= 0
    assert ends.max() <= 100 + 1e-9


def test_all_of_six_tasks_are_named_or_said_to_be_chosen(svg_of: SvgOf) -> None:
    five, six = (svg_of(results(TRAINED[:n], [4], methods=["head"]), TRAINED[:n]) for n in (5, 6))
    assert "named: best on validation" not in five
    assert "named: best on validation" in six


def test_points_of_chosen_images_have_ticks(svg_of: SvgOf) -> None:
    svg = svg_of(results(["rotation"], [32]), ["rotation"], CHOSEN)
    assert all(f"<!-- {budget} -->" in svg for budget in (1, 2, 32))


@pytest.mark.parametrize("task", ["rotation", "relative_patch_of_a_name_that_is_longer_than_any"])
def test_no_name_in_the_legend_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    """Of one panel alone, which is the narrowest figure."""
    drawn: list[Figure] = []
    monkeypatch.setattr(label_curve, "save", lambda figure, _: drawn.append(figure))
    found = selection_gain(chosen(task, {1: 0.2}), task, 0.95, 1000)
    table = results([task], methods=("head", "spread", "finetune", "selftrain"))
    draw(table.assign(top5=np.nan), facts([task]), [task], tmp_path, found)
    drawn[0].draw_without_rendering()
    (legend,) = drawn[0].legends
    extent = legend.get_window_extent()
    assert extent.x0 >= 0
    assert extent.x1 <= drawn[0].bbox.width


@pytest.mark.parametrize(("draws", "said"), [((0.0,), True), ((-0.01, 0.0, 0.01), False)])
def test_draws_of_chosen_images_are_said_where_they_differ(
    svg_of: SvgOf, draws: tuple[float, ...], said: bool
) -> None:
    svg = svg_of(results(["rotation"], draws=draws), ["rotation"], CHOSEN)
    assert ("; chosen images: 3 draws" in svg) == said
