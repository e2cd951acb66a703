"""The section `data` of params.yaml, and changes of images as other sections have them too."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from semisup.params.base import BelowOne, Count, Fraction, Name, Positive, Section

LARGEST_SIDE = 512  # of the images, in pixels


class Augment(Section):
    """Random changes of each training image; see `semisup.data.augment`."""

    shift: Annotated[float, Field(ge=0, le=0.5)]
    rotate: Annotated[float, Field(ge=0, le=180)]
    scale: BelowOne
    flip: bool
    color: Fraction
    erase: Fraction


class Views(Section):
    """Strong changes of an image; see `semisup.data.views`."""

    crop: Annotated[float, Field(gt=0, le=1)]
    strong: Augment
    hue: Annotated[float, Field(ge=0, le=0.5)]
    grey: Fraction
    blur: Fraction


class Glyphs(Section):
    """The embedded set; see `semisup.prepare.known_sets.glyphs`."""

    classes: Annotated[int, Field(ge=2, le=1000)]
    train_images: Count
    test_images: Count
    clutter: Fraction


# one place, or a list of some
Places = Annotated[
    Annotated[list[Name], Field(min_length=1)] | None,
    BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
]
# YAML reads -1 and null as what they are
Word = Annotated[
    str,
    BeforeValidator(lambda w: "null" if w is None else str(w) if type(w) in (int, float) else w),
]


def _level(given: Any) -> Any:
    if given == "auto" or (type(given) is int and given > 0):
        return given
    raise ValueError(f"{given!r} should be auto, or an integer from 1")


def _range(given: Any) -> Any:
    is_pair = isinstance(given, list) and [type(end) in (int, float) for end in given] == [True] * 2
    if given == "auto" or (is_pair and given[0] < given[1]):
        return given
    raise ValueError(f"{given!r} should be auto, or two numbers, the smaller one first")


class Columns(Section):
    """Columns of tables of labels: a name, `auto`, or null; see `semisup.labels.columns`."""

    path: Name
    label: Name | None
    split: Name | None
    group: Name | None


class Folder(Section):
    """The user's own images; see `semisup.prepare.own_images.folder`."""

    unlabelled: Places
    labelled: Places
    labels: Name | None
    validation: Places
    validation_labels: Name | None
    test: Places
    test_labels: Name | None
    columns: Columns
    no_label: list[Word]
    class_level: Annotated[int | Literal["auto"], BeforeValidator(_level)]
    group_pattern: Name | None
    class_names: Name | None

    @field_validator("group_pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"is no regular expression ({error})") from None
        return pattern


class Torchvision(Section):
    """A set of torchvision; see `semisup.prepare.known_sets.torchvision_sets`."""

    name: Name
    root: Name


class Data(Section):
    """Where the images come from, how they are decoded, how training changes them."""

    source: Literal["glyphs", "folder", "torchvision"]
    image_size: Annotated[int, Field(ge=8, le=LARGEST_SIDE)]
    color: Literal["auto", "rgb", "grey"]
    fit: Literal["crop", "pad", "stretch"]
    range: Annotated[list[float] | Literal["auto"], BeforeValidator(_range)]
    max_megapixels: Positive
    max_rejected_fraction: Fraction
    augment: Augment
    glyphs: Glyphs
    folder: Folder
    torchvision: Torchvision
