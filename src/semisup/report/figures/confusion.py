"""The confusion matrix as a figure."""

from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from semisup.data.dataset import ImageData
from semisup.report.figures.style import STYLE, class_names, save
from semisup.report.methods import Way
from semisup.report.tables.results import read_confusion
from semisup.report.words.phrases import labels

MOST_NAMED_CLASSES = 40


def draw(data: ImageData, way: Way, budget: int, folder: Path) -> None:
    """confusion.svg and .png: of one method, task and budget, over all draws."""
    counts = read_confusion(data, way, budget)
    draw_matrix(counts, data.classes, f"{way.series}, {labels(budget)}", folder)


def draw_matrix(counts: NDArray[np.int64], classes: list[str], title: str, folder: Path) -> None:
    """Share of each true class (row of the counts) by predicted class (column)."""
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = float(np.clip(0.2 * len(classes) + 2.2, 4, 9))
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(side + 0.8, side), layout="constrained")
        image = axis.imshow(100 * share, cmap="Blues", vmin=0, vmax=100)
        if len(classes) <= MOST_NAMED_CLASSES:
            names = class_names(classes)
            turned = 90 if max(map(len, names)) > 2 else 0
            axis.set_xticks(range(len(names)), names, fontsize=7, rotation=turned)
            axis.set_yticks(range(len(names)), names, fontsize=7)
        axis.set_xlabel("predicted class")
        axis.set_ylabel("true class")
        axis.set_title(title, fontsize=10)
        figure.colorbar(image, label="% of the true class", shrink=0.8)
        save(figure, folder / "confusion")
