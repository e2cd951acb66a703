"""The control: an encoder that was never trained.

Its frozen head tells what the architecture alone gives, its fine-tuning what two-stage training
from random weights gives.
"""

from semisup.params_sections import Section


class Settings(Section):
    """`pretrain.random`: there is nothing to set."""


Task = None  # nothing to learn: the encoder stays as it was initialised
