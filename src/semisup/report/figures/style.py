"""How all figures look, and how they are saved: byte-identical for equal results."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from numpy.typing import NDArray

mpl.use("agg")
from matplotlib import font_manager
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from semisup.report.methods import CONTROL, PIXELS
from semisup.report.tables.interval import ends

FONT = "DejaVu Sans"  # which comes with matplotlib
EAST_ASIAN = (  # fonts of systems, for what that one lacks
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Source Han Sans SC"),
    *("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "Microsoft YaHei"),
    *("SimHei", "Yu Gothic", "Malgun Gothic", "PingFang SC", "Hiragino Sans", "AppleGothic"),
)
FONTS = [FONT, *sorted({*font_manager.get_font_names()} & {*EAST_ASIAN}, key=EAST_ASIAN.index)]
STYLE: Any = {
    "font.family": FONTS,
    "svg.hashsalt": "semisup",  # ids in SVG files would be random
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 120,
}
TASK_COLORS = (  # on the page all tasks have one; those at the end are harder to tell apart
    *("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c564b"),
    *("#7f9a1c", "#d43d51", "#17a2b8", "#5c6bc0"),
)
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


def class_names(classes: Sequence[str]) -> list[str]:
    """As a figure shows them, no formulas; those whose letters no font has by their number."""
    known = letters_of(*FONTS)
    return [
        name.replace("$", r"\$") if known.issuperset(map(ord, name)) else f"class {number}"
        for number, name in enumerate(short_names(classes), 1)
    ]


def short_names(classes: Sequence[str]) -> list[str]:
    """Names of all classes, none too long; those that are cut to the same have their number."""
    names = [short_name(name) for name in classes]
    counts = Counter(names)
    return [
        f"{name[: NAME_LENGTH - 6]}\u2026 {number}" if counts[name] > 1 else name
        for number, name in enumerate(names, 1)
    ]


@cache
def letters_of(*fonts: str) -> frozenset[int]:
    """What at least one of these fonts can draw."""
    files = (font_manager.get_font(font_manager.findfont(name)) for name in fonts)
    return frozenset(letter for file in files for letter in file.get_charmap())


def short_name(name: str) -> str:
    """A class's name, not too long."""
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}\u2026"


def save(figure: Figure, path: Path) -> None:
    """Write it as .svg and .png, without the time or the version of what wrote it."""
    figure.savefig(path.with_suffix(".png"), metadata={"Software": None})
    figure.set_layout_engine("none")  # which would find the same places again
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    plt.close(figure)
