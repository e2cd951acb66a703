import math

import pandas as pd
import pytest
from made_up import BUDGETS, DOZEN, facts, results

from semisup.report.findings.advice import Advice
from semisup.report.methods import Way
from semisup.report.tables.comparison import compare, ranking
from semisup.report.tables.interval import Interval
from semisup.report.words.tables import by_advice, by_budget, by_task


def compared(table: pd.DataFrame, tasks: list[str] = DOZEN) -> pd.DataFrame:
    return compare(table, facts(tasks).pretext, 0.95)


def test_cells_of_a_dozen_tasks() -> None:
    frozen, tuned = (by_task(compared(results()), DOZEN, method) for method in ("head", "finetune"))
    lines = {line.split(" | ")[0].strip(): line for line in frozen.splitlines()}
    assert list(lines) == ["task", "--------------", *DOZEN, "supervised"]
    assert lines["rotation"] == "rotation       | 846k | 40.0±2.5 | 60.0±2.5 | 80.0±2.5"
    assert lines["jigsaw"] == "jigsaw         | 846k | 36.0±2.5 | 56.0±2.5 | 76.0±2.5"
    assert lines["random"] == "random         |    - | 18.0±2.5 | 38.0±2.5 | 58.0±2.5"
    assert lines["supervised"] == "supervised     |    - | 10.0±2.5 | 30.0±2.5 | 50.0±2.5"
    assert "jigsaw         | 846k | 38.0±2.5 | 58.0±2.5 | 78.0±2.5" in tuned.splitlines()
    assert "supervised     |    - | 10.0±2.5 | 30.0±2.5 | 50.0±2.5" in tuned.splitlines()


def test_tasks_stand_as_ranked() -> None:
    text = by_task(compared(results()), DOZEN[::-1], "head")
    assert [line.split(" | ")[0].strip() for line in text.splitlines()[2:]] == [
        *DOZEN[::-1],
        "supervised",
    ]


@pytest.mark.parametrize("method", ["head", "finetune"])
@pytest.mark.parametrize("budgets", [[1, 2, 4, 8, 16, 32, 64], [*range(1, 21)]])
def test_tables_fit_a_console(budgets: list[int], method: str) -> None:
    table = results(budgets=budgets, draws=(-0.1, 0.1))  # intervals of 127 points
    text = by_task(compared(table), ranking(table), method)
    assert max(map(len, text.splitlines())) <= 100
    shown = [cell.strip() for line in text.splitlines() if line.startswith("task ")
             for cell in line.split(" | ")[2:]]  # fmt: skip
    assert shown == [str(budget) for budget in budgets]


def test_one_task_has_a_row_for_each_budget() -> None:
    table = results(["rotation"])
    assert by_budget(compared(table, ["rotation"]), ["rotation"]).splitlines() == [
        "labels per class | supervised | head (rotation) | finetune (rotation)",
        "---------------: | ---------: | --------------: | ------------------:",
        "               1 |   10.0±2.5 |        40.0±2.5 |            42.0±2.5",
        "               4 |   30.0±2.5 |        60.0±2.5 |            62.0±2.5",
        "              16 |   50.0±2.5 |        80.0±2.5 |            82.0±2.5",
    ]


def test_no_task_leaves_the_baseline() -> None:
    lines = by_budget(compared(results([]), []), []).splitlines()
    assert lines[0] == "labels per class | supervised"
    assert len(lines) == 2 + len(BUDGETS)


def test_one_draw_leaves_no_interval() -> None:
    table = results(["rotation"], draws=(0.0,))
    assert by_budget(compared(table, ["rotation"]), ["rotation"]).splitlines()[2] == (
        "               1 |       10.0 |            40.0 |                42.0"
    )


def of_budget(budget: int, way: Way, accuracy: float, runner_up: Way, lead: Interval) -> Advice:
    return Advice(
        budget=budget,
        way=way,
        accuracy=accuracy,
        images=90,
        effective_images=90,
        runner_up=runner_up,
        lead=lead,
    )


def test_choices_with_their_lead_and_whether_it_is_clear() -> None:
    gan, jigsaw = Way("head", "gan"), Way("finetune", "jigsaw")
    text = by_advice(
        [
            of_budget(2, gan, 0.55, jigsaw, Interval(0.03, math.nan)),
            of_budget(4, gan, 0.6, jigsaw, Interval(0.17, 0.025)),
            of_budget(128, jigsaw, 1.0, gan, Interval(0.0, 0.025)),
        ]
    )
    assert text.splitlines() == [
        "labels | choose             |     % | next               |      lead | clear",
        "-----: | ------------------ | ----: | ------------------ | --------: | ----:",
        "     2 | gan, frozen        |  55.0 | jigsaw, fine-tuned |      +3.0 |     -",
        "     4 | gan, frozen        |  60.0 | jigsaw, fine-tuned | +17.0±2.5 |   yes",
        "   128 | jigsaw, fine-tuned | 100.0 | gan, frozen        |  +0.0±2.5 |    no",
    ]
