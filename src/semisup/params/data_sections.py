"""The section `data` of params.yaml."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from semisup.params.base import Count, Fraction, Name, Positive, Section


class Augment(Section):
    """Random changes of each training image; see `semisup.data.augment`."""

    shift: Annotated[float, Field(ge=0, le=0.5)]
    rotate: Annotated[float, Field(ge=0, le=180)]
    scale: Annotated[float, Field(ge=0, lt=1)]
    flip: bool
    color: Fraction
    erase: Fraction


class Glyphs(Section):
    """The embedded set; see `semisup.prepare.glyphs`."""

    classes: Annotated[int, Field(ge=2, le=1000)]
    train_images: Count
    test_images: Count
    clutter: Fraction


Range = Annotated[list[float], Field(min_length=2, max_length=2)]
# one place, or a list of some
Places = Annotated[
    Annotated[list[Name], Field(min_length=1)] | None,
    BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
]
UnlessAuto = BeforeValidator(lambda given: None if given == "auto" else given)


class Columns(Section):
    """Of tables of labels: a name, `auto`, or null; see `semisup.labels.columns`."""

    path: Name
    label: Name | None
    split: Name | None
    group: Name | None


class Folder(Section):
    """The user's own images; see `semisup.prepare.folder`."""

    unlabelled: Places
    labelled: Places
    labels: Name | None
    validation: Places
    validation_labels: Name | None
    test: Places
    test_labels: Name | None
    columns: Columns
    no_label: list[str]
    class_level: Annotated[Count | None, UnlessAuto]  # None: auto
    group_pattern: Name | None

    @field_validator("group_pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"is no regular expression ({error})") from None
        return pattern


class Torchvision(Section):
    """A set of torchvision; see `semisup.prepare.torchvision_sets`."""

    name: Name
    root: Name


class Data(Section):
    """Where the images come from, how they are decoded, how training changes them."""

    source: Literal["glyphs", "folder", "torchvision"]
    image_size: Annotated[int, Field(ge=8, le=512)]
    color: Literal["auto", "rgb", "grey"]
    fit: Literal["crop", "pad", "stretch"]
    range: Annotated[Range | None, UnlessAuto]  # None: auto
    max_megapixels: Positive
    max_rejected_fraction: Fraction
    augment: Augment
    glyphs: Glyphs
    folder: Folder
    torchvision: Torchvision

    @field_validator("range")
    @classmethod
    def _ascends(cls, ends: list[float] | None) -> list[float] | None:
        if ends and ends[0] >= ends[1]:
            raise ValueError("must be auto, or two numbers, the smaller one first")
        return ends
