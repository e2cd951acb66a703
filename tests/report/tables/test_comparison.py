import pandas as pd
import pytest
from made_up import BUDGETS, DOZEN, SEEN, TRAINED, facts, results, set_score, true_mean

from semisup.report.tables.comparison import compare, comparison_text, ranking, short_count


def compared(table: pd.DataFrame, tasks: list[str] = DOZEN) -> pd.DataFrame:
    return compare(table, facts(tasks).pretext, 0.95)


def test_a_row_for_each_task_method_and_budget() -> None:
    rows = compared(results())
    assert len(rows) == (1 + 2 * 12) * 3
    assert list(rows.columns) == [
        *("task", "method", "budget", "top1", "half_width", "validation_top1", "images_seen"),
    ]
    for row in rows.itertuples():
        mean = true_mean(row.method, row.task, row.budget, DOZEN)
        assert row.top1 == pytest.approx(mean)
        assert row.validation_top1 == pytest.approx(mean + 0.01)
        assert row.half_width == pytest.approx(0.024841, abs=1e-6)
        assert row.images_seen == (0 if row.task in ("none", "random", "imagenet") else SEEN)


def test_cells_of_a_dozen_tasks() -> None:
    text = comparison_text(compared(results()), ranking(results()), 3, 0.95)
    frozen, tuned = text.split("**Fine-tuned**")
    assert "mean of 3 draws with 95% interval" in frozen
    lines = {line.split(" | ")[0].strip(): line for line in frozen.splitlines() if " | " in line}
    assert list(lines) == ["task", "--------------", *DOZEN, "supervised"]
    assert lines["rotation"] == "rotation       | 846k | 40.0±2.5 | 60.0±2.5 | 80.0±2.5"
    assert lines["jigsaw"] == "jigsaw         | 846k | 36.0±2.5 | 56.0±2.5 | 76.0±2.5"
    assert lines["random"] == "random         |    - | 18.0±2.5 | 38.0±2.5 | 58.0±2.5"
    assert lines["supervised"] == "supervised     |    - | 10.0±2.5 | 30.0±2.5 | 50.0±2.5"
    assert "jigsaw         | 846k | 38.0±2.5 | 58.0±2.5 | 78.0±2.5" in tuned
    assert "supervised     |    - | 10.0±2.5 | 30.0±2.5 | 50.0±2.5" in tuned


@pytest.mark.parametrize("budgets", [[1, 2, 4, 8, 16, 32, 64], [*range(1, 21)]])
def test_tables_fit_a_console(budgets: list[int]) -> None:
    table = results(budgets=budgets, draws=(-0.1, 0.1))  # intervals of 127 points
    text = comparison_text(compared(table), ranking(table), 2, 0.95)
    assert max(map(len, text.splitlines())) <= 100
    shown = [cell.strip() for line in text.splitlines() if line.startswith("task ")
             for cell in line.split(" | ")[2:]]  # fmt: skip
    assert shown == [str(budget) for budget in budgets] * 2


def test_one_task_has_a_row_for_each_budget() -> None:
    table = results(["rotation"])
    text = comparison_text(compared(table, ["rotation"]), ["rotation"], 3, 0.95)
    assert text.splitlines()[2:] == [
        "labels per class | supervised | head (rotation) | finetune (rotation)",
        "---------------: | ---------: | --------------: | ------------------:",
        "               1 |   10.0±2.5 |        40.0±2.5 |            42.0±2.5",
        "               4 |   30.0±2.5 |        60.0±2.5 |            62.0±2.5",
        "              16 |   50.0±2.5 |        80.0±2.5 |            82.0±2.5",
    ]


def test_no_task_leaves_the_baseline() -> None:
    text = comparison_text(compared(results([]), []), [], 3, 0.95)
    assert text.splitlines()[2] == "labels per class | supervised"
    assert len(text.splitlines()) == 4 + len(BUDGETS)


def test_ranking_is_by_the_better_method_on_validation() -> None:
    table = results()
    assert ranking(table) == DOZEN
    assert ranking(table.assign(top1=0.5, top5=0.1)) == DOZEN
    table = set_score(table, "validation_top1", "head", "gan", 0.99)
    assert ranking(table) == ["gan", *(task for task in DOZEN if task != "gan")]


def test_control_is_last_however_good() -> None:
    table = set_score(results(), "validation_top1", "finetune", "random", 0.999)
    assert ranking(table)[-1] == "random"
    assert ranking(table)[:-1] == TRAINED


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


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "-"),
        (999, "999"),
        (1000, "1.0k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (845_568, "846k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (128_000_000, "128M"),
        (2_500_000_000, "2.5G"),
    ],
)
def test_short_count(number: int, shown: str) -> None:
    assert short_count(number) == shown
