"""The label curve as a figure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from semisup.report.facts import Facts
from semisup.report.figures.style import (
    CHOSEN_COLOR,
    LEGEND,
    OTHER_COLOR,
    STYLE,
    error_bars,
    save,
    task_colors,
)
from semisup.report.findings.selection import SelectionGain
from semisup.report.methods import (
    BASELINE,
    CONTROLS,
    HEAD,
    METHODS,
    POOL_ALONE,
    SELFTRAIN,
    SELFTRAIN_BASELINE,
    SUPERVISED,
    Method,
    Way,
)
from semisup.report.tables.headline import SCORE
from semisup.report.tables.interval import mean_over_draws
from semisup.report.tables.results import methods_in, rows_of
from semisup.report.words.phrases import what_is_shown
from semisup.workflow import outputs
from semisup.workflow.notes import counted

NARROWEST = 8.0  # inches, that names of methods and tasks need
TOGETHER = 3  # with more tasks each method gets a panel of its own
NAMED = 5  # tasks with a colour of their own; the others are thin and grey


def draw(
    results: pd.DataFrame,
    facts: Facts,
    ranked: Sequence[str],
    folder: Path,
    selection: SelectionGain | None,
) -> None:
    """label_curve.svg and .png: score (and top-5) against labels per class, all methods.

    With many tasks only the first few of `ranked` and the controls are named. Heads on labels of
    chosen images stand beside, where they were compared.
    """
    names = {SCORE: facts.figure, "top5": "top-5 accuracy"}
    scores = [score for score in names if results[score].notna().any()]
    methods = methods_in(results)[::-1]
    many = len(ranked) > TOGETHER
    # few tasks: scores side by side; many: methods side by side, scores one below the other
    groups = [[method] for method in methods] if many else [methods]
    panels = [(score, group) for score in scores for group in groups]
    columns = len(groups) if many else len(scores)
    rows = len(panels) // columns
    size = (max(5.2 * columns + 0.6, NARROWEST), 3.8 * rows + 1.0)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            rows, columns, figsize=size, squeeze=False, layout="constrained"
        )
        for axis, (score, group) in zip(axes.flat, panels, strict=True):
            means = mean_over_draws(results, score, facts.confidence, sum(facts.test_counts))
            _curves(axis, means, group, ranked)
            budgets = {*results["budget"]}
            if selection and score == SCORE and HEAD in group:
                _chosen(axis, selection)
                budgets |= {step.budget for step in selection.steps}
            _along(axis, sorted(budgets))
            axis.set_ylim(0, min(100, 10 * math.ceil(axis.dataLim.y1 / 10)))
            axis.set_ylabel(f"{names[score]} on test (%)")
            if many:
                axis.set_title(group[0].label, fontsize=10)
        _legend(figure, _entries(axes.flat), columns + 1)
        draws = results["draw"].nunique()
        figure.suptitle(_title(draws, facts.confidence, ranked, selection), fontsize=11)
        save(figure, folder / "label_curve")


def _title(
    draws: int, confidence: float, ranked: Sequence[str], selection: SelectionGain | None
) -> str:
    parts = [what_is_shown(draws, confidence)]
    if selection and selection.draws != draws:
        parts.append(f"chosen images: {counted(selection.draws, 'draw')}")
    if len(_named(ranked)) < len(ranked):
        parts.append("named: best on validation")
    return f"Label curve ({'; '.join(parts)})"


def _curves(
    axis: Axes, means: pd.DataFrame, methods: Sequence[Method], ranked: Sequence[str]
) -> None:
    """One panel: the tasks' curves of some methods, and the baseline's."""
    single, others = len(methods) == 1, "other tasks"
    for way, color in _lines(methods, ranked).items():
        rows, method = rows_of(means, way).sort_values("budget"), METHODS[way.method]
        if rows.empty:
            continue
        known = color != OTHER_COLOR
        name = method.label
        if way.task != outputs.NO_TASK:
            name = way.task if single else f"{name}, {way.task}"
        axis.errorbar(
            rows["budget"],
            100 * rows["mean"],
            yerr=error_bars(rows["mean"], rows["half"]) if known else None,
            label=name if known else others,
            linestyle=method.line,
            marker=method.marker if known else "",
            markersize=4,
            color=color,
            capsize=2.5,
            linewidth=1.6 if known else 1.0,
            zorder=2 if known else 1,
        )
        others = others if known else "_"  # one entry in the legend for all of them


def _along(axis: Axes, budgets: Sequence[int]) -> None:
    axis.set_xscale("log", base=2)
    axis.set_xticks(budgets, [str(b) for b in budgets])
    axis.minorticks_off()
    axis.grid(alpha=0.3)
    axis.set_xlabel("labels per class")


def _chosen(axis: Axes, selection: SelectionGain) -> None:
    """Heads on labels of typical images, and of random ones of classes that nobody knew."""
    steps = selection.steps
    for name, found, line, size in (
        ("typical images chosen", [step.typical for step in steps], "-", 7),
        ("random images instead", [step.random for step in steps], ":", 4),
    ):
        means, halves = (pd.Series(values) for values in zip(*map(astuple, found), strict=True))
        axis.errorbar(
            [step.budget for step in steps],
            100 * means,
            yerr=error_bars(means, halves),
            label=f"{HEAD.label}, {selection.task}, {name}",
            linestyle=line,
            marker="*",
            markersize=size,
            color=CHOSEN_COLOR,
            capsize=2.5,
            linewidth=1.2,
            zorder=3,
        )


def _legend(figure: Figure, entries: dict[str, Any], most: int) -> None:
    """In so many columns, or in as few as the figure has room for."""
    for columns in range(most, 0, -1):
        legend = figure.legend(entries.values(), entries, ncols=columns, **LEGEND)
        if columns == 1 or legend.get_window_extent().width <= figure.bbox.width:
            return
        legend.remove()


def _entries(axes: Iterable[Axes]) -> dict[str, Any]:
    """Entries of the legend: each name once, with what is drawn for it."""
    pairs = (zip(*axis.get_legend_handles_labels(), strict=True) for axis in axes)
    return {name: drawn for of_axis in pairs for drawn, name in of_axis}


def _named(ranked: Sequence[str]) -> list[str]:
    """The best tasks, and the controls where they were asked for."""
    trained = [task for task in ranked if task not in CONTROLS]
    return [task for task in ranked if task in (*trained[:NAMED], *CONTROLS)]


def _lines(methods: Sequence[Method], ranked: Sequence[str]) -> dict[Way, str]:
    """Each line's colour, those without a name last."""
    colors = task_colors(_named(ranked))
    named = {Way(m.name, task): color for m in methods for task, color in colors.items()}
    every = [Way(m.name, task) for m in methods for task in ranked]
    return (
        named
        | {BASELINE: SUPERVISED.color}
        | ({POOL_ALONE: SELFTRAIN_BASELINE.color} if SELFTRAIN in methods else {})
        | {way: OTHER_COLOR for way in every if way not in named}
    )
