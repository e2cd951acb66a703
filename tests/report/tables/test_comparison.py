import pandas as pd
import pytest
from made_up import DOZEN, SEEN, TRAINED, facts, results, set_score, true_mean

from semisup.report.tables.comparison import compare, ranking


def compared(table: pd.DataFrame, tasks: list[str] = DOZEN) -> pd.DataFrame:
    return compare(table, facts(tasks).pretext, 0.95)


def test_a_row_for_each_task_method_and_budget() -> None:
    rows = compared(results())
    assert len(rows) == (1 + 2 * 12) * 3
    assert list(rows.columns) == [
        *("task", "method", "budget", "score", "half_width", "validation_top1", "images_seen"),
    ]
    for row in rows.itertuples():
        mean = true_mean(row.method, row.task, row.budget, DOZEN)
        assert row.score == pytest.approx(mean)
        assert row.validation_top1 == pytest.approx(mean + 0.01)
        assert row.half_width == pytest.approx(0.024841, abs=1e-6)
        assert row.images_seen == (0 if row.task in ("none", "random", "imagenet") else SEEN)


def test_ranking_is_by_the_better_method_on_validation() -> None:
    table = results()
    assert ranking(table) == DOZEN
    assert ranking(table.assign(top1=0.5, top5=0.1)) == DOZEN
    table = set_score(table, "validation_top1", "head", "gan", 0.99)
    table = set_score(table, "validation_top1", "finetune", "gan", 0.0)
    assert ranking(table) == ["gan", *(task for task in DOZEN if task != "gan")]


def test_control_is_last_however_good() -> None:
    table = set_score(results(), "validation_top1", "finetune", "random", 0.999)
    assert ranking(table)[-1] == "random"
    assert ranking(table)[:-1] == TRAINED


def test_controls_are_last_and_pixels_after_the_untrained_encoder() -> None:
    tasks = ["pixels", "random", "gan"]
    table = set_score(results(tasks), "validation_top1", "finetune", "pixels", 0.999)
    assert ranking(table) == ["gan", "random", "pixels"]


def test_ranking_without_validation_is_the_order_of_params() -> None:
    tasks = ["gan", "random", "rotation"]
    table = results(tasks).assign(validation_top1=float("nan"))
    assert ranking(table) == ["gan", "rotation", "random"]


def test_ranking_uses_the_largest_budget_with_validation() -> None:
    table = results(["gan", "rotation"])
    table.loc[table["budget"] == 16, "validation_top1"] = float("nan")
    table.loc[(table["budget"] == 1) & (table["task"] == "rotation"), "validation_top1"] = 1.0
    assert ranking(table) == ["gan", "rotation"]
    table.loc[(table["budget"] == 4) & (table["task"] == "rotation"), "validation_top1"] = 1.0
    assert ranking(table) == ["rotation", "gan"]
