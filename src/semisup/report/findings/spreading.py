"""What the labels spread over the pool are worth."""

from dataclasses import dataclass

import pandas as pd

from semisup.report.methods import HEAD, SPREAD, Way
from semisup.report.tables.interval import Interval, gain
from semisup.report.tables.results import rows_of


@dataclass(frozen=True)
class Spreading:
    """gains: over the head alone, top-1 on test, by budget; images: that labels spread over.

    right: share of the pool's images whose label came out right, by budget, where it is known;
    unchanged: of so many heads none was better after it, on validation.
    """

    gains: dict[int, Interval]
    images: int
    right: dict[int, float]
    heads: int
    unchanged: int


def spreading(
    results: pd.DataFrame, told: pd.DataFrame, task: str, confidence: float
) -> Spreading | None:
    """Of one task; None where it was not done.

    Args:
        results: a row per method, task, budget and draw.
        told: of each spread the task, budget, draw, pool_images and pool_top1.
        task: which.
        confidence: of the intervals.
    """
    way = Way(SPREAD.name, task)
    rows, of_task = rows_of(results, way), told[told["task"] == task]
    if rows.empty:
        return None
    right = of_task.groupby("budget")["pool_top1"].mean().dropna()
    return Spreading(
        gain(results, "top1", way, Way(HEAD.name, task), confidence),
        int(of_task["pool_images"].max()) if len(of_task) else 0,
        dict(zip(map(int, right.index), map(float, right), strict=True)),
        len(rows),
        int((rows["kept"] == 0).sum()),
    )
