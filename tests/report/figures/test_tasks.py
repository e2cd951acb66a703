from pathlib import Path

import pytest
from made_up import DOZEN, facts, results

from semisup.report.figures.tasks import draw, some_of
from semisup.report.tables.comparison import compare, ranking
from semisup.report.tables.headline import NAMES


@pytest.mark.parametrize(
    ("listed", "draws"),
    [(DOZEN, (0.0, 0.1)), (["rotation"], (0.0,)), (["random"], (0.0,)), (["random"], (0.0, 0.1))],
)
def test_figure_names_all_tasks_and_is_reproducible(
    tmp_path: Path, listed: list[str], draws: tuple[float, ...]
) -> None:
    table = results(listed, draws=draws)
    rows = compare(table, facts(listed).pretext, 0.95)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        draw(rows, ranking(table), "mean", tmp_path / name, NAMES["top1"])
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert set(one) == {"tasks.svg", "tasks.png"}
    assert one == two
    svg = one["tasks.svg"].decode()
    for name in listed:
        assert f"<!-- {name} -->" in svg or name == "random" != listed[0]
    assert ("untrained encoder" in svg) == (len(listed) > 1)
    assert "<!-- 16 labels per class -->" in svg


def test_controls_are_lines(tmp_path: Path) -> None:
    tasks = ["rotation", "random", "pixels"]
    table = results(tasks)
    draw(
        compare(table, facts(tasks).pretext, 0.95), ranking(table), "mean", tmp_path, NAMES["top1"]
    )
    svg = (tmp_path / "tasks.svg").read_text()
    for name in ("rotation", "pixels, frozen", "untrained encoder, frozen"):
        assert f"<!-- {name} -->" in svg
    assert "<!-- pixels -->" not in svg


@pytest.mark.parametrize(
    ("budgets", "shown"),
    [
        ([8], [8]),
        ([1, 2, 4, 8], [1, 2, 4, 8]),
        ([1, 2, 4, 8, 16], [1, 2, 8, 16]),
        ([1, 2, 4, 8, 16, 32, 64], [1, 4, 16, 64]),
    ],
)
def test_budgets_that_get_a_panel(budgets: list[int], shown: list[int]) -> None:
    assert some_of(budgets) == shown
