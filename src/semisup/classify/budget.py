"""One method at one label budget: what its stage has at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semisup.compute import device
from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData, LabelledSet, open_data
from semisup.params.loading import Params, load
from semisup.params.recipes import CONTROL_METHOD, WHOLE_NETWORK
from semisup.workflow import outputs, scratch


@dataclass(frozen=True)
class BudgetRun:
    """A run of the stage `method` for a task (or `NO_TASK`) and a budget of labels per class.

    seed: of this method, task and budget, whatever else is run.
    """

    method: str
    task: str
    budget: int
    params: Params
    data: ImageData
    runtime: Runtime
    seed: int

    def labelled_sets(self) -> list[LabelledSet]:
        """The images that each draw may use."""
        within_budget, draws = self.params.split.within_budget_fraction, range(self.params.draws)
        return [self.data.labelled_set(self.budget, draw, within_budget) for draw in draws]

    def folder(self, stage: str) -> Path:
        """Where a stage writes for the same task and budget."""
        return outputs.folder_of(stage, *_item(self.task, self.budget).values())

    def weights(self, stage: str, draw: int) -> Path:
        """What a stage trained for the same task and budget."""
        return outputs.weights_of(self.folder(stage), stage, draw)

    @property
    def borrowed(self) -> bool:
        """Whether it trains further what others trained.

        Raises:
            UserError: where `pretrain` has not run.
        """
        if self.method not in WHOLE_NETWORK or self.task == outputs.NO_TASK:
            return False
        first, *_ = outputs.repeats(outputs.folder_of("pretrain", self.task))
        # as an `EncoderSpec` is written; what trains heads alone needs to know no networks
        return "trained" in outputs.read_json(first / outputs.ENCODER_SPEC)

    def __str__(self) -> str:
        """The run's name, in progress bars and in the names of its checkpoints."""
        return " ".join(map(str, (self.method, *_item(self.task, self.budget).values())))


@contextmanager
def started(method: str, budget: int, task: str = outputs.NO_TASK) -> Iterator[BudgetRun]:
    """Everything that a stage at one budget begins with.

    Raises:
        UserError: where params.yaml is wrong or lists no such task or budget, or a stage before
            this one has not run.
    """
    params = load()
    if task != outputs.NO_TASK:
        params.require_task(task, finetuned=method in WHOLE_NETWORK)
    params.require_budget(budget, control=method == CONTROL_METHOD)
    data = open_data()
    item = _item(task, budget)
    with scratch.during(method, params.compute.checkpoint_seconds, **item) as unfinished:
        runtime = device.start(params.compute, unfinished, params.draws)
        of_task = task.encode() if "task" in item else b""
        seed = device.stream_seed(params.seed, *method.encode(), *of_task, budget)
        yield BudgetRun(method, task, budget, params, data, runtime, seed)


def _item(task: str, budget: int) -> dict[str, Any]:
    """The item of the stage's matrix in dvc.yaml."""
    return {"budget": budget} if task == outputs.NO_TASK else {"task": task, "budget": budget}
