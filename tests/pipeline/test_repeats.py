"""Several encoders of a task: one for each draw."""

import pandas as pd
import pytest
from projects import BUDGETS, TASK, Project
from test_rerun_table import from_pretrain

BUDGET = BUDGETS[-1]


def of_draws(project: Project) -> pd.DataFrame:
    curve = pd.read_csv(project.root / "reports/label_curve.csv", keep_default_na=False)
    kept = curve[(curve["task"] == TASK) & (curve["budget"] == BUDGET)]
    return kept.set_index(["method", "draw"]).sort_index()


@pytest.mark.slow
def test_each_draw_has_its_encoder(project: Project) -> None:
    before = of_draws(project)
    project.change({"pretrain.repeats": 2, "export.onnx": False})
    assert project.repro() == from_pretrain(BUDGETS)
    for folder in (f"pretrain/{TASK}", f"features/{TASK}", f"neighbours/{TASK}"):
        assert (project.root / "data" / folder / "repeat_1").is_dir()
    after = of_draws(project)
    assert [*after.index] == [*before.index]
    for draw, is_same in ((0, True), (1, False)):
        one, other = (table.xs(draw, level="draw") for table in (before, after))
        assert one.equals(other) == is_same
    summary = (project.root / "reports/summary.md").read_text(encoding="utf-8")
    assert "each draw has an encoder of its own" in " ".join(summary.split())


@pytest.mark.slow
def test_edit_that_takes_one_away_leaves_no_rest(project: Project) -> None:
    project.change({"pretrain.repeats": 2})
    project.repro()
    project.change({"pretrain.repeats": 1})
    project.repro()
    assert not [*project.root.glob("data/*/*/repeat_*")]
