"""Everything that the report consists of."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from safetensors.numpy import load_file

from semisup import outputs
from semisup.data.labelled import open_data
from semisup.evaluation import confusion
from semisup.params import Params
from semisup.report import curve, figures
from semisup.report.summary import Facts, write_summary
from semisup.report.training_curves import classifier_curves, pretext_curves

METRICS, LABEL_CURVE, SUMMARY = "metrics.json", "label_curve.csv", "summary.md"
CURVE_COLUMNS = [
    *("method", "task", "budget", "draw", "labels_used", "validation_labels", "updates"),
    *("validation_top1", "top1", "top5", "balanced_accuracy", "macro_f1"),
]


def build_report(params: Params, reports: Path) -> str:
    """Write the report into `reports`; returns the summary.

    Raises:
        UserError: where a stage before has not run.
    """
    tasks, budgets = params.pretext_tasks, params.label_budgets
    results = curve.read_results(tasks, budgets)
    pretext = {t: outputs.read_json(outputs.pretrain_folder(t) / outputs.PRETEXT) for t in tasks}
    facts = Facts(
        outputs.read_json(outputs.PREPARED / outputs.SUMMARY),
        outputs.read_json(outputs.SPLITS / outputs.STATS),
        pretext,
        params.report.confidence,
    )
    summary = write_summary(results, facts)
    with outputs.replacing(reports / "figures") as folder:
        figures.label_curve(results, params.report.confidence, folder)
        if tasks:
            figures.filters({task: _first_filters(task) for task in tasks}, folder)
        _confusion(params, folder)
    with outputs.replacing(reports / "plots") as folder:
        _write_csv(curve.plot_rows(results), folder / "label_curve.csv")
        _write_csv(pretext_curves(tasks), folder / "pretext.csv")
        _write_csv(classifier_curves(tasks, budgets), folder / "training.csv")
    _write_csv(results[CURVE_COLUMNS], reports / LABEL_CURVE)
    outputs.write_json(reports / METRICS, curve.metrics(results, pretext))
    (reports / SUMMARY).write_text(summary, encoding="utf-8")
    return summary


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def _first_filters(task: str) -> NDArray[np.float32]:
    """Weights (K, C, h, w) of the encoder's first convolution."""
    weights = load_file(outputs.pretrain_folder(task) / outputs.ENCODER)
    first = min(name for name, value in weights.items() if value.ndim == 4)
    bank: NDArray[np.float32] = weights[first]
    return bank


def _confusion(params: Params, folder: Path) -> None:
    """Of the first task, fine-tuned (or of the baseline), with the most labels, over all draws."""
    budget = params.label_budgets[-1]
    if params.pretext_tasks:
        source = outputs.finetune_folder(params.pretext_tasks[0], budget)
        title = f"fine-tuned, {params.pretext_tasks[0]}, {budget} labels per class"
    else:
        source = outputs.supervised_folder(budget)
        title = f"supervised, {budget} labels per class"
    data = open_data(outputs.PREPARED, outputs.SPLITS)
    predictions = np.load(source / outputs.PREDICTIONS).astype(np.int64)
    labels = np.tile(data.labels[data.test], len(predictions))
    matrix = confusion(predictions.reshape(-1), labels, len(data.classes))
    figures.confusion(matrix, data.classes, title, folder)
