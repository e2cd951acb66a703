"""What the report knows beside the results."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from semisup.workflow import outputs


@dataclass(frozen=True)
class Facts:
    """Of the data and of pretraining, as the stages before wrote them.

    data: of prepare; split: of split; pretext: of each task's pretraining; image_size in pixels;
    columns: of the picture of each task that has one.
    """

    data: dict[str, Any]
    split: dict[str, Any]
    pretext: dict[str, dict[str, Any]]
    confidence: float
    image_size: int
    columns: dict[str, int] = field(default_factory=dict)

    @property
    def within_budget(self) -> bool:
        """Whether validation images are taken out of each budget."""
        return bool(self.split["validation"] == 0)


def read_facts(tasks: list[str], confidence: float) -> Facts:
    """Read them from data/.

    Raises:
        UserError: where a stage has not run.
    """
    summary = outputs.read_json(outputs.PREPARED / outputs.SUMMARY)
    stats = outputs.read_json(outputs.SPLITS / outputs.STATS)
    pretext = {t: outputs.read_json(outputs.pretrain_folder(t) / outputs.PRETEXT) for t in tasks}
    images = np.load(outputs.PREPARED / outputs.IMAGES, mmap_mode="r")
    columns = {}
    for task in tasks:
        path = outputs.pretrain_folder(task) / outputs.EXAMPLES
        if path.exists():
            columns[task] = np.load(path, mmap_mode="r").shape[1]
    return Facts(summary, stats, pretext, confidence, images.shape[1], columns)
