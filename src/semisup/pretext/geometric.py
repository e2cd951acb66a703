"""Which of the symmetries of the square was applied? (as Gidaris et al., ICLR 2018, arXiv
1803.07728, ask of rotations; here with mirrors)

Every image of a batch is shown turned and mirrored in all the ways that are asked about. Leave out
those that the images themselves may show: a mirror where things have no left and right, or where
`pretrain.augment.flip` mirrors them anyway. See `semisup.pretext.shared.symmetries`.
"""

from pydantic import field_validator

from semisup.data.dataset import ImageData
from semisup.network.backbones import Encoder
from semisup.params.messages import check_name
from semisup.pretext.shared.symmetries import SYMMETRIES, SymmetryTask
from semisup.pretext.shared.task import TrainedSettings
from semisup.workflow.errors import UserError


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


class Task(SymmetryTask):
    """In which of the chosen ways was the image turned and mirrored?"""

    def __init__(self, encoder: Encoder, settings: Settings, image_size: int) -> None:
        super().__init__(
            encoder, settings, image_size, [SYMMETRIES[name] for name in settings.transforms]
        )

    @classmethod
    def check(cls, settings: Settings, data: ImageData, mirrored: bool) -> None:
        """Refuse to ask about mirrors where augmentation mirrors images at random anyway."""
        asked = [name for name in settings.transforms if SYMMETRIES[name].mirrored]
        if mirrored and asked:
            raise UserError(
                f"params.yaml: pretrain.geometric.transforms: {asked[0]} can't be told while "
                "pretrain.augment.flip mirrors half of the images; set that to false, or leave "
                "the mirrors out"
            )
