"""The control: an encoder that was never trained.

Its frozen head tells what the architecture alone gives, its fine-tuning what two-stage training
from random weights gives.
"""

from semisup.params.base import Section
from semisup.pretext.shared.task import NoTraining


class Settings(Section):
    """`pretrain.random`: there is nothing to set."""


class Task(NoTraining):
    """The encoder stays as it was initialised."""

    by_chance = True
