"""The sections of params.yaml as typed, validated, read-only objects.

Values live in params.yaml only: no key has a default here.
"""

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from semisup.params.base import Count, CountOrZero, Fraction, NotNegative, Section, Share
from semisup.params.data_sections import Augment
from semisup.params.messages import check_name

GIB = 2**30
MOST_AT_ONCE = 1024  # threads and processes: with far more, the system ends a stage without a word
PRETEXT_FOLDER = Path(__file__).parents[1] / "pretext"

# of torchvision, with stems fitted to small images
RESNETS = (
    *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
    *("resnext50_32x4d", "resnext101_32x8d", "wide_resnet50_2", "wide_resnet101_2"),
)
# Shallow to deep. ResNet's are named as by He et al. 2015, NIN's are RotNet's blocks.
BACKBONE_LAYERS: dict[str, tuple[str, ...]] = {
    "small": ("conv1", "conv2", "conv3", "conv4", "conv5"),
    "alexnet": ("conv1", "conv2", "conv3", "conv4", "conv5"),
    "nin": ("conv1", "conv2", "conv3", "conv4"),
    **dict.fromkeys(RESNETS, ("conv1", "conv2", "conv3", "conv4", "conv5")),
}

# What begins the name of a model of a library: timm/NAME, torchvision/NAME
BORROWED = ("timm/", "torchvision/")


class Split(Section):
    """Roles of the images; see `semisup.split`."""

    validation: Literal["separate", "within_budget"]
    validation_per_class: Count
    within_budget_fraction: Share
    test_fraction: Share
    max_pool: Count | None


class Backbone(Section):
    """The encoder; see `semisup.network.backbones`."""

    name: str

    @model_validator(mode="after")
    def _known(self) -> "Backbone":
        if not self.is_borrowed:
            known = [*BACKBONE_LAYERS, *(f"{library}NAME" for library in BORROWED)]
            check_name(self.name, known, "backbone", "backbone.name")
        return self

    @property
    def is_borrowed(self) -> bool:
        """Whether it is a model of a library, whose layers only the library knows."""
        return self.name.startswith(BORROWED)


class Pretrain(Section):
    """What all pretext tasks share. A section of its own per task is checked by the task's file."""

    model_config = ConfigDict(extra="allow")

    start: Literal["random", "imagenet", "foundation"]
    epochs: Count
    repeats: Count
    heldout_images: Count
    augment: Augment

    @model_validator(mode="before")
    @classmethod
    def _only_tasks(cls, values: Any) -> Any:
        # before the fields: a misspelt key would be reported as a missing one
        allowed = [*cls.model_fields, *known_tasks()]
        keys = values if isinstance(values, dict) else {}
        for key in keys:
            check_name(str(key), allowed, "key", f"pretrain.{key}")
        return values


class Embed(Section):
    """Which features of the frozen encoder to keep; see `semisup.embed`."""

    layer: str
    pool: Count
    views: CountOrZero
    images_per_class: Count
    pool_images: CountOrZero


class Neighbours(Section):
    """Which images are alike; see `semisup.neighbours.find`."""

    count: Count
    dimensions: Count
    whiten: Fraction


class Report(Section):
    """How results are shown."""

    confidence: Share


class Export(Section):
    """The classifier to take away; see `semisup.export`."""

    onnx: bool
    precision: Annotated[float, Field(gt=0, le=1)]
    images: Count


class Compute(Section):
    """How to compute; no part of what is computed."""

    device: Literal["auto", "cpu", "cuda", "mps"]
    precision: Literal["auto", "float32", "bfloat16"]
    threads: Annotated[int, Field(ge=0, le=MOST_AT_ONCE)]
    processes: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)]
    memory_gib: Annotated[float, Field(ge=0.25)]
    checkpoint_seconds: NotNegative

    @property
    def memory_bytes(self) -> int:
        """`memory_gib` in bytes."""
        return int(self.memory_gib * GIB)

    def cpu_threads(self) -> int:
        """`threads`, or the cores that this process may use where it is 0."""
        if self.threads:
            return self.threads
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else os.cpu_count() or 1


def known_tasks() -> list[str]:
    """Pretext tasks: one file of `semisup.pretext` each."""
    return sorted(p.stem for p in PRETEXT_FOLDER.glob("[a-z]*.py"))


def task_module(name: str) -> Any:
    """The file of a pretext task, which has its `Settings` and its `Task`. Imports it."""
    return import_module(f"semisup.pretext.{name}")
