"""The results of all classifiers in one table: a row per method, task, budget and draw."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from semisup.report.methods import Way
from semisup.workflow import outputs

KEY = ["method", "task", "budget"]
SCORES = ["validation_top1", "top1", "top5", "balanced_accuracy", "macro_f1"]


def read_results(ways: Sequence[Way], budgets: Sequence[int]) -> pd.DataFrame:
    """Rows of every results.csv that params.yaml asks for, whatever else lies on disk.

    Raises:
        UserError: where a stage has not run.
    """
    files = [way.folder(budget) / outputs.RESULTS for way in ways for budget in budgets]
    return pd.concat([read_csv(file) for file in files], ignore_index=True)


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table that another stage wrote; only empty cells are missing values."""
    try:
        return pd.read_csv(path, keep_default_na=False, na_values={c: [""] for c in SCORES})
    except FileNotFoundError:
        raise outputs.missing(path) from None


def rows_of(results: pd.DataFrame, way: Way) -> pd.DataFrame:
    """The rows of one method and task."""
    return results[(results["method"] == way.method) & (results["task"] == way.task)]
