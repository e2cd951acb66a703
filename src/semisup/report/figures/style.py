"""How all figures look, and how they are saved: byte-identical for equal results."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("agg")
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from semisup.report.methods import CONTROL

STYLE: Any = {
    "svg.hashsalt": "semisup",  # ids in SVG files would be random
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 120,
}
TASK_COLORS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c564b")
CONTROL_COLOR, OTHER_COLOR = "#7b4fa3", "#c8c8c8"
NAME_LENGTH = 28  # characters of a class that are shown
LEGEND: Any = {"loc": "outside lower center", "frameon": False, "fontsize": 9}


def task_colors(tasks: Iterable[str]) -> dict[str, str]:
    """A colour for each task; the control always has the same."""
    colors = iter(TASK_COLORS * 20)
    return {task: CONTROL_COLOR if task == CONTROL else next(colors) for task in tasks}


def class_name(name: str) -> str:
    """As a figure shows it: not too long, and no formula."""
    short = name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}\u2026"
    return short.replace("$", r"\$")


def save(figure: Figure, path: Path) -> None:
    """Write it as .svg and .png, without the time or the version of what wrote it."""
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    figure.savefig(path.with_suffix(".png"), metadata={"Software": None})
    plt.close(figure)
