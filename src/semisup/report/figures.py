"""Figures, byte-identical for equal results."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semisup import outputs
from semisup.report.curve import summarise

mpl.use("agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

STYLE: Any = {
    "svg.hashsalt": "semisup",  # ids in SVG files would be random
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 120,
}
TASK_COLORS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c564b")
METHOD_STYLE: Any = {"supervised": (":", "s"), "head": ("--", "^"), "finetune": ("-", "o")}
METHOD_LABEL = {
    "supervised": "supervised from scratch",
    "head": "frozen encoder + head",
    "finetune": "fine-tuned",
}
MOST_NAMED_CLASSES = 40


def label_curve(results: pd.DataFrame, confidence: float, folder: Path) -> None:
    """label_curve.svg and .png: top-1 (and top-5) against labels per class, all methods."""
    scores = [s for s in ("top1", "top5") if results[s].notna().any()]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1,
            len(scores),
            figsize=(5.2 * len(scores) + 0.6, 4.4),
            squeeze=False,
            layout="constrained",
        )
        for axis, score in zip(axes[0], scores, strict=True):
            _curves(axis, summarise(results, score, confidence))
            axis.set_ylabel(f"top-{score[-1]} accuracy on test (%)")
        axes[0][0].legend(frameon=False, fontsize=9)
        figure.suptitle(
            f"Label curve (mean and {confidence:.0%} interval over "
            f"{results['draw'].nunique()} draws)",
            fontsize=11,
        )
        _save(figure, folder / "label_curve")


def _curves(axis: Axes, table: pd.DataFrame) -> None:
    tasks = [t for t in table["task"].unique() if t != outputs.NO_TASK]
    colors = dict(zip(tasks, TASK_COLORS * (1 + len(tasks) // len(TASK_COLORS)), strict=False))
    for method, task, rows in _series(table):
        line, marker = METHOD_STYLE[method]
        name = METHOD_LABEL[method] + (f", {task}" if task != outputs.NO_TASK else "")
        color = colors.get(task, "#444444")
        axis.errorbar(
            rows["budget"],
            100 * rows["mean"],
            yerr=100 * rows["half"].fillna(0),
            label=name,
            linestyle=line,
            marker=marker,
            markersize=4,
            color=color,
            capsize=2.5,
            linewidth=1.6,
        )
    budgets = sorted(table["budget"].unique())
    axis.set_xscale("log", base=2)
    axis.set_xticks(budgets, [str(b) for b in budgets])
    axis.minorticks_off()
    axis.set_ylim(0, 100)
    axis.grid(alpha=0.3)
    axis.set_xlabel("labels per class")


def _series(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    for method in ("finetune", "head", "supervised"):
        for task in table["task"].unique():
            rows = table[(table["method"] == method) & (table["task"] == task)]
            if len(rows):
                yield method, task, rows.sort_values("budget")


def filters(weights: dict[str, NDArray[np.float32]], folder: Path) -> None:
    """filters.svg and .png: the first convolution (K, C, h, w) of each task's encoder."""
    with plt.rc_context(STYLE):
        tiles = {task: _tiles(bank) for task, bank in weights.items()}
        height = 0.5 + 4.2 * max(picture.shape[0] / picture.shape[1] for picture in tiles.values())
        figure, axes = plt.subplots(
            1, len(tiles), figsize=(4.2 * len(tiles), height), squeeze=False, layout="constrained"
        )
        for axis, (task, picture) in zip(axes[0], tiles.items(), strict=True):
            axis.imshow(picture, interpolation="nearest")
            axis.set_title(f"first layer, {task}", fontsize=10)
            axis.set_axis_off()
        _save(figure, folder / "filters")


def _tiles(bank: NDArray[np.float32]) -> NDArray[np.float32]:
    """Filters side by side, each stretched to 0..1, with white gaps: (rows, columns, 3)."""
    count, channels, height, width = bank.shape
    columns = min(count, 16)
    rows = -(-count // columns)
    canvas = np.ones((rows * (height + 1) + 1, columns * (width + 1) + 1, 3), np.float32)
    for number, one in enumerate(bank):
        low, high = one.min(), one.max()
        picture = ((one - low) / max(high - low, 1e-9)).transpose(1, 2, 0)
        top, left = (number // columns) * (height + 1) + 1, (number % columns) * (width + 1) + 1
        shown = picture if channels == 3 else picture[..., :1].repeat(3, axis=2)
        canvas[top : top + height, left : left + width] = shown
    return canvas


def confusion(matrix: NDArray[np.int64], classes: list[str], title: str, folder: Path) -> None:
    """confusion.svg and .png: share of each true class (row) by predicted class (column)."""
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    side = float(np.clip(0.2 * len(classes) + 2.2, 4, 9))
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(side + 0.8, side), layout="constrained")
        image = axis.imshow(100 * share, cmap="Blues", vmin=0, vmax=100)
        if len(classes) <= MOST_NAMED_CLASSES:
            axis.set_xticks(
                range(len(classes)),
                classes,
                fontsize=7,
                rotation=90 if max(map(len, classes)) > 2 else 0,
            )
            axis.set_yticks(range(len(classes)), classes, fontsize=7)
        axis.set_xlabel("predicted class")
        axis.set_ylabel("true class")
        axis.set_title(title, fontsize=10)
        figure.colorbar(image, label="% of the true class", shrink=0.8)
        _save(figure, folder / "confusion")


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    figure.savefig(path.with_suffix(".png"), metadata={"Software": None})
    plt.close(figure)
