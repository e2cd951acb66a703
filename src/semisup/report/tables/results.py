"""The results of all classifiers in one table: a row per method, task, budget and draw."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semisup.classify import evaluation
from semisup.data.dataset import ImageData
from semisup.report.methods import METHODS, OF_TASKS, Method, Way
from semisup.workflow import outputs

KEY = ["method", "task", "budget"]
# tables are short: what Arrow does for each comparison takes longer than the comparison
pd.set_option("mode.string_storage", "python")


def read_results(ways: Sequence[Way], budgets: Sequence[int]) -> pd.DataFrame:
    """Rows of every results.csv that params.yaml asks for, whatever else lies on disk.

    Raises:
        UserError: where a stage has not run.
    """
    files = [way.folder(budget) / outputs.RESULTS for way in ways for budget in budgets]
    return pd.concat([read_csv(file) for file in files], ignore_index=True)


POOL_COLUMNS = ["method", "task", "budget", "draw", "pool_images", "pool_sure", "pool_top1"]


def read_pool_statistics(ways: Sequence[Way], budgets: Sequence[int]) -> pd.DataFrame:
    """What those that use the pool tell of it, POOL_COLUMNS: a row per way, budget and draw."""
    parts = [pd.DataFrame(columns=POOL_COLUMNS)]
    for way in ways:
        if not METHODS[way.method].uses_pool:
            continue
        for budget in budgets:
            rows = read_csv(way.folder(budget) / outputs.POOL_STATISTICS)
            parts.append(rows.assign(**way._asdict(), budget=budget).reindex(columns=POOL_COLUMNS))
    return pd.concat(parts[1:] or parts, ignore_index=True)


CHOSEN_COLUMNS = [
    *("task", "strategy", "budget", "draw", "candidates", "labels", "classes_covered"),
    *("top1", "balanced_accuracy"),
]


def read_chosen(tasks: Sequence[str]) -> pd.DataFrame:
    """What `choose` found: a row per task, strategy, budget and draw, columns CHOSEN_COLUMNS."""
    parts = [pd.DataFrame(columns=CHOSEN_COLUMNS)]
    for task in tasks:
        rows = read_csv(outputs.folder_of("choose", task) / outputs.RESULTS)
        parts.append(rows.assign(task=task).reindex(columns=CHOSEN_COLUMNS))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def read_confusion(data: ImageData, way: Way, budget: int) -> NDArray[np.int64]:
    """(classes, classes) test images of all draws, by true and by predicted class.

    Raises:
        UserError: where a stage has not run.
    """
    predicted = outputs.read_array(way.folder(budget) / outputs.PREDICTIONS).astype(np.int64)
    truth = np.tile(data.labels[data.test], len(predicted))
    return evaluation.confusion(predicted.reshape(-1), truth, len(data.classes))


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table that another stage wrote; only empty cells are missing values."""
    with outputs.needed(path):
        return pd.read_csv(path, keep_default_na=False, na_values=[""])


def methods_in(results: pd.DataFrame, task: str | None = None) -> list[Method]:
    """The methods that need a task's encoder and have results: of one task, or of any."""
    rows = results if task is None else results[results["task"] == task]
    there = set(rows["method"])
    return [method for method in OF_TASKS if method.name in there]


def deepest(results: pd.DataFrame, task: str) -> Way:
    """Of a task's ways the one that trains most."""
    return Way(methods_in(results, task)[-1].name, task)


def rows_of(results: pd.DataFrame, way: Way) -> pd.DataFrame:
    """The rows of one method and task."""
    methods, tasks = results["method"].to_numpy(), results["task"].to_numpy()
    of_way: NDArray[np.bool_] = (methods == way.method) & (tasks == way.task)
    return results[of_way]
