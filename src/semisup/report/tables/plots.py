"""Long tables for `dvc plots`."""

from collections.abc import Sequence

import pandas as pd

from semisup.report.methods import Way
from semisup.report.tables.headline import SCORE
from semisup.report.tables.results import KEY, read_csv
from semisup.workflow import outputs


def label_curve(results: pd.DataFrame) -> pd.DataFrame:
    """budget, series (method and task) and top1 in percent, the mean over draws.

    results: with the headline figure as `SCORE`.
    """
    means = results.groupby(KEY, sort=False)[SCORE].mean().reset_index()
    names = [Way(m, t).series for m, t in zip(means["method"], means["task"], strict=True)]
    rows = {"budget": means["budget"], "series": names, "top1": (100 * means[SCORE]).round(2)}
    return pd.DataFrame(rows)


def pretext_curves(tasks: Sequence[str]) -> pd.DataFrame:
    """epoch, series (task and part of the pool), figure of merit and loss of every pretext task."""
    parts = []
    for task in tasks:
        history = read_csv(outputs.folder_of("pretrain", task) / outputs.HISTORY)
        for part in ("train", "heldout"):
            columns = {f"{part}_merit": "merit", f"{part}_loss": "loss"}
            rows = history[["epoch", *columns]].rename(columns=columns)
            rows.insert(1, "series", f"{task}, {part}")
            parts.append(rows)
    empty = pd.DataFrame(columns=["epoch", "series", "merit", "loss"])
    return pd.concat(parts, ignore_index=True) if parts else empty


def classifier_curves(ways: Sequence[Way], budgets: Sequence[int]) -> pd.DataFrame:
    """update, series (method, task, budget) and validation accuracy of the first draw."""
    parts = []
    for way in ways:
        for budget in budgets:
            history = read_csv(way.folder(budget) / outputs.HISTORY)
            rows = history.loc[history["draw"] == 0, ["update", "heldout_merit"]]
            rows = rows.rename(columns={"heldout_merit": "accuracy"})
            rows.insert(1, "series", f"{way.series} {budget}")
            parts.append(rows)
    return pd.concat(parts, ignore_index=True)
