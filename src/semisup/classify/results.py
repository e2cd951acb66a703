"""What a method's stage writes: a row of scores for each draw, curves, predictions, weights."""

import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from semisup.classify.budget import BudgetRun
from semisup.classify.draws import Trained
from semisup.classify.evaluation import scores
from semisup.compute.weights import save_arrays
from semisup.training.cross_validation import Turns, judged
from semisup.workflow import outputs

TURNS = ("validation_turn1", "validation_turn2")


def write(run: BudgetRun, trained: Iterator[Trained], folder: Path) -> None:
    """Write results.csv, history.csv, predictions.npy (draws, test images) and the weights.

    And pool.csv, of methods that train on the pool.
    """
    rows, history, predictions, of_pool = [], [], [], []
    for one in trained:
        rows.append(_row(run, one))
        history += [dataclasses.asdict(row) | {"draw": one.draw} for row in one.fit.rows]
        if one.pool_statistics:
            of_pool.append({"draw": one.draw, **one.pool_statistics})
        predictions.append(one.test_logits.argmax(axis=1).astype(np.uint16))
        save_arrays(one.weights, outputs.weights_of(folder, run.method, one.draw))
    outputs.write_table(folder / outputs.RESULTS, rows)
    outputs.write_table(folder / outputs.HISTORY, history)
    if of_pool:
        outputs.write_table(folder / outputs.POOL_STATISTICS, of_pool)
    np.save(folder / outputs.PREDICTIONS, np.stack(predictions))


def _row(run: BudgetRun, one: Trained) -> dict[str, object]:
    return {
        "method": run.method,
        "task": run.task,
        "budget": run.budget,
        "draw": one.draw,
        "labels_used": len(one.labelled.train),
        "validation_labels": len(one.labelled.validation),
        "lr": one.lr,
        "updates": one.fit.updates,
        "kept": one.fit.kept,
        **_validation(one.fit.turns),
        **dataclasses.asdict(scores(one.test_logits, run.data.labels[run.data.test])),
    }


def _validation(turns: Turns) -> dict[str, float]:
    """What each half says of the weights that the other chose, and the mean of both."""
    values = judged(turns) or [math.nan] * len(TURNS)
    return {"validation_top1": sum(values) / len(values), **dict(zip(TURNS, values, strict=True))}


def judged_before(folder: Path) -> dict[int, list[float]]:
    """What the halves of validation said of the classifiers that another stage wrote, by draw.

    Raises:
        UserError: where that stage has not run.
    """
    rows = outputs.read_rows(folder / outputs.RESULTS)
    return {int(row["draw"]): [float(row[name]) for name in TURNS if row[name]] for row in rows}
