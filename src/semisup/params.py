"""params.yaml as typed, validated, read-only objects.

Values live in params.yaml only: no key has a default here. `load` is the one way to read them.
"""

import os
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from semisup.errors import UserError
from semisup.params_messages import check_name, describe, suggestion

PARAMS_FILE = Path("params.yaml")
PRETEXT_FOLDER = Path(__file__).parent / "pretext"

# Layers that features can be taken from, shallow to deep. ResNet's are those of He et al. 2015
# (conv2 to conv5 are its four groups of blocks), NIN's are RotNet's blocks.
BACKBONE_LAYERS: dict[str, tuple[str, ...]] = {
    "small": ("conv1", "conv2", "conv3", "conv4", "conv5"),
    "alexnet": ("conv1", "conv2", "conv3", "conv4", "conv5"),
    "nin": ("conv1", "conv2", "conv3", "conv4"),
    **dict.fromkeys(
        (
            *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
            *("resnext50_32x4d", "resnext101_32x8d", "wide_resnet50_2", "wide_resnet101_2"),
        ),
        ("conv1", "conv2", "conv3", "conv4", "conv5"),
    ),
}

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
CountOrZero = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(min_length=1)]


class Section(BaseModel):
    """A part of params.yaml: unknown keys and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


S = TypeVar("S", bound=Section)


class Augment(Section):
    """Random changes of each training image; see `semisup.augment`."""

    shift: Annotated[float, Field(ge=0, le=0.5)]
    rotate: Annotated[float, Field(ge=0, le=180)]
    scale: Annotated[float, Field(ge=0, lt=1)]
    flip: bool
    color: Fraction
    erase: Fraction


class Glyphs(Section):
    """The embedded set; see `semisup.data.glyphs`."""

    classes: Annotated[int, Field(ge=2, le=1000)]
    train_images: Count
    test_images: Count
    clutter: Fraction


class Folder(Section):
    """The user's own images; see `semisup.data.folder`."""

    unlabelled: Name | None
    labelled: Name | None
    labels: Name | None
    test: Name | None
    test_labels: Name | None


class Torchvision(Section):
    """A set of torchvision; see `semisup.data.torchvision_sets`."""

    name: Name
    root: Name


class Data(Section):
    """Where the images come from, how they are decoded, how training changes them."""

    source: Literal["glyphs", "folder", "torchvision"]
    image_size: Annotated[int, Field(ge=8, le=512)]
    color: Literal["auto", "rgb", "grey"]
    fit: Literal["crop", "pad", "stretch"]
    max_megapixels: Positive
    max_rejected_fraction: Fraction
    augment: Augment
    glyphs: Glyphs
    folder: Folder
    torchvision: Torchvision


class Split(Section):
    """Roles of the images; see `semisup.data.splits`."""

    validation: Literal["separate", "within_budget"]
    validation_per_class: Count
    within_budget_fraction: Annotated[float, Field(gt=0, lt=1)]
    test_fraction: Annotated[float, Field(gt=0, lt=1)]
    max_pool: Count | None


class Backbone(Section):
    """The encoder; see `semisup.backbones`."""

    name: str

    @model_validator(mode="after")
    def _known(self) -> "Backbone":
        check_name(self.name, BACKBONE_LAYERS, "backbone", "backbone.name")
        return self


class Recipe(Section):
    """How long and how fast to train; see `semisup.training`."""

    lr: Positive
    weight_decay: NotNegative
    batch_size: Annotated[int, Field(ge=2)]
    epochs: Count
    min_updates: CountOrZero
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]


class Pretrain(Section):
    """What all pretext tasks share. A section of its own per task is checked by the task's file."""

    model_config = ConfigDict(extra="allow")

    epochs: Count
    batch_images: Annotated[int, Field(ge=2)]
    heldout_images: Count
    augment: Augment

    @model_validator(mode="before")
    @classmethod
    def _only_tasks(cls, values: Any) -> Any:
        # before the fields: a misspelt key would be reported as a missing one
        allowed = [*cls.model_fields, *known_tasks()]
        for key in values if isinstance(values, dict) else ():
            check_name(str(key), allowed, "key", f"pretrain.{key}")
        return values


class Embed(Section):
    """Which features of the frozen encoder to keep; see `semisup.features`."""

    layer: str
    pool: Count
    views: CountOrZero
    images_per_class: Count


class Head(Recipe):
    """Fully connected layers on frozen features; see `semisup.head`."""

    hidden: list[Count]
    dropout: Annotated[float, Field(ge=0, lt=1)]
    patience: Count


class Finetune(Recipe):
    """Encoder and head together; see `semisup.finetune`."""

    start: Literal["head", "random_head"]


class Supervised(Recipe):
    """The baseline; see `semisup.supervised`."""

    layer: str
    pool: Count
    hidden: list[Count]
    dropout: Annotated[float, Field(ge=0, lt=1)]


