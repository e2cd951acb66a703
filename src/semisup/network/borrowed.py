"""Models of timm and torchvision as what an encoder has behind its entry.

`timm/NAME` or `torchvision/NAME`: any image model of these libraries, convolutional or not, without
its classifier. Its last layer, `features`, is what its own classifier would see.
"""

from collections.abc import Sequence
from types import ModuleType

import torch
from torch import Tensor, nn

from semisup.network import timm_models, torchvision_models
from semisup.network.entry import bicubic, resized
from semisup.network.library import FEATURES, Published
from semisup.network.timm_models import TimmModel
from semisup.network.torchvision_models import TorchvisionModel
from semisup.params.messages import check_name, suggestion
from semisup.params.sections import BORROWED
from semisup.workflow.errors import UserError

ENLARGED = 4  # times the images' own side, at most, where the side is not given
PART_SIDE = 32  # sides of parts are multiples of it: most models shrink images 32 times
MISFITS = (RuntimeError, ValueError, AssertionError, TypeError)  # of images of a wrong size


def is_borrowed(model: str) -> bool:
    """Whether a model is one of a library, not of this project."""
    return model.startswith(BORROWED)


def _library_of(model: str) -> tuple[ModuleType, str]:
    """The library of `timm/NAME` or `torchvision/NAME`, and the name."""
    library, _, name = model.partition("/")
    return {"timm": timm_models, "torchvision": torchvision_models}[library], name


def check_model(model: str, key: str) -> None:
    """Refuse a model that the library does not have.

    Raises:
        UserError: which names the key.
    """
    library, name = _library_of(model)
    known = library.names()
    if name not in known:
        head = model.partition("/")[0]
        raise UserError(
            f"params.yaml: {key}: unknown model {model!r}{suggestion(name, known)}; allowed: "
            f"{head}/NAME with a name of {library.LISTED} (a tag of weights is no part of it)"
        )


def check_layer(layer: str, known: Sequence[str], key: str) -> None:
    """Refuse a layer that an encoder does not have.

    Raises:
        UserError: which names the key.
    """
    try:
        check_name(layer, known, "layer", key)
    except ValueError as error:
        raise UserError(f"params.yaml: {error}") from None


def check_backbone(model: str, embed_layer: str, supervised_layer: str) -> None:
    """Refuse an unknown backbone, and layers that it does not have, before a stage runs.

    Raises:
        UserError: which names the key.
    """
    check_model(model, "backbone.name")
    layers = build(model, published(model, None).side, 0).layers
    check_layer(embed_layer, [*layers, "auto"], "embed.layer")
    check_layer(supervised_layer, layers, "supervised.layer")


def published(model: str, weights: str | None) -> Published:
    """What the library says of it; `weights`: their name, None: those it takes by default."""
    library, name = _library_of(model)
    found: Published = library.published(name, weights)
    return found


def weights_of(model: str) -> list[str]:
    """Names of the weights that the library publishes for a model."""
    library, name = _library_of(model)
    found: list[str] = library.weights(name)
    return found


def side_of(
    model: str, image_size: int, wanted: int | None = None, weights: str | None = None
) -> int:
    """Side in pixels that a model sees: a multiple of its patches.

    Args:
        model: `timm/NAME` or `torchvision/NAME`.
        image_size: side of the images in pixels.
        wanted: None for the model's own side, but not much more than the images have where the
            model can be had for another.
        weights: as `published` has them; the model's own side may depend on them.
    """
    library, name = _library_of(model)
    own = published(model, weights).side
    patch: int | None = library.patch(name)  # None: its weights fit its own side alone
    if patch is None:
        return wanted or own
    return max(1, round((wanted or min(own, ENLARGED * image_size)) / patch)) * patch


def build(model: str, side: int, generator_seed: int) -> TimmModel | TorchvisionModel:
    """The model with random weights that depend on the seed alone, for images of `side`.

    It has `layers`, shallow to deep, takes (N, 3, side, side) and a layer's name, and gives maps
    (N, C, H, W).
    """
    library, name = _library_of(model)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(generator_seed)
        built: TimmModel | TorchvisionModel = library.build(name, side)
    return built


def misfit(blocks: nn.Module, side: int) -> BaseException | None:
    """What goes wrong with an image of a side, if anything does."""
    was_training = blocks.training
    blocks.eval()
    try:
        with torch.no_grad():
            blocks(torch.zeros(1, 3, side, side))
    except MISFITS as error:
        return error
    finally:
        blocks.train(was_training)
    return None


def put_weights(blocks: nn.Module, model: str, side: int, state: dict[str, Tensor]) -> None:
    """Put a state dict of the library's whole model into what `build` gave.

    Raises:
        RuntimeError, KeyError: where names or shapes differ, but for the classifier's.
    """
    library, name = _library_of(model)
    library.put_weights(blocks, name, side, state)


def backbone(model: str, channels: int, image_size: int, generator_seed: int) -> "Enlarging":
    """The model with random weights, for images of `image_size` and parts of them.

    Raises:
        UserError: where it does not take images of the side that they are enlarged to.
    """
    check_model(model, "backbone.name")
    side = side_of(model, image_size)
    blocks = build(model, side, generator_seed)
    if misfit(blocks, side):
        enough = -(-published(model, None).side // ENLARGED)
        raise UserError(
            f"params.yaml: backbone.name: {model} does not take images of {side} px; choose "
            f"another, or set data.image_size to {enough} or more"
        )
    return Enlarging(blocks, side, image_size, channels)


class Enlarging(nn.Module):
    """A model as a backbone: it enlarges what it is given, images or parts of them.

    Parts are enlarged as much as whole images, or to their side where the model takes no other.

    Args:
        blocks: as `build` gives them.
        side: that whole images are enlarged to.
        image_size: theirs.
        channels: that it is given; one is repeated to three.
    """

    def __init__(
        self, blocks: TimmModel | TorchvisionModel, side: int, image_size: int, channels: int
    ) -> None:
        super().__init__()
        self.blocks, self.channels = blocks, channels
        self.side, self.image_size = side, image_size
        self.takes_parts = misfit(blocks, PART_SIDE) is None

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, shallow to deep."""
        return self.blocks.layers

    def enlarged(self, given: int) -> int:
        """Side in pixels that images, or parts of them, of a side are enlarged to."""
        if given == self.image_size or not self.takes_parts:
            return self.side
        return max(1, round(given * self.side / self.image_size / PART_SIDE)) * PART_SIDE

    def forward(self, inputs: Tensor, layer: str | None = None) -> Tensor:
        """Feature maps of the layer, of `features` where it is None."""
        given = inputs.shape[-1]
        side = self.enlarged(given)
        if side != given:
            inputs = resized(inputs, bicubic(given, side, inputs.device))
        maps: Tensor = self.blocks(inputs.expand(-1, 3, -1, -1), layer or FEATURES)
        return maps
