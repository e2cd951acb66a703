"""Filters and confusion matrix as figures."""

from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from semisup.report.figures.style import STYLE, save

MOST_NAMED_CLASSES = 40
BANKS_ACROSS = 4  # tasks side by side


def filters(weights: dict[str, NDArray[np.float32]], folder: Path) -> None:
    """filters.svg and .png: the first convolution (K, C, h, w) of each task's encoder."""
    with plt.rc_context(STYLE):
        tiles = {task: _tiles(bank) for task, bank in weights.items()}
        columns = min(len(tiles), BANKS_ACROSS)
        rows = -(-len(tiles) // columns)
        height = 0.5 + 4.2 * max(picture.shape[0] / picture.shape[1] for picture in tiles.values())
        figure, axes = plt.subplots(
            rows,
            columns,
            figsize=(4.2 * columns, height * rows),
            squeeze=False,
            layout="constrained",
        )
        for axis in axes.flat:
            axis.set_axis_off()
        for axis, (task, picture) in zip(axes.flat, tiles.items(), strict=False):
            axis.imshow(picture, interpolation="nearest")
            axis.set_title(f"first layer, {task}", fontsize=10)
        save(figure, folder / "filters")


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
        save(figure, folder / "confusion")
