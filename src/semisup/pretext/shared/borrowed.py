"""Rows of the report whose encoder others trained: nothing is trained on the images at hand.

The model is one of timm or torchvision, with weights that these publish or of a file. It sees the
images enlarged and normalised as it was trained; see `semisup.network.entry.AsTrained`.
"""

from typing import Any, ClassVar

from semisup.data.dataset import ImageData
from semisup.network import borrowed, encoders
from semisup.network.backbones import Encoder
from semisup.network.encoders import EncoderSpec, Taken, Usage
from semisup.network.entry import Normalise
from semisup.pretext.shared import published
from semisup.pretext.shared.borrowed_settings import AUTO, BorrowedSettings
from semisup.pretext.shared.library_errors import shortened
from semisup.pretext.shared.task import NoTraining, Ready
from semisup.workflow.errors import UserError

UNLIKE = (RuntimeError, KeyError, ValueError, AttributeError, TypeError, IndexError)


class BorrowedTask(NoTraining):
    """The model of the settings without its classifier, whatever the backbone of other tasks."""

    name: ClassVar[str]  # of the task

    @classmethod
    def encoder(cls, settings: Any, backbone: str, data: ImageData, seed: int) -> Ready:
        """The model with its weights, and where these are from."""
        key = f"pretrain.{cls.name}"
        check_names(settings, key)
        found = published.read(settings, key)
        look = borrowed.published(settings.model, found.tag)
        side = _side(settings, data.image_size, found.tag, key)
        usage = Usage(side, look.mean, look.std)
        taken = Taken(settings.layer, settings.pool, settings.views)
        spec = EncoderSpec(settings.model, "as_trained", usage, taken)
        encoder = encoders.make(spec, data, seed)
        _fill(encoder.blocks, settings.model, side, found, key)
        borrowed.check_layer(settings.layer, [*encoder.layers, AUTO], f"{key}.layer")
        if settings.layer == AUTO and not len(data.validation):
            raise UserError(
                f"params.yaml: {key}.layer: auto chooses on a separate validation set, which "
                f"split.validation leaves none; name a layer: {', '.join(encoder.layers)}"
            )
        return Ready(encoder, spec, found.origin)


def check_names(settings: BorrowedSettings, key: str) -> None:
    """Refuse a model that its library does not have, and weights that are not published for it.

    Args:
        settings: of the row.
        key: of its section in params.yaml.

    Raises:
        UserError: of one line.
    """
    if published.is_installed(settings):  # no need to wait for the library
        return
    borrowed.check_model(settings.model, f"{key}.model")
    if settings.file is None:
        published.check_weights(settings, key)


def start(encoder: Encoder, settings: BorrowedSettings, name: str) -> dict[str, str]:
    """Put the row's weights into the backbone of a task; returns where they are from.

    Args:
        encoder: the task's, of the row's model, with random weights.
        settings: of the row.
        name: of the row.
    """
    key = f"pretrain.{name}"
    found = published.read(settings, key)
    look = borrowed.published(settings.model, found.tag)
    enlarging = encoder.blocks
    _fill(enlarging.blocks, settings.model, enlarging.side, found, key)
    if isinstance(encoder.entry, Normalise):
        encoder.entry.set(look.mean, look.std)
    return found.origin


def _side(settings: BorrowedSettings, image_size: int, weights: str | None, key: str) -> int:
    """Side in pixels that the model sees; its own where it does not take what `auto` would be.

    Raises:
        UserError: where it does not take images of this size.
    """
    own = borrowed.published(settings.model, weights).side
    side = borrowed.side_of(settings.model, image_size, settings.side, weights)
    problem = borrowed.misfit(borrowed.build(settings.model, side, 0), side)
    if problem and settings.side is None:
        return own
    if problem:
        raise UserError(
            f"params.yaml: {key}.input: {settings.model} does not take images of {side} px "
            f"({shortened(problem)}); set it to the model's own: {own}"
        )
    return side


def _fill(blocks: Any, model: str, side: int, found: published.Found, key: str) -> None:
    try:
        borrowed.put_weights(blocks, model, side, found.state)
    except UNLIKE as error:
        raise UserError(
            f"{found.named}: not weights of {model} ({key}.model) for images of {side} px, but of "
            f"{next(iter(found.state))} and the like: {shortened(error)}; name the model that they "
            f"are of, or set {key}.input to its own {borrowed.published(model, None).side}"
        ) from None
