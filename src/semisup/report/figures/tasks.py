"""Pretext tasks side by side as a figure."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.container import Container

from semisup.report.figures.style import (
    BASELINE_COLOR,
    CONTROL_COLOR,
    METHOD_LABEL,
    METHOD_STYLE,
    STYLE,
    TASK_COLORS,
    save,
)
from semisup.report.tables.comparison import CONTROL, SUPERVISED
from semisup.report.words.phrases import labels

MOST_PANELS = 4
COLORS = {"head": TASK_COLORS[1], "finetune": TASK_COLORS[0]}
OFFSET = 0.16  # of a row, between the markers of the two methods


def tasks(compared: pd.DataFrame, ranked: Sequence[str], shown: str, folder: Path) -> None:
    """tasks.svg and .png: top-1 of every task, frozen and fine-tuned, a panel per budget.

    The baseline, and the control where it was asked for, are lines with their interval as a band.
    `shown` says what markers and bars are.
    """
    budgets = some_of([*compared["budget"].unique()])
    listed = [task for task in ranked if task != CONTROL] or [*ranked]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1,
            len(budgets),
            figsize=(2.0 + 2.6 * len(budgets), 1.9 + 0.34 * len(listed)),
            sharey=True,
            squeeze=False,
            layout="constrained",
        )
        for axis, budget in zip(axes[0], budgets, strict=True):
            _panel(axis, compared[compared["budget"] == budget], listed)
            axis.set_title(labels(budget), fontsize=10)
        handles, names = axes[0][0].get_legend_handles_labels()
        order = sorted(range(len(names)), key=lambda n: not isinstance(handles[n], Container))
        figure.legend(
            [handles[n] for n in order],
            [names[n] for n in order],
            loc="outside lower center",
            ncols=min(len(names), 1 + len(budgets)),
            frameon=False,
            fontsize=9,
        )
        gap = " " if len(budgets) > 1 else "\n"
        figure.suptitle(
            f"Pretext tasks, best on validation first{gap}({shown})",
            fontsize=11,
        )
        save(figure, folder / "tasks")


def some_of(budgets: Sequence[int]) -> list[int]:
    """All budgets, or where they are many the smallest, the largest, and some in between."""
    if len(budgets) <= MOST_PANELS:
        return [*budgets]
    at = np.linspace(0, len(budgets) - 1, MOST_PANELS).round().astype(int)
    return [budgets[number] for number in at]


def _panel(axis: Axes, rows: pd.DataFrame, listed: Sequence[str]) -> None:
    for sign, method in zip((-1, 1), ("finetune", "head"), strict=True):
        found = rows[rows["method"] == method].set_index("task").loc[[*listed]]
        axis.errorbar(
            100 * found["top1"],
            np.arange(len(listed)) + sign * OFFSET,
            xerr=100 * found["half_width"].fillna(0),
            linestyle="",
            marker=METHOD_STYLE[method][1],
            markersize=5,
            color=COLORS[method],
            capsize=2.5,
            label=METHOD_LABEL[method],
            zorder=3,
        )
    base = rows[rows["method"] == SUPERVISED].iloc[0]
    _reference(axis, base, BASELINE_COLOR, METHOD_STYLE[SUPERVISED][0], METHOD_LABEL[SUPERVISED])
    for method, line in (("finetune", "-."), ("head", "--")):
        control = rows[(rows["task"] == CONTROL) & (rows["method"] == method)]
        if len(control) and CONTROL not in listed:
            name = f"untrained encoder, {METHOD_LABEL[method].split()[0]}"
            _reference(axis, control.iloc[0], CONTROL_COLOR, line, name)
    axis.set_yticks(range(len(listed)), listed)
    axis.set_ylim(len(listed) - 0.4, -0.6)
    low, high = axis.get_xlim()
    axis.set_xlim(max(low, 0), min(high, 100))  # wide intervals would reach beyond
    axis.grid(alpha=0.3)
    axis.set_xlabel("top-1 on test (%)")


def _reference(axis: Axes, row: pd.Series, color: str, line: str, name: str) -> None:
    mean, half = 100 * row["top1"], 100 * np.nan_to_num(row["half_width"])
    axis.axvspan(mean - half, mean + half, color=color, alpha=0.1, linewidth=0, zorder=0)
    axis.axvline(mean, color=color, linestyle=line, linewidth=1.4, label=name, zorder=1)
