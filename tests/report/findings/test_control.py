"""Where the baseline is self-trained too: what is said of it, and where it has no say."""

import pandas as pd
import pytest
from made_up import facts, results
from sections import section

from semisup.data.dataset import TOP1
from semisup.report.findings.advice import advice_by_budget
from semisup.report.findings.pool import control
from semisup.report.methods import POOL_ALONE, Way
from semisup.report.tables.comparison import compare, ranking
from semisup.report.tables.metrics import metrics
from semisup.report.words.tables import by_budget, by_task

EVERY = ("head", "spread", "finetune", "selftrain")
TASKS = ["rotation", "gan"]


def with_control(tasks: list[str], ahead: float, budgets: list[int]) -> pd.DataFrame:
    """The control is so much more accurate than the baseline, at some budgets."""
    table = results(tasks, methods=EVERY)
    rows = table[(table["method"] == "supervised") & table["budget"].isin(budgets)].copy()
    rows["method"], rows["top1"] = POOL_ALONE.method, rows["top1"] + ahead
    rows["score"] = rows["top1"]
    return pd.concat([table, rows], ignore_index=True)


def test_gains_of_both() -> None:
    table = with_control(TASKS, 0.1, [1, 16])
    found = control(table, ["random", "gan", "rotation"], 0.95)
    assert found is not None
    assert found.way == Way("selftrain", "gan")
    assert {b: g.mean for b, g in found.pool.items()} == pytest.approx({1: 0.1, 16: 0.1})
    # gan self-trained: 0.38 + 0.03 at 1, the baseline 0.1
    assert {b: g.mean for b, g in found.pretraining.items()} == pytest.approx({1: 0.21, 16: 0.21})


def test_words() -> None:
    shown = facts(["rotation"])
    text = section("Pretraining by rotation", with_control(["rotation"], 0.1, [1, 16]), shown)
    (told,) = [part for part in text.split("\n\n") if "that pays" in part]
    assert told.endswith(
        "points by labels per class: 1: +10.0±0.0, 16: +10.0±0.0. Rotation, self-trained minus "
        "self-trained without pretraining: 1: +23.0±0.0, 16: +23.0±0.0."
    )


@pytest.mark.parametrize(("tasks", "ahead"), [(TASKS, 0.9), (["rotation"], 0.9)])
def test_it_is_never_advised(tasks: list[str], ahead: float) -> None:
    table = with_control(tasks, ahead, [1, 4, 16])
    assert ranking(table) == tasks
    assert advice_by_budget(table, 0.95) == advice_by_budget(results(tasks, methods=EVERY), 0.95)


def test_without_it_nothing_is_said() -> None:
    table = results(TASKS, methods=EVERY)
    assert control(table, TASKS, 0.95) is None
    assert control(with_control(TASKS, 0.1, [1]), [], 0.95) is None


def test_tables_have_it_where_it_was_asked_for() -> None:
    compared = compare(with_control(TASKS, 0.1, [16]), facts(TASKS).pretext, 0.95)
    assert "no pretraining |    - |        - |        - | 60.0±2.5" in by_task(
        compared, TASKS, "selftrain"
    )
    assert "no pretraining" not in by_task(compared, TASKS, "finetune")
    one = compare(with_control(["rotation"], 0.1, [16]), facts(["rotation"]).pretext, 0.95)
    header, _, first, *_ = by_budget(one, ["rotation"]).splitlines()
    assert header.split(" | ")[2].strip() == "selftrain_baseline"
    assert first.split(" | ")[2].strip() == "-"


def test_it_has_a_branch_of_its_own_among_the_metrics() -> None:
    found = metrics(with_control(TASKS, 0.1, [16]), facts(TASKS).pretext, TOP1)
    assert found[POOL_ALONE.method] == {"0016": {"top1": 0.6, "top5": 0.9}}
