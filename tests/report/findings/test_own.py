"""Own encoders against those of others, by plain means."""

import pytest
from made_up import SEEN, facts, results, set_score

from semisup.report.findings.own import own_and_others
from semisup.report.methods import Way

TASKS = ["rotation", "gan", "imagenet", "random", "pixels"]


def test_the_best_of_each_kind_on_validation_are_compared_on_test() -> None:
    table = set_score(results(TASKS), "validation_top1", "head", "gan", 0.99)
    table = set_score(table, "top1", "head", "gan", (0.5, 0.6, 0.7))
    table = set_score(table, "top1", "finetune", "imagenet", 0.4)
    table = set_score(table, "validation_top1", "head", "random", 1.0)  # no one's encoder
    table = set_score(table, "validation_top1", "head", "pixels", 1.0)
    found = own_and_others(table, facts(TASKS))
    assert found is not None
    assert (found.own, found.others) == (Way("head", "gan"), Way("finetune", "imagenet"))
    assert {b: g.mean for b, g in found.gains.items()} == pytest.approx({1: 0.2, 4: 0.2, 16: 0.2})
    assert found.images == SEEN


def test_each_budget_has_its_own_best() -> None:
    """What is best with the most labels may be far behind with few."""
    table = results(["rotation", "imagenet"], methods=("head", "spread"))
    few = table["task"].eq("rotation") & table["budget"].eq(1)
    table.loc[few & table["method"].eq("spread"), ["validation_top1", "score"]] = 0.9
    table.loc[few & table["method"].eq("head"), ["validation_top1", "score"]] = 0.2
    many = table["task"].eq("rotation") & table["budget"].gt(1) & table["method"].eq("head")
    table.loc[many, "validation_top1"] = 0.99
    found = own_and_others(table, facts(["rotation", "imagenet"]))
    assert found is not None
    assert found.own == Way("head", "rotation")
    others = table[table["task"].eq("imagenet") & table["budget"].eq(1)]
    best = others[others["method"] == "spread"]["score"].mean()
    assert found.gains[1].mean == pytest.approx(0.9 - best)


def test_only_methods_that_both_were_used_with_count() -> None:
    table = results(TASKS, methods=("head", "spread", "finetune", "selftrain"))
    few = ~table["method"].isin(["finetune", "selftrain"]) | (table["task"] == "rotation")
    found = own_and_others(table[few], facts(TASKS))
    assert found is not None
    assert (found.own, found.others) == (Way("spread", "rotation"), Way("spread", "imagenet"))


def test_differences_either_way_are_sure_where_they_exceed_noise() -> None:
    table = results(TASKS)
    low = (table["task"] == "rotation") & (table["budget"] == 1)
    table.loc[low, "score"] -= 0.3
    same = (table["budget"] == 4) & table["task"].isin(["rotation", "imagenet"])
    table.loc[same, "score"] = [0.1, 0.2, 0.3] * (same.sum() // 3)
    found = own_and_others(table, facts(TASKS))
    assert found is not None
    assert found.gains[1].mean < 0
    assert [*found.sure] == [1, 16]


@pytest.mark.parametrize(
    "tasks", [[], ["rotation"], ["imagenet"], ["rotation", "random", "pixels"]]
)
def test_none_without_both_kinds(tasks: list[str]) -> None:
    assert own_and_others(results(tasks), facts(tasks)) is None


def test_none_without_validation() -> None:
    table = results(TASKS)
    table["validation_top1"] = float("nan")
    assert own_and_others(table, facts(TASKS)) is None