class Report(Section):
    """How results are shown."""

    confidence: Annotated[float, Field(gt=0, lt=1)]


class Compute(Section):
    """How to compute; no part of what is computed."""

    device: Literal["auto", "cpu", "cuda", "mps"]
    precision: Literal["auto", "float32", "bfloat16"]
    threads: CountOrZero

    def cpu_threads(self) -> int:
        """`threads`, or the cores that this process may use where it is 0."""
        if self.threads:
            return self.threads
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else os.cpu_count() or 1


class Params(Section):
    """The whole of params.yaml."""

    seed: CountOrZero
    label_budgets: Annotated[list[Count], Field(min_length=1)]
    pretext_tasks: list[str]
    draws: Annotated[int, Field(ge=1, le=100)]
    data: Data
    split: Split
    backbone: Backbone
    pretrain: Pretrain
    embed: Embed
    head: Head
    finetune: Finetune
    supervised: Supervised
    report: Report
    compute: Compute

    @model_validator(mode="after")
    def _consistent(self) -> "Params":
        _check_ascending(self.label_budgets)
        _check_tasks(self.pretext_tasks, self.pretrain)
        layers = BACKBONE_LAYERS[self.backbone.name]
        check_name(self.embed.layer, [*layers, "auto"], "layer", "embed.layer")
        if self.embed.layer == "auto" and self.split.validation != "separate":
            raise ValueError(
                "embed.layer: auto chooses on a separate validation set, which split.validation "
                f"{self.split.validation} lacks; name a layer: {', '.join(layers)}"
            )
        check_name(self.supervised.layer, layers, "layer", "supervised.layer")
        if self.label_budgets[-1] > self.embed.images_per_class:
            raise ValueError(
                f"label_budgets: {self.label_budgets[-1]} is more than embed.images_per_class "
                f"({self.embed.images_per_class}), the images whose features are kept; raise it"
            )
        return self

    def task_settings(self, task: str, model: type[S]) -> S:
        """The section `pretrain.<task>` as that task's own model.

        Raises:
            UserError: where the section does not fit the model.
        """
        section = (self.pretrain.model_extra or {}).get(task)
        return _validated(model, section, f"pretrain.{task}")

    def require_task(self, task: str) -> None:
        """Refuse a task that params.yaml does not list."""
        if task not in self.pretext_tasks:
            listed = ", ".join(self.pretext_tasks) or "none"
            hint = suggestion(task, self.pretext_tasks)
            raise UserError(f"--task {task}: not in pretext_tasks of params.yaml{hint}: {listed}")

    def require_budget(self, budget: int) -> None:
        """Refuse a label budget that params.yaml does not list."""
        if budget not in self.label_budgets:
            listed = ", ".join(map(str, self.label_budgets))
            raise UserError(f"--budget {budget}: not in label_budgets of params.yaml: {listed}")


def known_tasks() -> list[str]:
    """Pretext tasks: one file of `semisup.pretext` each."""
    return sorted(p.stem for p in PRETEXT_FOLDER.glob("[a-z]*.py"))


def load(path: Path = PARAMS_FILE) -> Params:
    """Read and validate params.yaml, but for the tasks' own sections (`Params.task_settings`).

    Raises:
        UserError: one line that names the file, the key, the value and what is allowed.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; run this in the project's top folder") from None
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError) as error:  # a date such as 2020-13-45 is a ValueError
        raise UserError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from None
    return _validated(Params, values, "")


def load_and_check_tasks(path: Path = PARAMS_FILE) -> Params:
    """`load`, and the section of every task too. Imports each task's file."""
    params = load(path)
    for task in {*params.pretext_tasks, *(params.pretrain.model_extra or {})}:
        params.task_settings(task, import_module(f"semisup.pretext.{task}").Settings)
    return params


def _validated(model: type[S], values: Any, prefix: str) -> S:
    if not isinstance(values, dict):
        where = prefix or "the file"
        raise UserError(f"{PARAMS_FILE}: {where}: must be a section of keys, not {values!r}")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UserError(f"{PARAMS_FILE}: {describe(error, model, prefix)}") from None


def _check_ascending(budgets: list[int]) -> None:
    for before, after in pairwise(budgets):
        if before == after:
            raise ValueError(f"label_budgets: {after} is given twice; list each budget once")
        if before > after:
            raise ValueError(
                f"label_budgets: {after} comes after {before}; list them from small to large"
            )


def _check_tasks(tasks: list[str], pretrain: Pretrain) -> None:
    for position, task in enumerate(tasks):
        check_name(task, known_tasks(), "task", "pretext_tasks")
        if task in tasks[:position]:
            raise ValueError(f"pretext_tasks: {task!r} is given twice; list each task once")
        if task not in (pretrain.model_extra or {}):
            raise ValueError(f"pretrain.{task}: missing, but pretext_tasks lists {task!r}; add it")
