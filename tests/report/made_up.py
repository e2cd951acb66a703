"""Made-up results and facts, whose means are known."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from semisup.report.facts import Facts

TRAINED = [
    *("rotation", "geometric", "jigsaw", "relative_patch", "colorization", "autoencoder"),
    *("denoising", "gan", "triplet", "simclr", "imagenet"),
]
DOZEN = [*TRAINED, "random"]
BUDGETS = [1, 4, 16]
OFFSETS = (-0.01, 0.0, 0.01)  # of the draws; half width of the 95 % interval: 2.484 points
SEEN, POOL = 845_568, 23_488
COLUMNS = [
    *("method", "task", "budget", "draw", "labels_used", "validation_labels", "updates", "kept"),
    *("validation_top1", "top1", "top5", "balanced_accuracy", "macro_f1"),
]


def results(
    tasks: Sequence[str] = DOZEN,
    budgets: Sequence[int] = BUDGETS,
    draws: Sequence[float] = OFFSETS,
    validation_labels: int = 320,
) -> pd.DataFrame:
    """Test accuracy: `true_mean` plus the draw's offset; on validation the same, plus 1 point."""
    ways = [("supervised", "none"), *((m, t) for t in tasks for m in ("head", "finetune"))]
    rows = []
    for method, task in ways:
        for budget in budgets:
            for draw, offset in enumerate(draws):
                top1 = true_mean(method, task, budget, tasks) + offset
                updates = 900 if task == "none" else 300
                counts = (3 * budget, validation_labels, updates, updates // 2)
                scores = (top1 + 0.01, top1, 0.9, top1, top1)
                rows.append((method, task, budget, draw, *counts, *scores))
    return pd.DataFrame(rows, columns=COLUMNS)


def true_mean(method: str, task: str, budget: int, tasks: Sequence[str]) -> float:
    """The later a task is listed, the lower; fine-tuned is 2 points above frozen."""
    if task == "none":
        return 0.1 + 0.1 * float(np.log2(budget))
    return 0.4 - 0.02 * [*tasks].index(task) + 0.1 * np.log2(budget) + 0.02 * (method != "head")


def set_score(
    table: pd.DataFrame, score: str, method: str, task: str, values: Sequence[float] | float
) -> pd.DataFrame:
    """A copy in which one method and task has other scores, the same at every budget."""
    changed = table.copy()
    at = (table["method"] == method) & (table["task"] == task)
    per_budget = np.broadcast_to(np.asarray(values, float), table["draw"].nunique())
    changed.loc[at, score] = per_budget[table.loc[at, "draw"]]
    return changed


def facts(tasks: Sequence[str] = DOZEN, **changed: Any) -> Facts:
    """Of colour images of 64 pixels, with nothing to complain about."""
    figures = changed.pop("figures", {})
    data = {"classes": ["a", "b", "c"], "rejected": 0, "channels": changed.pop("channels", 3)}
    split = {"pool": 24000, "train": 60, "validation": changed.pop("validation", 320)}
    return Facts(
        data,
        split | {"test": 30, "leaked": 0, "untrained": []},
        {
            task: pretext(task) | ({"figures": figures[task]} if task in figures else {})
            for task in tasks
        },
        **{
            "confidence": 0.95,
            "image_size": 64,
            "columns": {task: 8 if task == "geometric" else 4 for task in tasks if trains(task)},
        }
        | changed,
    )


def trains(task: str) -> bool:
    return task not in ("random", "imagenet")


def pretext(task: str) -> dict[str, Any]:
    """As pretrain writes it."""
    if not trains(task):
        return {"task": task, "pool_images": 0, "encoder_images": 0, "updates": 0, "figures": {}}
    figures = {"accuracy": 0.75}
    return {
        "task": task,
        "pool_images": POOL,
        "encoder_images": SEEN,
        "updates": 9,
        "figures": figures,
    }
