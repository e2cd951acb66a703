"""The table for `dvc metrics`."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from semisup.report.facts import Pretext
from semisup.report.tables.results import KEY
from semisup.workflow import outputs

ALWAYS_SHOWN = ("top1", "top5")  # of the scores, in metrics.json


def metrics(results: pd.DataFrame, pretext: Mapping[str, Pretext], headline: str) -> dict[str, Any]:
    """Means over draws: method, task, zero-padded budget (rows sort as text), score.

    The baseline has no task. Four digits, and only the headline figure and `ALWAYS_SHOWN`,
    so that a difference between two branches can be read at a glance.
    """
    # of each task's figures the first: its figure of merit
    merits = {task: dict([*p.figures.items()][:1]) for task, p in pretext.items() if p.figures}
    tree: dict[str, Any] = {"pretext": merits} if merits else {}
    width = max(4, len(str(results["budget"].max())))
    for (method, task, budget), rows in results.groupby(KEY, sort=True):
        branch = tree.setdefault(str(method), {})
        if task != outputs.NO_TASK:
            branch = branch.setdefault(task, {})
        means = rows[[*dict.fromkeys((headline, *ALWAYS_SHOWN))]].mean().dropna()
        branch[f"{budget:0{width}d}"] = {name: round(float(v), 4) for name, v in means.items()}
    return tree
