"""Pretext tasks, one file each: what they learn from unlabelled images, and nothing else.

A task's file holds `Settings`, the model of its section `pretrain.<task>` in params.yaml, and
`Task`, which derives from `PretextTask`. A task that trains nothing derives from `NoTraining`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from torch import Tensor, nn

from semisup.data.dataset import ImageData
from semisup.network import encoders
from semisup.network.backbones import Encoder
from semisup.network.encoders import EncoderSpec
from semisup.params.base import NotNegative, Positive, Section, TwoOrMore
from semisup.training.optimiser import Adam, Sgd


class TrainedSettings(Section):
    """What every task that trains can set; see `semisup.training.loop`."""

    lr: Positive
    weight_decay: NotNegative
    batch_images: TwoOrMore


@dataclass(frozen=True)
class Examples:
    """A picture of what a task learned, for the report.

    images: (rows, columns, C, S, S) float in 0 to 1; captions: a line below each image, or none;
    columns: a line above each column, or none.
    """

    images: Tensor
    captions: Sequence[Sequence[str]] = ()
    columns: Sequence[str] = ()


class PretextTask(nn.Module, ABC):
    """An encoder, and what is trained around it without labels.

    Images are (N, C, S, S) float in 0 to 1; the encoder normalises them. What a task draws at
    random it draws from torch's global state, which is seeded for it, in training and evaluation.
    """

    metric: ClassVar[str] = "accuracy"  # name of the figure of merit that `loss` returns
    # images' worth of pixels that pass the encoder for each pool image: 4 where it is shown in four
    # ways, a share of 1 where only patches of it are; as its layers see them, which may be enlarged
    encoder_passes: float = 4.0
    example_images: ClassVar[int] = 8  # held-out images that `examples` is given, where there are
    optimiser: ClassVar[type[Sgd] | type[Adam]] = Sgd
    select_by_probe: ClassVar[bool] = False  # keep the weights best at a probe on validation
    contrastive: ClassVar[bool] = False  # the loss compares all images of a batch with each other
    double_backward: ClassVar[bool] = False  # the loss takes gradients of gradients

    def __init__(self, encoder: Encoder, settings: Any, image_size: int) -> None:
        super().__init__()
        self.encoder, self.settings, self.image_size = encoder, settings, image_size

    @classmethod
    def check(cls, settings: Any, data: ImageData) -> None:
        """Refuse what the task makes no sense for, by a UserError of one line.

        Args:
            settings: the task's section of params.yaml.
            data: the images.
        """

    @classmethod
    def spec(cls, settings: Any, backbone: str) -> EncoderSpec:
        """The encoder to train."""
        return EncoderSpec(backbone)

    def prepare(self, images: Tensor) -> None:
        """Look, once before training, at some images of the pool as they are, without gradients."""

    @abstractmethod
    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean loss of images, and the figure of merit of each prediction (n,)."""

    def figures(self, images: Tensor) -> dict[str, Tensor]:
        """Further figures of held-out images, each (n,), that are reported as their means."""
        return {}

    def collapse(self, figures: dict[str, float]) -> str | None:
        """What is wrong, where means of `figures` show that nothing is learned any more."""
        return None

    @abstractmethod
    def examples(self, images: Tensor) -> Examples:
        """What the task made of a few held-out images."""


@dataclass(frozen=True)
class Ready:
    """An encoder that needs no training, how to build it again, and where its weights are from."""

    encoder: Encoder
    spec: EncoderSpec
    origin: dict[str, str] = field(default_factory=dict)


class NoTraining:
    """A task whose encoder is ready from the start.

    by_chance: whether its weights are random, so that another seed gives another encoder.
    """

    by_chance: ClassVar[bool] = False

    @classmethod
    def check(cls, settings: Any, data: ImageData) -> None:
        """As `PretextTask.check`."""

    @classmethod
    def encoder(cls, settings: Any, backbone: str, data: ImageData, seed: int) -> Ready:
        """The encoder with its weights."""
        spec = EncoderSpec(backbone)
        return Ready(encoders.make(spec, data, seed), spec)
