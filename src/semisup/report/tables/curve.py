"""The label curve as tables."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from semisup.workflow import outputs

KEY = ["method", "task", "budget"]
SCORES = ["validation_top1", "top1", "top5", "balanced_accuracy", "macro_f1"]
BASELINE = ("supervised", outputs.NO_TASK)  # method and task
HEADLINE = ["top1", "top5"]  # the scores that metrics.json shows


def read_results(tasks: list[str], budgets: list[int]) -> pd.DataFrame:
    """Rows of every results.csv that params.yaml asks for, whatever else lies on disk.

    One row per method, task, budget and draw.

    Raises:
        UserError: where a stage has not run.
    """
    folders = [outputs.supervised_folder(budget) for budget in budgets]
    for task in tasks:
        folders += [outputs.head_folder(task, budget) for budget in budgets]
        folders += [outputs.finetune_folder(task, budget) for budget in budgets]
    return pd.concat([read_csv(folder / outputs.RESULTS) for folder in folders], ignore_index=True)


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table that another stage wrote; only empty cells are missing values."""
    try:
        return pd.read_csv(path, keep_default_na=False, na_values={c: [""] for c in SCORES})
    except FileNotFoundError:
        raise outputs.missing(path) from None


def summarise(results: pd.DataFrame, score: str, confidence: float) -> pd.DataFrame:
    """Mean over draws and the half width of its interval, for each method, task and budget.

    Columns: method, task, budget, mean, half (NaN with a single draw). The interval is Student's t:
    it covers the choice of labelled images and random weights, not that of the test images.
    """
    groups = results.groupby(KEY, sort=False)[score]
    table = groups.agg(["mean", "std", "count"]).reset_index()
    table["half"] = half_width(table["std"].to_numpy(), table["count"].to_numpy(), confidence)
    return table.drop(columns=["std", "count"])


def half_width(std: Any, count: Any, confidence: float) -> Any:
    """Half width of Student's t interval of a mean; NaN for fewer than two values."""
    count = np.asarray(count, float)
    enough = count > 1
    quantile = stdtrit(np.where(enough, count - 1, 1), 0.5 + confidence / 2)
    return np.where(enough, quantile * np.asarray(std) / np.sqrt(count), np.nan)


def gain(
    results: pd.DataFrame,
    score: str,
    one: tuple[str, str],
    other: tuple[str, str],
    confidence: float,
) -> pd.DataFrame:
    """By how much one method and task is ahead of another: mean and half, by budget.

    Differences are paired: in each draw both have the same labelled images. Budgets where a score
    is missing are left out.
    """
    key = ["budget", "draw"]
    first, second = (
        results[(results["method"] == method) & (results["task"] == task)].set_index(key)[score]
        for method, task in (one, other)
    )
    table = (first - second).dropna().groupby("budget").agg(["mean", "std", "count"])
    table["half"] = half_width(table["std"], table["count"], confidence)
    return table[["mean", "half"]]


def metrics(results: pd.DataFrame, pretext: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Means for `dvc metrics`: method, task, zero-padded budget (rows sort as text), score.

    The baseline has no task. Four digits, and only what `HEADLINE` names, so that a difference
    between two branches can be read at a glance.
    """
    tree: dict[str, Any] = {}
    # of each task's figures the first: its figure of merit
    merits = {
        task: dict([*facts["figures"].items()][:1])
        for task, facts in pretext.items()
        if facts["figures"]
    }
    if merits:
        tree["pretext"] = merits
    width = max(4, len(str(results["budget"].max())))
    for (method, task, budget), rows in results.groupby(KEY, sort=True):
        branch = tree.setdefault(str(method), {})
        if task != outputs.NO_TASK:
            branch = branch.setdefault(task, {})
        means = rows[HEADLINE].mean().dropna()
        branch[f"{budget:0{width}d}"] = {name: round(float(v), 4) for name, v in means.items()}
    return tree


def series_name(method: str, task: str) -> str:
    """How a method is called in figures and tables."""
    return method if task == outputs.NO_TASK else f"{method} ({task})"


def plot_rows(results: pd.DataFrame) -> pd.DataFrame:
    """Long table for `dvc plots`: budget, series, top1 in percent."""
    means = results.groupby(KEY, sort=False)["top1"].mean().reset_index()
    names = [series_name(m, t) for m, t in zip(means["method"], means["task"], strict=True)]
    rows = {"budget": means["budget"], "series": names, "top1": (100 * means["top1"]).round(2)}
    return pd.DataFrame(rows)
