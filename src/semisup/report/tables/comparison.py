"""Pretext tasks side by side: accuracy with its interval at every budget, and what it cost."""

from collections.abc import Mapping

import pandas as pd

from semisup.report.facts import Pretext
from semisup.report.methods import CONTROLS
from semisup.report.tables.headline import SCORE
from semisup.report.tables.interval import mean_over_draws
from semisup.report.tables.results import KEY
from semisup.workflow import outputs


def compare(
    results: pd.DataFrame, pretext: Mapping[str, Pretext], confidence: float
) -> pd.DataFrame:
    """A row per task, method and budget, as task_comparison.csv has them.

    `SCORE` and validation_top1 are means over draws, half_width is that of the score's interval
    (NaN with a single draw), images_seen the whole images that passed the encoder in pretraining.
    """
    table = mean_over_draws(results, SCORE, confidence)
    validation = results.groupby(KEY, sort=False)["validation_top1"].mean()
    seen = {task: facts.encoder_images for task, facts in pretext.items()}
    columns = {
        "task": table["task"],
        "method": table["method"],
        "budget": table["budget"],
        SCORE: table["mean"],
        "half_width": table["half"],
        "validation_top1": validation.to_numpy(),
        "images_seen": table["task"].map(seen).fillna(0).astype(int),
    }
    return pd.DataFrame(columns)


def ranking(results: pd.DataFrame) -> list[str]:
    """Tasks by the validation accuracy of their best method, best first, the controls last.

    At the largest budget that has validation images; test accuracies have no say.
    """
    rows = results[results["task"] != outputs.NO_TASK]
    tasks = [*rows["task"].unique()]
    known = rows.dropna(subset="validation_top1")
    if len(known):
        known = known[known["budget"] == known["budget"].max()]
        means = known.groupby(["task", "method"])["validation_top1"].mean()
        best = means.groupby("task").max().to_dict()
        tasks.sort(key=lambda task: -best.get(task, 0.0))  # equal ones stay as params.yaml has them
    candidates = [task for task in tasks if task not in CONTROLS]
    return candidates + [task for task in CONTROLS if task in tasks]
