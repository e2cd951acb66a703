"""Which classifier to use: a finished one, or one that stages trained."""

import dataclasses
from typing import TYPE_CHECKING

import torch

from semisup.compute import device
from semisup.compute.device import Runtime
from semisup.params.loading import PARAMS_FILE, Params, load
from semisup.params.messages import suggestion
from semisup.params.sections import Compute
from semisup.predict.loaded import ImageClassifier
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

if TYPE_CHECKING:
    from semisup.report.methods import Way

# as params.yaml comes, where there is none beside the classifier
ANYWHERE = Compute(
    device="auto",
    precision="auto",
    threads=0,
    processes=1,
    memory_gib=4.0,
    checkpoint_seconds=30.0,
)


def compute_settings(elsewhere: bool) -> Compute:
    """Of the project that this is run in, if it is one.

    Args:
        elsewhere: the classifier is another project's: this one may have a params.yaml of its own.

    Raises:
        UserError: params.yaml is not as it must be.
    """
    if not PARAMS_FILE.exists():
        return ANYWHERE
    try:
        return load().compute
    except UserError:
        if elsewhere:
            return ANYWHERE
        raise


def start(compute: Compute) -> Runtime:
    """A runtime for answers: in float32, as model.onnx gives them, unless bfloat16 is asked for."""
    dtype = torch.bfloat16 if compute.precision == "bfloat16" else torch.float32
    return dataclasses.replace(device.start(compute), dtype=dtype)


def of_stages(
    method: str, task: str | None, budget: int | None, runtime: Runtime
) -> ImageClassifier:
    """The best draw of a method, as its stage left it, calibrated on validation.

    Args:
        method: of the report's table.
        task: one of pretext_tasks; None for supervised.
        budget: labels per class; None for the largest.
        runtime: where to compute.

    Raises:
        UserError: on options that can't be; where a stage has not run, or its files are damaged.
    """
    from semisup.data.dataset import open_data
    from semisup.model.parts import parts_of
    from semisup.model.trained import calibrated

    params = load()
    way, budget = _trained(params, method, task, budget)
    parts = parts_of(way.folder(budget), *way, budget)
    parts.check()
    data = open_data()
    whole, _ = calibrated(parts, data, params, runtime)
    model = ImageClassifier(whole.about)
    model.network = whole.network
    return model.to(runtime.device)


def stage_of(method: str, task: str | None, budget: int | None) -> str:
    """The name in dvc.lock of the stage that trained what `of_stages` would take.

    Raises:
        UserError: on options that can't be.
    """
    way, budget = _trained(load(), method, task, budget)
    folder = way.folder(budget)
    return f"{folder.parent.name}@{folder.name}"


def _trained(
    params: Params, method: str, task: str | None, budget: int | None
) -> "tuple[Way, int]":
    way = _way(params, method, task)
    budget = params.label_budgets[-1] if budget is None else budget
    params.require_budget(budget)
    return way, budget


def _way(params: Params, method: str, task: str | None) -> "Way":
    """The one that the options name."""
    from semisup.report.methods import METHODS, SELFTRAIN_BASELINE, ways

    known = [name for name in METHODS if name != SELFTRAIN_BASELINE.name]  # a control, not to use
    if method not in known:
        raise UserError(
            f"--method {method}: unknown{suggestion(method, known)}; allowed: {', '.join(known)}"
        )
    asked_for = ways(params.pretext_tasks, params.finetune_tasks)
    found = {way.task: way for way in asked_for if way.method == method}
    task = outputs.NO_TASK if task is None and outputs.NO_TASK in found else task
    if task in found:
        return found[task]
    tasks = [*found]
    if tasks == [outputs.NO_TASK]:
        raise UserError(f"--task {task}: {method} has no task; leave it out")
    hint = suggestion(task, tasks) if task else ""
    raise UserError(
        f"--task {task or '(missing)'}: {method} needs one that params.yaml lists for it{hint}: "
        f"{', '.join(tasks) or 'none'}"
    )
