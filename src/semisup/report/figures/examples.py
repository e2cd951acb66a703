"""What each task learned, as the pictures that its pretraining left."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import NDArray

from semisup.report.figures.style import STYLE, save
from semisup.workflow import outputs

SIDE = 1.15  # inches of one image
LINE = 0.13  # inches of a line of text
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
    cell = SIDE + LINE * _most_lines(captions) + 0.06
    height = cell * deep + LINE * _most_lines(headings) + 0.5
    width = (SIDE + 0.08) * columns * groups + 0.3 * (groups - 1)
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(max(width, 3.0) + 0.2, height), layout="constrained")
        figure.suptitle(f"What {task} learned", fontsize=10)
        parts = figure.subfigures(1, groups, squeeze=False, wspace=0.03)[0]
        cells = np.stack([part.subplots(deep, columns, squeeze=False) for part in parts])
        for axis in cells.flat:
            axis.set_axis_off()
        for row, column in np.ndindex(rows, columns):
            group, place = divmod(row, deep)
            axis = cells[group, place, column]
            _image(axis, pixels[row, column])
            _below(axis, text_at(captions, row, column))
            if place == 0:
                axis.set_title(text_at(headings, 0, column), fontsize=7, pad=3)
        save(figure, folder / f"pretext_{task}")


def _image(axis: Axes, pixels: NDArray[np.uint8]) -> None:
    shown = pixels.repeat(3, axis=2) if pixels.shape[2] == 1 else pixels
    axis.imshow(shown, interpolation="nearest" if len(pixels) <= SMALL else "antialiased")


def _below(axis: Axes, text: str) -> None:
    axis.annotate(
        text,
        (0.5, 0),
        (0, -2),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="center",
        va="top",
        fontsize=7,
    )


def _wrapped(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[textwrap.fill(text, TEXT_WIDTH) for text in line] for line in lines]


def _most_lines(texts: Sequence[Sequence[str]]) -> int:
    return max((text.count("\n") + 1 for line in texts for text in line if text), default=0)


def text_at(texts: Sequence[Sequence[str]], row: int, column: int) -> str:
    """Captions may be missing, all of them or those of a row."""
    return texts[row][column] if row < len(texts) and column < len(texts[row]) else ""
