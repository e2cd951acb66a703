"""params.yaml as one typed, validated, read-only object. `load` is the one way to read it."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError, model_validator

from semisup.params.base import Count, Section, Seed
from semisup.params.data_sections import Data
from semisup.params.messages import check_name, describe, suggestion
from semisup.params.recipes import Choose, Finetune, Head, Selftrain, Spread, Supervised
from semisup.params.sections import (
    BACKBONE_LAYERS,
    Backbone,
    Compute,
    Embed,
    Export,
    Neighbours,
    Pretrain,
    Report,
    Split,
    known_tasks,
    task_module,
)
from semisup.workflow.errors import UserError
from semisup.workflow.yaml_files import read_yaml

PARAMS_FILE = Path("params.yaml")

S = TypeVar("S", bound=Section)


class Params(Section):
    """The whole of params.yaml."""

    seed: Seed
    label_budgets: Annotated[list[Count], Field(min_length=1)]
    pretext_tasks: list[str]
    finetune_tasks: list[str]
    control_budgets: list[Count]
    draws: Annotated[int, Field(ge=1, le=100)]
    data: Data
    split: Split
    backbone: Backbone
    pretrain: Pretrain
    embed: Embed
    neighbours: Neighbours
    head: Head
    spread: Spread
    choose: Choose
    finetune: Finetune
    selftrain: Selftrain
    supervised: Supervised
    report: Report
    export: Export
    compute: Compute

    @model_validator(mode="after")
    def _consistent(self) -> "Params":
        _check_ascending(self.label_budgets, "label_budgets")
        _check_ascending(self.control_budgets, "control_budgets")
        _check_among(self.control_budgets, "control_budgets", self.label_budgets, "label_budgets")
        _check_ascending(self.choose.budgets, "choose.budgets")
        _check_tasks(self.pretext_tasks, self.pretrain)
        _check_among(self.finetune_tasks, "finetune_tasks", self.pretext_tasks, "pretext_tasks")
        _check_once(self.finetune_tasks, "finetune_tasks")
        _check_start(self.pretrain, self.backbone)
        layers = BACKBONE_LAYERS.get(self.backbone.name)
        if layers:  # of libraries' models these are known once they are built
            check_name(self.embed.layer, [*layers, "auto"], "layer", "embed.layer")
            check_name(self.supervised.layer, layers, "layer", "supervised.layer")
        if self.embed.layer == "auto" and self.split.validation != "separate":
            known = f": {', '.join(layers)}" if layers else ""
            raise ValueError(
                "embed.layer: auto chooses on a separate validation set, which split.validation "
                f"{self.split.validation} lacks; name a layer{known}"
            )
        if self.pretrain.repeats not in (1, self.draws):
            raise ValueError(  # draws that share an encoder are not independent
                f"pretrain.repeats: {self.pretrain.repeats} is neither 1 nor as many as draws "
                f"({self.draws}): give all draws one encoder, or each its own"
            )
        if self.label_budgets[-1] > self.embed.images_per_class:
            raise ValueError(
                f"label_budgets: {self.label_budgets[-1]} is more than embed.images_per_class "
                f"({self.embed.images_per_class}), the images whose features are kept; raise it"
            )
        return self

    def task_settings(self, task: str, model: type[S]) -> S:
        """The section `pretrain.<task>` as that task's own model.

        Its validators find `pretrain.augment` in `info.context["augment"]`.

        Raises:
            UserError: where the section does not fit the model, or what else is set.
        """
        section = (self.pretrain.model_extra or {}).get(task)
        return _validated(model, section, f"pretrain.{task}", {"augment": self.pretrain.augment})

    def require_task(self, task: str, finetuned: bool = False) -> None:
        """Refuse a task that params.yaml does not list, or not for fine-tuning."""
        key, tasks = "pretext_tasks", self.pretext_tasks
        if finetuned:
            key, tasks = "finetune_tasks", self.finetune_tasks
        if task not in tasks:
            listed, hint = ", ".join(tasks) or "none", suggestion(task, tasks)
            raise UserError(f"--task {task}: not in {key} of params.yaml{hint}: {listed}")

    def require_budget(self, budget: int, control: bool = False) -> None:
        """Refuse a label budget that params.yaml does not list, or not for the control."""
        key, budgets = "label_budgets", self.label_budgets
        if control:
            key, budgets = "control_budgets", self.control_budgets
        if budget not in budgets:
            listed = ", ".join(map(str, budgets)) or "none"
            raise UserError(f"--budget {budget}: not in {key} of params.yaml: {listed}")


def load(path: Path = PARAMS_FILE) -> Params:
    """Read and validate params.yaml, but for the tasks' own sections (`Params.task_settings`).

    Raises:
        UserError: one line that names the file, the key, the value and what is allowed.
    """
    return _validated(Params, read_yaml(path), "")


def load_and_check_tasks(path: Path = PARAMS_FILE) -> Params:
    """`load`, and the section of every task too. Imports each task's file."""
    params = load(path)
    for task, section in (params.pretrain.model_extra or {}).items():
        model = task_module(task).Settings
        if task in params.pretext_tasks:
            params.task_settings(task, model)
        else:  # it need not fit what others are trained with
            _validated(model, section, f"pretrain.{task}")
    return params


def _validated(
    model: type[S], values: Any, prefix: str, context: dict[str, Any] | None = None
) -> S:
    if not isinstance(values, dict):
        where = prefix or "the file"
        raise UserError(f"{PARAMS_FILE}: {where}: must be a section of keys, not {values!r}")
    try:
        return model.model_validate(values, context=context)
    except ValidationError as error:
        raise UserError(f"{PARAMS_FILE}: {describe(error, model, prefix)}") from None


def _check_ascending(budgets: list[int], key: str) -> None:
    for before, after in pairwise(budgets):
        if before == after:
            raise ValueError(f"{key}: {after} is given twice; list each budget once")
        if before > after:
            raise ValueError(f"{key}: {after} comes after {before}; list them from small to large")


def _check_among(some: Sequence[object], key: str, every: Sequence[object], where: str) -> None:
    """Both are lists of params.yaml, of names or of numbers."""
    for one in some:
        if one not in every:
            close = suggestion(one, [*map(str, every)]) if isinstance(one, str) else ""
            hint = close or "; take it out here too, or add it there"
            raise ValueError(f"{key}: {one!r} is not in {where}{hint}")


def _check_once(tasks: list[str], key: str) -> None:
    for position, task in enumerate(tasks):
        if task in tasks[:position]:
            raise ValueError(f"{key}: {task!r} is given twice; list each task once")


def _check_start(pretrain: Pretrain, backbone: Backbone) -> None:
    """Training can start from a row whose model is the backbone."""
    start = pretrain.start
    section = (pretrain.model_extra or {}).get(start)
    if section is None:
        raise ValueError(f"pretrain.{start}: missing, but pretrain.start names it; add it")
    model = section.get("model") if isinstance(section, dict) else None
    if start != "random" and backbone.name != model:
        raise ValueError(
            f"pretrain.start: {start}: backbone.name is {backbone.name!r}, but "
            f"pretrain.{start}.model is {model!r}; they must be the same, or set pretrain.start to "
            "random"
        )


def _check_tasks(tasks: list[str], pretrain: Pretrain) -> None:
    _check_once(tasks, "pretext_tasks")
    for task in tasks:
        check_name(task, known_tasks(), "task", "pretext_tasks")
        if task not in (pretrain.model_extra or {}):
            raise ValueError(f"pretrain.{task}: missing, but pretext_tasks lists {task!r}; add it")
