"""Made-up results and facts, whose means are known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from semisup.data.dataset import TOP1
from semisup.report.facts import Facts, Pretext
from semisup.report.tables.headline import SCORE
from semisup.report.tables.results import CHOSEN_COLUMNS, POOL_COLUMNS

TRAINED = [
    *("rotation", "geometric", "jigsaw", "relative_patch", "colorization", "autoencoder"),
    *("denoising", "gan", "triplet", "simclr", "imagenet"),
]
DOZEN = [*TRAINED, "random"]
BUDGETS = [1, 4, 16]
OFFSETS = (-0.01, 0.0, 0.01)  # of the draws; half width of the 95 % interval: 2.484 points
SEEN, POOL = 845_568, 23_488
CANDIDATES = 10**12  # of which no two draws choose the same
COLUMNS = [
    *("method", "task", "budget", "draw", "labels_used", "validation_labels", "lr"),
    *("updates", "kept"),
    *("validation_top1", "top1", "top5", "balanced_accuracy", "macro_f1"),
]


def results(
    tasks: Sequence[str] = DOZEN,
    budgets: Sequence[int] = BUDGETS,
    draws: Sequence[float] = OFFSETS,
    validation_labels: int = 320,
    methods: Sequence[str] = ("head", "finetune"),
) -> pd.DataFrame:
    """Test accuracy: `true_mean` plus the draw's offset; on validation the same, plus 1 point."""
    ways = [("supervised", "none"), *((m, t) for t in tasks for m in methods)]
    rows = []
    for method, task in ways:
        for budget in budgets:
            for draw, offset in enumerate(draws):
                top1 = true_mean(method, task, budget, tasks) + offset
                updates = 900 if task == "none" else 300
                counts = (3 * budget, validation_labels, 0.05, updates, updates // 2)
                scores = (top1 + 0.01, top1, 0.9, top1, top1)
                rows.append((method, task, budget, draw, *counts, *scores))
    return with_score(pd.DataFrame(rows, columns=COLUMNS))


def with_score(table: pd.DataFrame) -> pd.DataFrame:
    """A copy whose headline figure is top-1."""
    return table.assign(**{SCORE: table[TOP1]})


def true_mean(method: str, task: str, budget: int, tasks: Sequence[str]) -> float:
    """The later a task is listed, the lower; above frozen are spread by 1, the next by 2 and 3."""
    if task == "none":
        return 0.1 + 0.1 * float(np.log2(budget))
    ahead = {"head": 0, "spread": 0.01, "finetune": 0.02, "selftrain": 0.03}[method]
    return 0.4 - 0.02 * [*tasks].index(task) + 0.1 * np.log2(budget) + ahead


def set_score(
    table: pd.DataFrame, score: str, method: str, task: str, values: Sequence[float] | float
) -> pd.DataFrame:
    """A copy in which one method and task has other scores, the same at every budget."""
    changed = table.copy()
    at = (table["method"] == method) & (table["task"] == task)
    per_budget = np.broadcast_to(np.asarray(values, float), table["draw"].nunique())
    changed.loc[at, score] = per_budget[table.loc[at, "draw"]]
    return with_score(changed) if score == TOP1 else changed


def scores(*rows: tuple[str, str, int, int, float, float]) -> pd.DataFrame:
    """Results with the two scores that tables show."""
    columns = ["method", "task", "budget", "draw", "top1", "top5"]
    return with_score(pd.DataFrame(rows, columns=columns))


THREE_DRAWS = scores(
    ("supervised", "none", 4, 0, 0.20, 0.6),
    ("supervised", "none", 4, 1, 0.30, 0.7),
    ("supervised", "none", 4, 2, 0.25, 0.8),
    ("finetune", "rotation", 4, 0, 0.5, 0.9),
    ("finetune", "rotation", 4, 1, 0.6, 0.9),
    ("finetune", "rotation", 4, 2, 0.61239, 0.9),
)


def facts(
    tasks: Sequence[str] = DOZEN,
    data: Mapping[str, Any] | None = None,
    split: Mapping[str, Any] | None = None,
    figures: Mapping[str, dict[str, float]] | None = None,
    image_size: int = 64,
    told: pd.DataFrame | None = None,
    chosen: pd.DataFrame | None = None,
) -> Facts:
    """Of colour images of 64 pixels, with nothing to complain about but what is changed."""
    known = {"classes": ["a", "b", "c"], "rejected": 0, "duplicates": 0, "channels": 3} | dict(
        data or {}
    )
    counts = {"pool": 24000, "train": 60, "validation": 320, "test": 30}
    counts |= {"leaked": 0} | dict(split or {})
    found = {task: pretext(task, (figures or {}).get(task)) for task in tasks}
    of_pool = pd.DataFrame(columns=POOL_COLUMNS) if told is None else told
    picked = pd.DataFrame(columns=CHOSEN_COLUMNS) if chosen is None else chosen
    tests, validated = ((counts[part] // 3 or 9,) * 3 for part in ("test", "validation"))
    return Facts(
        data=known,
        split=counts,
        pretext=found,
        confidence=0.95,
        image_size=image_size,
        pool_statistics=of_pool,
        chosen=picked,
        test_counts=tests,
        validation_counts=validated,
    )


ORIGIN = {
    "model": "timm/resnet10t",
    "weights": "c3_in1k",
    "source": "https://example.org/resnet10t_c3.safetensors",
    "licence": "apache-2.0",
    "sha256": "0123abcd" * 8,
}


def chosen(task: str, gains: Mapping[int, float], draws: Sequence[float] = OFFSETS) -> pd.DataFrame:
    """By budget, of 3 classes: typical images are ahead by so much, and less noisy."""
    rows = []
    for budget, ahead in gains.items():
        for draw, offset in enumerate(draws):
            for strategy, seen, top1 in (
                ("random", 2, 0.4 + offset),
                ("typical", 3, 0.4 + ahead + 2 * offset),
            ):
                counts = (CANDIDATES, 3 * budget, seen)
                rows.append((task, strategy, budget, draw, *counts, top1, top1))
    return with_score(pd.DataFrame(rows, columns=CHOSEN_COLUMNS))


def trains(task: str) -> bool:
    return task not in ("random", "pixels", "imagenet")


def pretext(task: str, figures: dict[str, float] | None = None) -> Pretext:
    """Of a task that is right in three of four held-out images."""
    if not trains(task):
        return Pretext({}, 0, 0, origin=ORIGIN if task == "imagenet" else {})
    return Pretext(figures or {"accuracy": 0.75}, SEEN, POOL, 8 if task == "geometric" else 4)
