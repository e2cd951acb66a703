"""What it is worth to learn from the pool: by labels that spread over it, or by self-training."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from semisup.report.methods import BASELINE, FINETUNE, HEAD, POOL_ALONE, SELFTRAIN, SPREAD, Way
from semisup.report.tables.headline import SCORE
from semisup.report.tables.interval import Interval, gain
from semisup.report.tables.results import rows_of

BEFORE = {SPREAD.name: HEAD, SELFTRAIN.name: FINETUNE}  # what each goes on from


@dataclass(frozen=True)
class FromPool:
    """gains: over what the method goes on from, score on test, by budget; images: of the pool used.

    right: share of the pool's images whose label came out right, by budget, where it is known;
    unchanged: of so many classifiers none was better after it, on validation.
    """

    gains: dict[int, Interval]
    images: int
    right: dict[int, float]
    classifiers: int
    unchanged: int


@dataclass(frozen=True)
class Control:
    """What pays where both are done: the pretraining, or the training on the pool.

    pool: gains of self-training the baseline, over the baseline; way: a self-trained one;
    pretraining: its gains over the self-trained baseline. Score on test, by budget.
    """

    pool: dict[int, Interval]
    way: Way
    pretraining: dict[int, Interval]


def control(results: pd.DataFrame, ranked: Sequence[str], confidence: float) -> Control | None:
    """Gains of the first self-trained task over the control; None without either."""
    there = {Way(*names) for names in zip(results["method"], results["task"], strict=True)}
    ways = [way for task in ranked if (way := Way(SELFTRAIN.name, task)) in there]
    if POOL_ALONE not in there or not ways:
        return None
    of_pool = gain(results, SCORE, POOL_ALONE, BASELINE, confidence)
    return Control(of_pool, ways[0], gain(results, SCORE, ways[0], POOL_ALONE, confidence))


def from_pool(
    results: pd.DataFrame, statistics: pd.DataFrame, way: Way, confidence: float
) -> FromPool | None:
    """What one way learned from the pool; None where that was not done.

    Args:
        results: a row per method, task, budget and draw.
        statistics: of each method, task, budget and draw what it used: pool_images, pool_top1.
        way: which.
        confidence: of the intervals.
    """
    rows, of_way = rows_of(results, way), rows_of(statistics, way)
    if rows.empty:
        return None
    right = of_way.groupby("budget")["pool_top1"].mean().dropna()
    return FromPool(
        gain(results, SCORE, way, Way(BEFORE[way.method].name, way.task), confidence),
        int(of_way["pool_images"].max()) if len(of_way) else 0,
        dict(zip(map(int, right.index), map(float, right), strict=True)),
        len(rows),
        int((rows["kept"] == 0).sum()),
    )
