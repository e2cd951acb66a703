"""What the report knows beside the results."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from semisup.report.tables.results import read_chosen, read_told
from semisup.workflow import outputs


@dataclass(frozen=True)
class Pretext:
    """How one task's pretraining went.

    figures: the task's own, its figure of merit first, none where nothing was trained;
    encoder_images: images that passed the encoder; columns: of its picture, 0 without one.
    """

    figures: dict[str, float]
    encoder_images: int
    pool_images: int
    columns: int = 0


@dataclass(frozen=True)
class Facts:
    """Of the data, of pretraining and of the pool, as the stages before wrote them.

    data: of prepare; split: of split; pretext: by task; image_size in pixels; told: of the labels
    spread over the pool, by task, budget and draw; chosen: of labels of chosen images, by task,
    strategy, budget and draw; warnings: of prepare and split, a line each.
    """

    data: dict[str, Any]
    split: dict[str, Any]
    pretext: dict[str, Pretext]
    confidence: float
    image_size: int
    told: pd.DataFrame
    chosen: pd.DataFrame
    warnings: tuple[str, ...] = ()

    @property
    def within_budget(self) -> bool:
        """Whether validation images are taken out of each budget."""
        return bool(self.split["validation"] == 0)


def read_facts(tasks: list[str], budgets: list[int], confidence: float) -> Facts:
    """Read them from data/.

    Raises:
        UserError: where a stage has not run.
    """
    summary = outputs.read_json(outputs.PREPARED / outputs.SUMMARY)
    stats = outputs.read_json(outputs.SPLITS / outputs.STATS)
    pretext = {task: _read_pretext(task) for task in tasks}
    images = np.load(outputs.PREPARED / outputs.IMAGES, mmap_mode="r")
    told, chosen = read_told(tasks, budgets), read_chosen(tasks)
    warnings = (
        line
        for folder in (outputs.PREPARED, outputs.SPLITS)
        for line in outputs.read_json(folder / outputs.WARNINGS)
    )
    shown = tuple(dict.fromkeys(warnings))
    return Facts(summary, stats, pretext, confidence, images.shape[1], told, chosen, shown)


def _read_pretext(task: str) -> Pretext:
    folder = outputs.pretrain_folder(task)
    found, picture = outputs.read_json(folder / outputs.PRETEXT), folder / outputs.EXAMPLES
    columns = np.load(picture, mmap_mode="r").shape[1] if picture.exists() else 0
    return Pretext(found["figures"], found["encoder_images"], found["pool_images"], columns)
