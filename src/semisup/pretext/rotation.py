"""Which way up is it? (Gidaris et al., ICLR 2018, arXiv 1803.07728)

Every image of a batch is shown in all four rotations, and the task is to say which one it is. That
takes knowing what things look like upright. See `semisup.pretext.shared.symmetries`.
"""

from typing import Self

from pydantic import ValidationInfo, model_validator

from semisup.network.backbones import Encoder
from semisup.pretext.shared.symmetries import ROTATIONS, SymmetryTask, check_turned_less
from semisup.pretext.shared.task import TrainedSettings


class Settings(TrainedSettings):
    """`pretrain.rotation`."""

    @model_validator(mode="after")
    def _not_turned_anyway(self, info: ValidationInfo) -> Self:
        check_turned_less(ROTATIONS, info.context, "rotation")
        return self


class Task(SymmetryTask):
    """By how many quarter turns was the image rotated?"""

    def __init__(self, encoder: Encoder, settings: Settings, image_size: int) -> None:
        super().__init__(encoder, settings, image_size, ROTATIONS)
