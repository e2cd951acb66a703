"""What is compared. A new method needs an entry here, and a place in OF_TASKS; its folders, names
and lines follow.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from semisup.params.recipes import CONTROL_METHOD, WHOLE_NETWORK
from semisup.workflow import outputs

CONTROL, PIXELS = "random", "pixels"  # an untrained encoder, and none
CONTROLS = (CONTROL, PIXELS)  # what others are compared with: nobody would choose them

Line = str | tuple[float, tuple[float, float]]  # of Matplotlib: its name, or dashes and gaps
BLACK = "#222222"  # of what needs no task; on the page it has the colour of the text
GREY = "#808080"  # readable on light and on dark pages


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way to make a classifier from labels."""

    name: str  # of its stage, and in tables
    label: str  # in figures
    short: str  # in sentences, behind a task
    noun: str  # in sentences
    line: Line  # in figures, as the next two
    marker: str
    color: str
    dash: tuple[int, ...]  # of its line on the page
    control_line: Line = ""  # of the untrained encoder's accuracy by it among the tasks
    uses_pool: bool = False  # whether it trains on pool images, and its stage writes pool.csv


SUPERVISED = Method(
    name="supervised",
    label="supervised from scratch",
    short="supervised training",
    noun="supervised training",
    line=":",
    marker="s",
    color=BLACK,
    dash=(2, 2),
)
HEAD = Method(
    name="head",
    label="frozen encoder + head",
    short="frozen",
    noun="a head on frozen features",
    line="--",
    marker="^",
    color="#0072b2",
    dash=(6, 3),
    control_line="--",
)
SPREAD = Method(
    name="spread",
    label="frozen encoder + labels spread",
    short="spread",
    noun="spreading labels",
    uses_pool=True,
    line="-.",
    marker="v",
    color="#009e73",
    dash=(8, 3, 2, 3),
    control_line=":",
)
FINETUNE = Method(
    name="finetune",
    label="fine-tuned",
    short="fine-tuned",
    noun="fine-tuning",
    line=(0, (7, 1.5)),
    marker="o",
    color="#d55e00",
    dash=(12, 3),
    control_line="-.",
)
SELFTRAIN = Method(
    name="selftrain",
    label="self-trained",
    short="self-trained",
    noun="self-training",
    uses_pool=True,
    line="-",
    marker="D",
    color="#cc79a7",
    dash=(1, 0),
    control_line=(0, (1, 4)),
)
# a control, of no task: what self-training brings without pretraining
SELFTRAIN_BASELINE = Method(
    name=CONTROL_METHOD,
    label="self-trained without pretraining",
    short="self-trained without pretraining",
    noun="self-training without pretraining",
    uses_pool=True,
    line=(0, (1, 2)),
    marker="D",
    color=GREY,
    dash=(1, 2),
)
# those that need a pretext task's encoder, in the order of tables: each trains more than the last
OF_TASKS = (HEAD, SPREAD, FINETUNE, SELFTRAIN)
METHODS = {method.name: method for method in (SUPERVISED, SELFTRAIN_BASELINE, *OF_TASKS)}


class Way(NamedTuple):
    """Name of a method and, where it needs one, of a pretext task."""

    method: str
    task: str = outputs.NO_TASK

    @property
    def series(self) -> str:
        """Its name in tables and plots."""
        return self.method if self.task == outputs.NO_TASK else f"{self.method} ({self.task})"

    @property
    def words(self) -> str:
        """Its name in sentences."""
        short = METHODS[self.method].short
        return short if self.task == outputs.NO_TASK else f"{self.task}, {short}"

    def folder(self, budget: int) -> Path:
        """Where its stage writes."""
        if self.method == SUPERVISED.name:
            return outputs.folder_of(self.method, budget)
        stage = SELFTRAIN.name if self == POOL_ALONE else self.method
        return outputs.folder_of(stage, self.task, budget)


BASELINE = Way(SUPERVISED.name)
POOL_ALONE = Way(SELFTRAIN_BASELINE.name)


def ways(tasks: Iterable[str], finetuned: Iterable[str] | None = None) -> list[Way]:
    """The baseline, and all methods of each task; only `finetuned` ones with the whole network."""
    every = [BASELINE, *(Way(method.name, task) for task in tasks for method in OF_TASKS)]
    if finetuned is None:
        return every
    return [way for way in every if way.method not in WHOLE_NETWORK or way.task in finetuned]
