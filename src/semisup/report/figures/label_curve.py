"""The label curve as a figure."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from semisup.report.figures.style import LEGEND, OTHER_COLOR, STYLE, error_bars, save, task_colors
from semisup.report.methods import BASELINE, CONTROL, METHODS, SUPERVISED, Method, Way
from semisup.report.tables.interval import mean_over_draws
from semisup.report.tables.results import methods_in, rows_of
from semisup.report.words.phrases import what_is_shown

TOGETHER = 3  # with more tasks each method gets a panel of its own
NAMED = 5  # tasks with a colour of their own; the others are thin and grey


def draw(
    results: pd.DataFrame,
    ranked: Sequence[str],
    confidence: float,
    folder: Path,
    figure_name: str = "top-1 accuracy",
) -> None:
    """label_curve.svg and .png: top-1 (and top-5) against labels per class, all methods.

    With many tasks only the first few of `ranked` and the control are named. `figure_name`: of what
    stands as top-1.
    """
    scores = [s for s in ("top1", "top5") if results[s].notna().any()]
    methods = methods_in(results)[::-1]
    many = len(ranked) > TOGETHER
    # few tasks: scores side by side; many: methods side by side, scores one below the other
    groups = [[method] for method in methods] if many else [methods]
    panels = [(score, group) for score in scores for group in groups]
    columns = len(groups) if many else len(scores)
    rows = len(panels) // columns
    size = (5.2 * columns + 0.6, 3.8 * rows + 1.0)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            rows, columns, figsize=size, squeeze=False, layout="constrained"
        )
        for axis, (score, group) in zip(axes.flat, panels, strict=True):
            _curves(axis, mean_over_draws(results, score, confidence), group, ranked)
            name = figure_name if score == "top1" else "top-5 accuracy"
            axis.set_ylabel(f"{name} on test (%)")
            if many:
                axis.set_title(group[0].label, fontsize=10)
        figure.legend(*axes[0][0].get_legend_handles_labels(), ncols=columns + 1, **LEGEND)
        chosen = "; named: best on validation" if len(_named(ranked)) < len(ranked) else ""
        shown = what_is_shown(results["draw"].nunique(), confidence)
        figure.suptitle(f"Label curve ({shown}{chosen})", fontsize=11)
        save(figure, folder / "label_curve")


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
        if way != BASELINE:
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
    budgets = sorted(means["budget"].unique())
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


def _lines(methods: Sequence[Method], ranked: Sequence[str]) -> dict[Way, str]:
    """Each line's colour, those without a name last."""
    colors = task_colors(_named(ranked))
    named = {Way(m.name, task): color for m in methods for task, color in colors.items()}
    every = [Way(m.name, task) for m in methods for task in ranked]
    return (
        named
        | {BASELINE: SUPERVISED.color}
        | {way: OTHER_COLOR for way in every if way not in named}
    )
