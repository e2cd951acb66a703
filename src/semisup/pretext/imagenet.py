"""A small convolutional network that others trained on the labels of ImageNet.

It tells what labels of other images are worth here. See `semisup.pretext.shared.borrowed`.
"""

from semisup.pretext.shared.borrowed import BorrowedTask
from semisup.pretext.shared.borrowed_settings import BorrowedSettings


class Settings(BorrowedSettings):
    """`pretrain.imagenet`."""


class Task(BorrowedTask):
    """The model of `pretrain.imagenet`."""

    name = "imagenet"
