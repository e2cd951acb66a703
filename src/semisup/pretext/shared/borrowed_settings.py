"""The section of params.yaml of a row whose encoder others trained."""

from typing import Annotated

from pydantic import Field, field_validator

from semisup.params.base import Count, CountOrZero, Name, Section
from semisup.params.messages import check_name
from semisup.params.sections import BORROWED

AUTO = "auto"


class BorrowedSettings(Section):
    """Which published model, and how it is used; see params.yaml."""

    model: str
    weights: Name
    file: Name | None
    input: Annotated[int, Field(ge=8, le=2048)] | str
    layer: Name
    pool: Count
    views: CountOrZero

    @field_validator("model")
    @classmethod
    def _of_a_library(cls, model: str) -> str:
        if not model.startswith(BORROWED) or model in BORROWED:
            raise ValueError(f"{model!r} is no model; allowed: timm/NAME, torchvision/NAME")
        return model

    @field_validator("input")
    @classmethod
    def _pixels_or_auto(cls, pixels: int | str) -> int | str:
        if isinstance(pixels, str):
            check_name(pixels, [AUTO, "a number of pixels"], "size")
        return pixels

    @property
    def side(self) -> int | None:
        """`input` in pixels, None for auto."""
        return self.input if isinstance(self.input, int) else None
