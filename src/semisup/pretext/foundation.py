"""A large model that others trained without labels on very many images, such as DINOv2.

Oquab et al. 2023, arXiv 2304.07193. It tells how much better other images and more computing serve
than the pool at hand. See `semisup.pretext.shared.borrowed`.
"""

from semisup.pretext.shared.borrowed import BorrowedTask
from semisup.pretext.shared.borrowed_settings import BorrowedSettings


class Settings(BorrowedSettings):
    """`pretrain.foundation`."""


class Task(BorrowedTask):
    """The model of `pretrain.foundation`."""

    name = "foundation"
