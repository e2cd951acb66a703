"""What is compared: a new method needs one entry here, and its folders, names and lines follow."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from semisup.workflow import outputs

CONTROL = "random"  # the task that trains nothing


@dataclass(frozen=True)
class Method:
    """A way to make a classifier from labels.

    name: in tables; label: in figures; short: in sentences; folder: of its stage's outputs, by
    task and budget; line, marker, color: in figures; control_line: of the untrained encoder's
    accuracy by this method among the tasks.
    """

    name: str
    label: str
    short: str
    folder: Callable[[str, int], Path]
    line: str
    marker: str
    color: str
    control_line: str = ""


def _supervised_folder(_task: str, budget: int) -> Path:
    return outputs.supervised_folder(budget)


SUPERVISED = Method(
    *("supervised", "supervised from scratch", "supervised training", _supervised_folder),
    *(":", "s", "#222222"),
)
HEAD = Method(
    *("head", "frozen encoder + head", "frozen", outputs.head_folder),
    *("--", "^", "#0072b2", "--"),
)
SPREAD = Method(
    *("spread", "frozen encoder + labels spread over the pool", "spread", outputs.spread_folder),
    *("-", "v", "#009e73", ":"),
)
FINETUNE = Method(
    *("finetune", "fine-tuned", "fine-tuned", outputs.finetune_folder),
    *("-", "o", "#d55e00", "-."),
)
OF_TASKS = (HEAD, SPREAD, FINETUNE)  # need a pretext task's encoder; in the order of tables
METHODS = {method.name: method for method in (SUPERVISED, *OF_TASKS)}


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
        return METHODS[self.method].folder(self.task, budget)


BASELINE = Way(SUPERVISED.name)


def ways(tasks: Iterable[str]) -> list[Way]:
    """The baseline, and all methods of each task."""
    return [BASELINE, *(Way(method.name, task) for task in tasks for method in OF_TASKS)]
