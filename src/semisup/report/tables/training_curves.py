"""Training curves as long tables for `dvc plots`."""

import pandas as pd

from semisup.report.tables.curve import read_csv, series_name
from semisup.workflow import outputs


def pretext_curves(tasks: list[str]) -> pd.DataFrame:
    """epoch, series (task and part of the pool), figure of merit and loss of every pretext task."""
    parts = []
    for task in tasks:
        history = read_csv(outputs.pretrain_folder(task) / outputs.HISTORY)
        for part in ("train", "heldout"):
            columns = {f"{part}_merit": "merit", f"{part}_loss": "loss"}
            rows = history[["epoch", *columns]].rename(columns=columns)
            rows.insert(1, "series", f"{task}, {part}")
            parts.append(rows)
    return pd.concat(parts, ignore_index=True) if parts else _empty("epoch", "merit", "loss")


def classifier_curves(tasks: list[str], budgets: list[int]) -> pd.DataFrame:
    """update, series (method, task, budget) and validation accuracy of the first draw."""
    folders = [("supervised", outputs.NO_TASK, b, outputs.supervised_folder(b)) for b in budgets]
    for task in tasks:
        folders += [("head", task, b, outputs.head_folder(task, b)) for b in budgets]
        folders += [("finetune", task, b, outputs.finetune_folder(task, b)) for b in budgets]
    parts = []
    for method, task, budget, folder in folders:
        history = read_csv(folder / outputs.HISTORY)
        rows = history.loc[history["draw"] == 0, ["update", "heldout_merit"]]
        rows = rows.rename(columns={"heldout_merit": "accuracy"})
        rows.insert(1, "series", f"{series_name(method, task)} {budget}")
        parts.append(rows)
    return pd.concat(parts, ignore_index=True) if parts else _empty("update", "accuracy")


def _empty(*columns: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[columns[0], "series", *columns[1:]])
