"""The label curve as a figure."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from semisup.report.figures.style import (
    BASELINE_COLOR,
    METHOD_LABEL,
    METHOD_STYLE,
    OTHER_COLOR,
    STYLE,
    save,
    task_colors,
)
from semisup.report.tables.comparison import CONTROL, METHODS, SUPERVISED
from semisup.report.tables.curve import summarise
from semisup.report.words.phrases import what_is_shown
from semisup.workflow import outputs

TOGETHER = 3  # with more tasks fine-tuned and frozen get panels of their own
NAMED = 5  # tasks with a colour of their own; the others are thin and grey


def label_curve(
    results: pd.DataFrame, ranked: Sequence[str], confidence: float, folder: Path
) -> None:
    """label_curve.svg and .png: top-1 (and top-5) against labels per class, all methods.

    With many tasks only the first few of `ranked` and the control are named.
    """
    scores = [s for s in ("top1", "top5") if results[s].notna().any()]
    many = len(ranked) > TOGETHER
    # few tasks: scores side by side; many: methods side by side, scores one below the other
    groups = [["finetune"], ["head"]] if many else [[*METHODS][::-1]]
    panels = [(score, group) for score in scores for group in groups]
    columns = 2 if many else len(scores)
    rows = len(panels) // columns
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            rows,
            columns,
            figsize=(5.2 * columns + 0.6, 3.8 * rows + 1.0),
            squeeze=False,
            layout="constrained",
        )
        for axis, (score, group) in zip(axes.flat, panels, strict=True):
            _curves(axis, summarise(results, score, confidence), group, ranked)
            axis.set_ylabel(f"top-{score[-1]} accuracy on test (%)")
            if many:
                axis.set_title(METHOD_LABEL[group[0]], fontsize=10)
        figure.legend(
            *axes[0][0].get_legend_handles_labels(),
            loc="outside lower center",
            ncols=2 * columns,
            frameon=False,
            fontsize=9,
        )
        chosen = "; named: best on validation" if len(_named(ranked)) < len(ranked) else ""
        figure.suptitle(
            f"Label curve ({what_is_shown(results['draw'].nunique(), confidence)}{chosen})",
            fontsize=11,
        )
        save(figure, folder / "label_curve")


def _curves(axis: Axes, table: pd.DataFrame, methods: Sequence[str], ranked: Sequence[str]) -> None:
    """One panel: the tasks' curves of some methods, and the baseline's."""
    single, others = len(methods) == 1, "other tasks"
    for method, task, color in _drawn(methods, ranked):
        rows = table[(table["method"] == method) & (table["task"] == task)].sort_values("budget")
        line, marker = METHOD_STYLE[method]
        known = color != OTHER_COLOR
        name = METHOD_LABEL[method]
        if task != outputs.NO_TASK:
            name = task if single else f"{name}, {task}"
        axis.errorbar(
            rows["budget"],
            100 * rows["mean"],
            yerr=100 * rows["half"].fillna(0) if known else None,
            label=name if known else others,
            linestyle=line,
            marker=marker if known else "",
            markersize=4,
            color=color,
            capsize=2.5,
            linewidth=1.6 if known else 1.0,
            zorder=2 if known else 1,
        )
        others = others if known else "_"  # one entry in the legend for all of them
    budgets = sorted(table["budget"].unique())
    axis.set_xscale("log", base=2)
    axis.set_xticks(budgets, [str(b) for b in budgets])
    axis.minorticks_off()
    axis.set_ylim(0, 100)
    axis.grid(alpha=0.3)
    axis.set_xlabel("labels per class")


def _named(ranked: Sequence[str]) -> list[str]:
    """The best tasks, and the control where it was asked for."""
    trained = [task for task in ranked if task != CONTROL]
    return [task for task in ranked if task in (*trained[:NAMED], CONTROL)]


def _drawn(methods: Sequence[str], ranked: Sequence[str]) -> list[tuple[str, str, str]]:
    """Method, task and colour of each line, those without a name last."""
    named = _named(ranked)
    colors = task_colors(named)
    lines = [(m, task, colors[task]) for m in methods for task in named]
    lines.append((SUPERVISED, outputs.NO_TASK, BASELINE_COLOR))
    return [
        *lines,
        *((m, task, OTHER_COLOR) for m in methods for task in ranked if task not in named),
    ]
