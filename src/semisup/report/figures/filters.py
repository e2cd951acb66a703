"""The filters that each task's encoder learned, as a figure."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from semisup.compute.weights import read_arrays
from semisup.model.parts import OF_A_LIBRARY
from semisup.report.figures.style import STYLE, save
from semisup.workflow import outputs

BANKS_ACROSS = 4  # tasks side by side
FILTERS_ACROSS = 16


def draw(tasks: Sequence[str], folder: Path) -> None:
    """filters.svg and .png: the first convolution of each task's encoder that has one."""
    banks = {task: first_convolution(task) for task in tasks}
    banks = {task: bank for task, bank in banks.items() if len(bank)} or banks
    pictures = {task: tiled(bank) for task, bank in banks.items()}
    columns = min(len(pictures), BANKS_ACROSS)
    rows = -(-len(pictures) // columns)
    height = 0.5 + 4.2 * max(shown.shape[0] / shown.shape[1] for shown in pictures.values())
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            rows,
            columns,
            figsize=(4.2 * columns, height * rows),
            squeeze=False,
            layout="constrained",
        )
        for axis in axes.flat:
            axis.set_axis_off()
        for axis, (task, shown) in zip(axes.flat, pictures.items(), strict=False):
            axis.imshow(shown, interpolation="nearest")
            axis.set_title(f"first layer, {task}", fontsize=10)
        save(figure, folder / "filters")


def first_convolution(task: str) -> NDArray[np.float32]:
    """Its weights (K, C, h, w) in the task's encoder; none (0, 1, 1, 1) where it has no such."""
    weights = read_arrays(outputs.folder_of("pretrain", task) / outputs.ENCODER)
    kernels = {name: value for name, value in weights.items() if value.ndim == 4}
    # a library's model may have convolutions of single maps too
    of_colours = [name for name, value in kernels.items() if value.shape[1] == 3]
    of_this_project = [name for name in kernels if OF_A_LIBRARY not in name]
    first = min(of_colours or of_this_project, default=None)
    bank = weights[first] if first else np.zeros((0, 1, 1, 1))
    return bank.astype(np.float32)


def tiled(bank: NDArray[np.float32]) -> NDArray[np.float32]:
    """Filters (K, C, h, w) side by side, each stretched to 0..1, with white gaps: (H, W, 3)."""
    count, channels, height, width = bank.shape
    columns = max(1, min(count, FILTERS_ACROSS))
    rows = -(-count // columns)
    canvas = np.ones((rows * (height + 1) + 1, columns * (width + 1) + 1, 3), np.float32)
    for number, one in enumerate(bank):
        low, high = one.min(), one.max()
        picture = ((one - low) / max(high - low, 1e-9)).transpose(1, 2, 0)
        top, left = (number // columns) * (height + 1) + 1, (number % columns) * (width + 1) + 1
        shown = picture if channels == 3 else picture[..., :1].repeat(3, axis=2)
        canvas[top : top + height, left : left + width] = shown
    return canvas
