"""Pretext tasks side by side as a figure."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.container import Container

from semisup.report.figures.style import CONTROL_COLORS, LEGEND, STYLE, error_bars, save
from semisup.report.methods import BASELINE, CONTROL, CONTROLS, PIXELS, SUPERVISED, Line, Way
from semisup.report.tables.headline import SCORE
from semisup.report.tables.results import methods_in, rows_of
from semisup.report.words.phrases import labels

MOST_PANELS = 4
NAMES = {CONTROL: "untrained encoder", PIXELS: "pixels"}
SPREAD = 0.64  # of a row, shared by the markers of all methods


def draw(
    compared: pd.DataFrame, ranked: Sequence[str], shown: str, folder: Path, figure_name: str
) -> None:
    """tasks.svg and .png: top-1 of every task by every method, a panel per budget.

    The baseline, and the controls where they were asked for, are lines with their interval as a
    band. `shown` says what markers and bars are, `figure_name` what stands as top-1.
    """
    budgets = some_of([*compared["budget"].unique()])
    listed = [task for task in ranked if task not in CONTROLS] or [*ranked]
    size = (2.0 + 2.6 * len(budgets), 1.9 + 0.34 * len(listed))
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(budgets), figsize=size, sharey=True, squeeze=False, layout="constrained"
        )
        for axis, budget in zip(axes[0], budgets, strict=True):
            _panel(axis, compared[compared["budget"] == budget], listed)
            axis.set_xlabel(f"{figure_name.removesuffix(' accuracy')} on test (%)")
            axis.set_title(labels(budget), fontsize=10)
        entries = zip(*axes[0][0].get_legend_handles_labels(), strict=True)
        ordered = sorted(entries, key=lambda entry: not isinstance(entry[0], Container))
        columns = min(len(ordered), 1 + len(budgets))
        figure.legend(*zip(*ordered, strict=True), ncols=columns, **LEGEND)
        gap = " " if len(budgets) > 1 else "\n"
        figure.suptitle(f"Pretext tasks, best on validation first{gap}({shown})", fontsize=11)
        save(figure, folder / "tasks")


def some_of(budgets: Sequence[int]) -> list[int]:
    """All budgets, or where they are many the smallest, the largest, and some in between."""
    if len(budgets) <= MOST_PANELS:
        return [*budgets]
    at = np.linspace(0, len(budgets) - 1, MOST_PANELS).round().astype(int)
    return [budgets[number] for number in at]


def _panel(axis: Axes, rows: pd.DataFrame, listed: Sequence[str]) -> None:
    methods = methods_in(rows)[::-1]
    for number, method in enumerate(methods):
        found = rows[rows["method"] == method.name].set_index("task").reindex([*listed])
        axis.errorbar(
            100 * found[SCORE],
            np.arange(len(listed)) + SPREAD / len(methods) * (number - (len(methods) - 1) / 2),
            xerr=error_bars(found[SCORE], found["half_width"]),
            linestyle="",
            marker=method.marker,
            markersize=5,
            color=method.color,
            capsize=2.5,
            label=method.label,
            zorder=3,
        )
    _band(axis, rows_of(rows, BASELINE), SUPERVISED.color, SUPERVISED.line, SUPERVISED.label)
    for method, control in product(methods, (c for c in CONTROLS if c not in listed)):
        found = rows_of(rows, Way(method.name, control))
        name = f"{NAMES[control]}, {method.short}"
        _band(axis, found, CONTROL_COLORS[control], method.control_line, name)
    axis.set_yticks(range(len(listed)), listed)
    axis.set_ylim(len(listed) - 0.4, -0.6)
    low, high = axis.get_xlim()
    axis.set_xlim(max(low, 0), min(high, 100))  # wide intervals would reach beyond
    axis.grid(alpha=0.3)


def _band(axis: Axes, rows: pd.DataFrame, color: str, line: Line, name: str) -> None:
    """The mean of the one row, if there is one, and its interval."""
    for mean, half in zip(100 * rows[SCORE], 100 * rows["half_width"].fillna(0), strict=True):
        low, high = max(mean - half, 0), min(mean + half, 100)
        axis.axvspan(low, high, color=color, alpha=0.1, linewidth=0, zorder=0)
        axis.axvline(mean, color=color, linestyle=line, linewidth=1.4, label=name, zorder=1)
