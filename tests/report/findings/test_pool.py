"""What learning from the pool brings, by plain means."""

import pandas as pd
import pytest
from made_up import results, set_score

from semisup.report.findings.pool import from_pool
from semisup.report.methods import Way
from semisup.report.tables.results import POOL_COLUMNS

TASKS = ["rotation", "gan"]
EVERY = ("head", "spread", "finetune", "selftrain")
GAN = Way("spread", "gan")


def told(*rows: tuple[str, str, int, int, int, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=POOL_COLUMNS)


OF_POOL = told(
    ("spread", "gan", 1, 0, 70, 0.4, 0.5),
    ("spread", "gan", 1, 1, 70, 0.4, 0.7),
    ("spread", "gan", 4, 0, 70, 0.6, 0.9),
    ("spread", "rotation", 1, 0, 80, 0.4, 0.1),
    ("selftrain", "gan", 1, 0, 90, 0.4, 0.2),
)


def test_gains_are_over_the_head_of_the_same_task() -> None:
    table = set_score(results(TASKS, methods=EVERY), "top1", "spread", "gan", 0.9)
    table = set_score(table, "top1", "head", "gan", (0.5, 0.6, 0.7))
    found = from_pool(table, OF_POOL, GAN, 0.95)
    assert found is not None
    assert {b: g.mean for b, g in found.gains.items()} == pytest.approx({1: 0.3, 4: 0.3, 16: 0.3})
    assert found.images == 70
    assert found.right == pytest.approx({1: 0.6, 4: 0.9})


def test_self_training_goes_on_from_fine_tuning() -> None:
    table = set_score(results(TASKS, methods=EVERY), "top1", "selftrain", "gan", 0.9)
    table = set_score(table, "top1", "finetune", "gan", (0.5, 0.6, 0.7))
    found = from_pool(table, OF_POOL, Way("selftrain", "gan"), 0.95)
    assert found is not None
    assert {b: g.mean for b, g in found.gains.items()} == pytest.approx({1: 0.3, 4: 0.3, 16: 0.3})
    assert (found.images, found.right) == (90, {1: 0.2})


def test_heads_that_stayed_as_they_were_are_counted() -> None:
    table = results(TASKS, methods=EVERY)
    ways = (table["task"] == "gan") & (table["budget"] == 1) & (table["draw"] > 0)
    table.loc[ways, "kept"] = 0
    found = from_pool(table, OF_POOL, GAN, 0.95)
    assert found is not None
    assert (found.unchanged, found.classifiers) == (2, 9)


def test_nothing_is_known_where_the_pool_has_no_labels() -> None:
    unknown = told(("spread", "gan", 1, 0, 70, 0.4, float("nan")))
    found = from_pool(results(TASKS, methods=EVERY), unknown, GAN, 0.95)
    assert found is not None
    assert found.right == {}


def test_none_where_it_was_not_done() -> None:
    assert from_pool(results(TASKS), OF_POOL, GAN, 0.95) is None
