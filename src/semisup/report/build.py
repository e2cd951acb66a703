"""Everything that the report consists of."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from safetensors.numpy import load_file

from semisup.classify.evaluation import confusion
from semisup.data.dataset import open_data
from semisup.params.loading import Params
from semisup.report.facts import read_facts
from semisup.report.figures import label_curve, matrices
from semisup.report.figures import tasks as tasks_figure
from semisup.report.figures.examples import pretext_pictures
from semisup.report.tables import curve
from semisup.report.tables.comparison import compare, ranking
from semisup.report.tables.curve import BASELINE, series_name
from semisup.report.tables.training_curves import classifier_curves, pretext_curves
from semisup.report.words.advisor import choices
from semisup.report.words.phrases import labels, what_is_shown
from semisup.report.words.summary import write_summary
from semisup.workflow import outputs

METRICS, LABEL_CURVE, COMPARISON = "metrics.json", "label_curve.csv", "task_comparison.csv"
SUMMARY = "summary.md"
CURVE_COLUMNS = [
    *("method", "task", "budget", "draw", "labels_used", "validation_labels", "updates", "kept"),
    *("validation_top1", "top1", "top5", "balanced_accuracy", "macro_f1"),
]


def build_report(params: Params, reports: Path) -> str:
    """Write the report into `reports`; returns the summary.

    Raises:
        UserError: where a stage before has not run.
    """
    tasks, budgets = params.pretext_tasks, params.label_budgets
    confidence = params.report.confidence
    results = curve.read_results(tasks, budgets)
    facts = read_facts(tasks, confidence)
    compared, ranked = compare(results, facts.pretext, confidence), ranking(results)
    summary = write_summary(results, compared, facts)
    with outputs.replacing(reports / "figures") as folder:
        label_curve.label_curve(results, ranked, confidence, folder)
        if tasks:
            shown = what_is_shown(results["draw"].nunique(), confidence)
            tasks_figure.tasks(compared, ranked, shown, folder)
            matrices.filters({task: _first_filters(task) for task in tasks}, folder)
            pretext_pictures(tasks, folder)
        _confusion(params, results, folder)
    with outputs.replacing(reports / "plots") as folder:
        _write_csv(curve.plot_rows(results), folder / "label_curve.csv")
        _write_csv(pretext_curves(tasks), folder / "pretext.csv")
        _write_csv(classifier_curves(tasks, budgets), folder / "training.csv")
    _write_csv(results[CURVE_COLUMNS], reports / LABEL_CURVE)
    _write_csv(compared, reports / COMPARISON)
    outputs.write_json(reports / METRICS, curve.metrics(results, facts.pretext))
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


def _confusion(params: Params, results: pd.DataFrame, folder: Path) -> None:
    """Of what validation chose (or of the baseline), with the most labels, over all draws."""
    budget = params.label_budgets[-1]
    chosen = choices(results, params.report.confidence)
    if chosen and chosen[-1].budget == budget:
        method, task = chosen[-1].way
    elif params.pretext_tasks:
        method, task = "finetune", params.pretext_tasks[0]
    else:
        method, task = BASELINE
    source = {
        "head": outputs.head_folder(task, budget),
        "finetune": outputs.finetune_folder(task, budget),
        "supervised": outputs.supervised_folder(budget),
    }[method]
    title = f"{series_name(method, task)}, {labels(budget)}"
    data = open_data(outputs.PREPARED, outputs.SPLITS)
    predictions = np.load(source / outputs.PREDICTIONS).astype(np.int64)
    truth = np.tile(data.labels[data.test], len(predictions))
    matrix = confusion(predictions.reshape(-1), truth, len(data.classes))
    matrices.confusion(matrix, data.classes, title, folder)
