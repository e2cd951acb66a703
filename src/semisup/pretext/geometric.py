"""Which of the symmetries of the square was applied? (as Gidaris et al., ICLR 2018, arXiv
1803.07728, ask of rotations; here with mirrors)

Every image of a batch is shown turned and mirrored in all the ways that are asked about. Leave out
those that the images themselves may show: a mirror where things have no left and right, or where
`pretrain.augment.flip` mirrors them anyway. `pretrain.augment.rotate` must be less than half of the
angle between two. See `semisup.pretext.shared.symmetries`.
"""

from typing import Self

from pydantic import ValidationInfo, field_validator, model_validator

from semisup.network.backbones import Encoder
from semisup.params.messages import check_name
from semisup.pretext.shared.symmetries import SYMMETRIES, SymmetryTask, check_turned_less
from semisup.pretext.shared.task import TrainedSettings


class Settings(TrainedSettings):
    """`pretrain.geometric`; `transforms` are keys of SYMMETRIES."""

    transforms: list[str]

    @field_validator("transforms")
    @classmethod
    def _distinct(cls, names: list[str]) -> list[str]:
        for position, name in enumerate(names):
            check_name(name, SYMMETRIES, "transform")
            if name in names[:position]:
                raise ValueError(f"{name!r} is given twice; list each transform once")
        if len(names) < 2:
            raise ValueError("list at least two transforms, to tell one from another")
        return names

    @field_validator("transforms")
    @classmethod
    def _not_mirrored_anyway(cls, names: list[str], info: ValidationInfo) -> list[str]:
        asked = [name for name in names if SYMMETRIES[name].mirrored]
        if asked and info.context and info.context["augment"].flip:
            raise ValueError(
                f"{asked[0]} can't be told while pretrain.augment.flip mirrors half of the images; "
                "set that to false, or leave the mirrors out"
            )
        return names

    @model_validator(mode="after")
    def _not_turned_anyway(self, info: ValidationInfo) -> Self:
        asked = [SYMMETRIES[name] for name in self.transforms]
        check_turned_less(asked, info.context, "geometric")
        return self


class Task(SymmetryTask):
    """In which of the chosen ways was the image turned and mirrored?"""

    def __init__(self, encoder: Encoder, settings: Settings, image_size: int) -> None:
        super().__init__(
            encoder, settings, image_size, [SYMMETRIES[name] for name in settings.transforms]
        )
