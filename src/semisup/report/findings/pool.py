"""What it is worth to learn from the pool: by labels that spread over it, or by self-training."""

from dataclasses import dataclass

import pandas as pd

from semisup.report.methods import FINETUNE, HEAD, SELFTRAIN, SPREAD, Way
from semisup.report.tables.interval import Interval, gain
from semisup.report.tables.results import rows_of

BEFORE = {SPREAD.name: HEAD, SELFTRAIN.name: FINETUNE}  # what each goes on from


@dataclass(frozen=True)
class FromPool:
    """gains: over what the method goes on from, top-1 on test, by budget; images: of the pool used.

    right: share of the pool's images whose label came out right, by budget, where it is known;
    unchanged: of so many classifiers none was better after it, on validation.
    """

    gains: dict[int, Interval]
    images: int
    right: dict[int, float]
    classifiers: int
    unchanged: int


def from_pool(
    results: pd.DataFrame, told: pd.DataFrame, way: Way, confidence: float
) -> FromPool | None:
    """Of a task by one of these methods; None where that was not done.

    Args:
        results: a row per method, task, budget and draw.
        told: of each method, task, budget and draw what it used: pool_images, pool_top1.
        way: which.
        confidence: of the intervals.
    """
    rows, of_way = rows_of(results, way), rows_of(told, way)
    if rows.empty:
        return None
    right = of_way.groupby("budget")["pool_top1"].mean().dropna()
    return FromPool(
        gain(results, "top1", way, Way(BEFORE[way.method].name, way.task), confidence),
        int(of_way["pool_images"].max()) if len(of_way) else 0,
        dict(zip(map(int, right.index), map(float, right), strict=True)),
        len(rows),
        int((rows["kept"] == 0).sum()),
    )
