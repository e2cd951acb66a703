"""Everything that the report consists of."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from semisup.compute import device
from semisup.params.loading import Params
from semisup.report import advised, reliability
from semisup.report.figures import confusion, examples, filters, label_curve, tasks
from semisup.report.findings.together import Findings, find
from semisup.report.inputs import Inputs, read_inputs
from semisup.report.methods import Way
from semisup.report.page.write import write_page
from semisup.report.tables import plots
from semisup.report.tables.comparison import compare
from semisup.report.tables.headline import SCORE
from semisup.report.tables.metrics import metrics
from semisup.report.words.phrases import what_is_shown
from semisup.report.words.summary import write_summary
from semisup.workflow import outputs

PAGE = "report.html"
CURVE_COLUMNS = [
    *("method", "task", "budget", "draw", "labels_used", "validation_labels"),
    *("lr", "updates", "kept", "validation_top1"),
    *("top1", "top5", "balanced_accuracy", "macro_f1"),
]


def build_report(params: Params, reports: Path) -> str:
    """Write the report into `reports`; returns the summary.

    Raises:
        UserError: where a stage before has not run.
    """
    found = read_inputs(params)
    every, results, facts = found.every, found.results, found.facts
    compared = compare(results, facts.pretext, facts.confidence)
    findings = find(results, facts)
    summary = write_summary(compared, facts, findings)
    with outputs.replacing(reports / "figures") as folder:
        _draw_figures(found, compared, findings, folder)
    with outputs.replacing(reports / "plots") as folder:
        _write_plots(results, found.ways, params, folder)
    with outputs.replacing(outputs.ADVISED) as folder:
        advised.write(findings.best, found.ways, params.label_budgets[-1], folder)
    runtime = device.start(params.compute)
    reliabilities = reliability.of_way(
        findings.best, params.label_budgets, found.data, params, runtime
    )
    page = write_page(found, compared, findings, reliabilities, summary, params)
    tables = (outputs.CURVE, outputs.COMPARISON, outputs.METRICS)
    with outputs.replacing_files(
        *(reports / name for name in (*tables, outputs.IN_WORDS, PAGE))
    ) as files:
        curve, comparison, numbers, in_words, page_file = files
        _write_csv(every[CURVE_COLUMNS], curve)
        _write_csv(compared.rename(columns={SCORE: facts.headline}), comparison)
        outputs.write_json(numbers, metrics(every, facts.pretext, facts.headline))
        in_words.write_text(summary, encoding="utf-8")
        page_file.write_text(page, encoding="utf-8")
    return summary


def _draw_figures(inputs: Inputs, compared: pd.DataFrame, findings: Findings, folder: Path) -> None:
    results, facts = inputs.results, inputs.facts
    ranked, shown = findings.ranked, what_is_shown(findings.draws, facts.confidence)
    label_curve.draw(results, facts, ranked, folder, findings.selection)
    if ranked:
        tasks.draw(compared, ranked, shown, folder, facts.figure)
        filters.draw([*facts.pretext], folder)
        examples.draw([*facts.pretext], folder)
    confusion.draw(inputs.data, findings.best, findings.budgets[-1], folder)


def _write_plots(
    results: pd.DataFrame, compared: Sequence[Way], params: Params, folder: Path
) -> None:
    _write_csv(plots.label_curve(results), folder / "label_curve.csv")
    _write_csv(plots.pretext_curves(params.pretext_tasks), folder / "pretext.csv")
    curves = plots.classifier_curves(compared, params.label_budgets)
    _write_csv(curves, folder / "training.csv")


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
