"""What each task learned, as the pictures that its pretraining left."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from semisup.report.figures.style import STYLE, save
from semisup.workflow import outputs

# inches
SIDE = 1.15  # of one image
LINE = 0.13  # of a line of text
GAP = 0.08
TITLE = 0.35
BETWEEN_GROUPS = 0.3
NARROWEST = 3.2

UNDER: Any = {"ha": "center", "va": "top"}  # the place given
OVER: Any = {"ha": "center", "va": "bottom"}
TEXT_WIDTH = 19  # characters below or above an image
ACROSS = 8  # columns of images; where a task has fewer, its rows stand in groups side by side
SMALL = 96  # pixels; larger images are shown smaller than they are and need smoothing


def draw(tasks: Sequence[str], folder: Path) -> None:
    """pretext_TASK.svg and .png of every task that left a picture."""
    for task in tasks:
        source = outputs.folder_of("pretrain", task)
        if (source / outputs.EXAMPLES).exists():
            pixels = np.load(source / outputs.EXAMPLES)
            draw_one(task, pixels, outputs.read_json(source / outputs.CAPTIONS), folder)


def draw_one(task: str, pixels: NDArray[np.uint8], texts: dict[str, Any], folder: Path) -> None:
    """Images (rows, columns, S, S, C) with a line above each column and one below each image."""
    rows, columns = pixels.shape[:2]
    headings, captions = _wrapped([texts["columns"]]), _wrapped(texts["captions"])
    groups = min(max(ACROSS // columns, 1), rows)
    deep = -(-rows // groups)
    first = TITLE + LINE * _most_lines(headings)
    from_row_to_row = SIDE + LINE * _most_lines(captions) + GAP
    width = (SIDE + GAP) * columns * groups + BETWEEN_GROUPS * (groups - 1) + GAP
    height = first + from_row_to_row * deep + GAP
    with plt.rc_context(STYLE | {"image.composite_image": False}):  # each with pixels of its own
        figure, axis = _in_inches(max(width, NARROWEST), height)
        axis.text(axis.get_xlim()[1] / 2, GAP, f"What {task} learned", size=10, **UNDER)
        for row, column in np.ndindex(rows, columns):
            group, place = divmod(row, deep)
            left = GAP + (SIDE + GAP) * (group * columns + column) + BETWEEN_GROUPS * group
            upper = first + from_row_to_row * place
            middle, lower = left + SIDE / 2, upper + SIDE
            _image(axis, pixels[row, column], (left, left + SIDE, lower, upper))
            axis.text(middle, lower + GAP / 2, text_at(captions, row, column), size=7, **UNDER)
            if place == 0:
                axis.text(middle, upper - GAP / 2, text_at(headings, 0, column), size=7, **OVER)
        save(figure, folder / f"pretext_{task}")


def _in_inches(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure and its only axes, whose units are inches from the upper left corner."""
    figure = plt.figure(figsize=(width, height))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
    axis.set_axis_off()
    return figure, axis


def _image(
    axis: Axes, pixels: NDArray[np.uint8], extent: tuple[float, float, float, float]
) -> None:
    shown = pixels.repeat(3, axis=2) if pixels.shape[2] == 1 else pixels
    smoothing = "nearest" if len(pixels) <= SMALL else "antialiased"
    axis.imshow(shown, extent=extent, interpolation=smoothing, aspect="auto")


def _wrapped(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[textwrap.fill(text, TEXT_WIDTH) for text in line] for line in lines]


def _most_lines(texts: Sequence[Sequence[str]]) -> int:
    return max((text.count("\n") + 1 for line in texts for text in line if text), default=0)


def text_at(texts: Sequence[Sequence[str]], row: int, column: int) -> str:
    """Captions may be missing, all of them or those of a row."""
    return texts[row][column] if row < len(texts) and column < len(texts[row]) else ""
