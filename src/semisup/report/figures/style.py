"""How all figures look, and how they are saved: byte-identical for equal results."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from numpy.typing import NDArray

mpl.use("agg")
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from semisup.report.methods import CONTROL, PIXELS
from semisup.report.tables.interval import ends

STYLE: Any = {
    "svg.hashsalt": "semisup",  # ids in SVG files would be random
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 120,
}
TASK_COLORS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c564b")
CONTROL_COLORS = {CONTROL: "#7b4fa3", PIXELS: "#767676"}
OTHER_COLOR, CHOSEN_COLOR = "#c8c8c8", "#b8860b"
NAME_LENGTH = 28  # characters of a class that are shown
LEGEND: Any = {"loc": "outside lower center", "frameon": False, "fontsize": 9}


def task_colors(tasks: Iterable[str]) -> dict[str, str]:
    """A colour for each task; a control always has the same."""
    colors = iter(TASK_COLORS * 20)
    return {task: CONTROL_COLORS.get(task) or next(colors) for task in tasks}


def error_bars(means: pd.Series, halves: pd.Series) -> NDArray[np.float64]:
    """Lengths (2, n) below and above, in percent, of intervals that stay within 0 and 100."""
    low, high = ends(means.to_numpy(), halves.to_numpy())
    return 100 * np.stack([means - low, high - means])


def class_name(name: str) -> str:
    """As a figure shows it: not too long, and no formula."""
    short = name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}\u2026"
    return short.replace("$", r"\$")


def save(figure: Figure, path: Path) -> None:
    """Write it as .svg and .png, without the time or the version of what wrote it."""
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    figure.savefig(path.with_suffix(".png"), metadata={"Software": None})
    plt.close(figure)
