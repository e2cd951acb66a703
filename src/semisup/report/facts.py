"""What the report knows beside the results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from semisup.data.dataset import BALANCED, TOP1, ImageData, Ints
from semisup.params.loading import Params
from semisup.report.methods import POOL_ALONE, Way
from semisup.report.tables.headline import NAMES, SCORE, effective_images, validation_counts
from semisup.report.tables.results import read_chosen, read_pool_statistics
from semisup.workflow import outputs


@dataclass(frozen=True)
class Pretext:
    """How one task's pretraining went.

    figures: the task's own, its figure of merit first, none where nothing was trained;
    encoder_images: images that passed the encoder; columns: of its picture, 0 without one;
    encoders: how many there are, of which all this tells of the first; origin: model, weights,
    source, licence and sha256 of what others trained, where the encoder is or began with it.
    """

    figures: dict[str, float]
    encoder_images: int
    pool_images: int
    columns: int = 0
    encoders: int = 1
    origin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the stages before told of the data, of pretraining and of the pool."""

    data: dict[str, Any]  # of prepare
    split: dict[str, Any]  # of split
    pretext: dict[str, Pretext]  # by task
    confidence: float  # of intervals
    image_size: int  # side in pixels
    pool_statistics: pd.DataFrame  # of what trains on the pool, by method, task, budget and draw
    chosen: pd.DataFrame  # labels of chosen images, by task, strategy, budget and draw
    headline: str = TOP1  # the figure that is compared
    test_counts: tuple[int, ...] = ()  # test images of each class that has any
    validation_counts: tuple[int, ...] = ()  # the same of validation, at the largest budget
    warnings: tuple[str, ...] = ()  # of prepare and split, a line each
    rates: tuple[int, int] = (1, 1)  # learning rates that the baseline and fine-tuning could take

    @property
    def figure(self) -> str:
        """The name of what is compared."""
        return NAMES[self.headline]

    @property
    def balanced(self) -> bool:
        """Whether classes count the same, since their sizes differ much."""
        return self.headline == BALANCED

    @property
    def effective_tests(self) -> float:
        """`effective_images` of test."""
        return effective_images(np.array(self.test_counts, int), self.balanced)

    @property
    def validation_per_class(self) -> float:
        """Validation labels per class beside those of the budgets."""
        return float(self.split["validation"] / len(self.data["classes"]))

    @property
    def within_budget(self) -> bool:
        """Whether validation images are taken out of each budget."""
        return bool(self.split["validation"] == 0)


def read_facts(ways: Sequence[Way], params: Params, data: ImageData) -> Facts:
    """Read them from data/.

    Args:
        ways: that are compared.
        params: tasks, budgets, the section `report`.
        data: the images.

    Raises:
        UserError: where a stage has not run.
    """
    summary = outputs.read_json(outputs.PREPARED / outputs.SUMMARY)
    stats = outputs.read_json(outputs.SPLITS / outputs.STATS)
    tasks, confidence = params.pretext_tasks, params.report.confidence
    pretext = {task: _read_pretext(task) for task in tasks}
    tests = np.bincount(data.labels[data.test])
    fraction = params.split.within_budget_fraction
    validated = validation_counts(data, params.label_budgets[-1], fraction)
    pool_statistics, chosen = read_pool_statistics(ways, params.label_budgets), read_chosen(tasks)
    if params.control_budgets:
        of_control = read_pool_statistics([POOL_ALONE], params.control_budgets)
        pool_statistics = pd.concat([pool_statistics, of_control], ignore_index=True)
    return Facts(
        data=summary,
        split=stats,
        pretext=pretext,
        confidence=confidence,
        image_size=data.image_size,
        pool_statistics=pool_statistics,
        chosen=chosen.assign(**{SCORE: chosen[data.headline]}),
        headline=data.headline,
        test_counts=_there(tests),
        validation_counts=_there(validated),
        warnings=read_warnings(),
        rates=(len(params.supervised.lr), len(params.finetune.lr)),
    )


def _there(counts: Ints) -> tuple[int, ...]:
    return tuple(map(int, counts[counts > 0]))


def read_warnings() -> tuple[str, ...]:
    """The warnings of prepare and split, each once."""
    every = (
        line
        for folder in (outputs.PREPARED, outputs.SPLITS)
        for line in outputs.read_json(folder / outputs.WARNINGS)
    )
    return tuple(dict.fromkeys(every))


def _read_pretext(task: str) -> Pretext:
    folder = outputs.folder_of("pretrain", task)
    found, picture = outputs.read_json(folder / outputs.PRETEXT), folder / outputs.EXAMPLES
    columns = np.load(picture, mmap_mode="r").shape[1] if picture.exists() else 0
    encoders = len(outputs.repeats(folder))
    told = found["figures"], found["encoder_images"], found["pool_images"]
    return Pretext(*told, columns, encoders, found.get("origin", {}))
