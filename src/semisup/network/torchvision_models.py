"""Classification models of torchvision without their classifier."""

import re
from collections import OrderedDict
from importlib import import_module
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from semisup.network.library import FEATURES, Published, as_maps

LISTED = "torchvision.models"
AUXILIARY = ("aux1.", "aux2.", "AuxLogits.")  # classifiers that only training has
WITH_AUXILIARY = {"aux_logits": False, "transform_input": True, "init_weights": False}
COUNTED = ".num_batches_tracked"  # which files of PyTorch before 0.4.1 do not have
# of files that are older than the names of DenseNet's layers
OLD_DENSENET = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.\w+)$")


class TorchvisionModel(nn.Module):
    """A model of torchvision, its stages by the names of their modules."""

    channels = 3

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.classifier = _cut(model)
        self.model = model
        self._chain = _chain(model)
        self.layers = (*(names[-1] for names in self._chain), FEATURES)

    def forward(self, inputs: Tensor, layer: str | None = None) -> Tensor:
        """Feature maps (N, C', H', W') of a stage, or (N, D, 1, 1) of `features`."""
        if layer in (None, FEATURES):
            return as_maps(self.model(inputs))
        for names in self._chain:
            for name in names:
                inputs = self.model.get_submodule(name)(inputs)
            if names[-1] == layer:
                return as_maps(inputs)
        raise KeyError(layer)


def names() -> list[str]:
    """Names of all models that torchvision has."""
    found: list[str] = _models().list_models(module=_models())
    return found


def weights(name: str) -> list[str]:
    """Names of the weights that are published for a model."""
    return [str(one) for one in _models().get_model_weights(name)]


def published(name: str, chosen: str | None) -> Published:
    """What torchvision says of a model with these weights; None: those it takes by default."""
    kinds = _models().get_model_weights(name)
    found = {str(one): one for one in kinds}[chosen] if chosen else kinds.DEFAULT
    shown = found.transforms()
    return Published(
        side=int(shown.crop_size[0]),
        mean=tuple(shown.mean),
        std=tuple(shown.std),
        sources=(found.url,),
        licence=_licence(found.meta),
    )


def patch(name: str) -> int | None:
    """The side of images must be a multiple of it; None where it can be one only."""
    if name.startswith("maxvit"):
        return None
    if not name.startswith("vit_"):
        return 1
    with torch.device("meta"):  # without numbers
        return int(_models().get_model(name).patch_size)


def build(name: str, side: int) -> TorchvisionModel:
    """With random weights from torch's global state."""
    more: dict[str, Any] = {"image_size": side} if name.startswith("vit_") else {}
    if name in ("googlenet", "inception_v3"):
        more = WITH_AUXILIARY
    return TorchvisionModel(_models().get_model(name, weights=None, **more))


def put_weights(blocks: TorchvisionModel, name: str, side: int, state: dict[str, Tensor]) -> None:
    """Put torchvision's state dict into a model."""
    left_out = (*AUXILIARY, f"{blocks.classifier}.")
    kept: Any = OrderedDict(
        (OLD_DENSENET.sub(r"\1\2", key), value)
        for key, value in state.items()
        if not key.startswith(left_out)
    )
    if name.startswith("vit_"):
        from torchvision.models.vision_transformer import interpolate_embeddings

        size = int(blocks.model.patch_size)  # type: ignore[arg-type]
        kept = interpolate_embeddings(side, size, kept)
    # the version of MNASNet's layers, which safetensors do not have
    own: Any = blocks.model.state_dict()
    kept._metadata = getattr(state, "_metadata", own._metadata)
    for key, value in own.items():
        if key.endswith(COUNTED):
            kept.setdefault(key, value)
    blocks.model.load_state_dict(kept)


def _models() -> ModuleType:
    return import_module("torchvision.models")


def _cut(model: nn.Module) -> str:
    """Take the last linear layer out; returns its name. SqueezeNet has a convolution instead."""
    linear: list[str] = [name for name, one in model.named_modules() if isinstance(one, nn.Linear)]
    if not linear:
        model.classifier = nn.AdaptiveAvgPool2d(1)
        return "classifier"
    parent, _, last = linear[-1].rpartition(".")
    setattr(model.get_submodule(parent), last, nn.Identity())
    return linear[-1]


def _chain(model: nn.Module) -> list[list[str]]:
    """Names of the modules of each stage, of models that are chains of stages."""
    if hasattr(model, "layer4"):
        return [
            ["conv1", "bn1", "relu", "maxpool"],
            *([f"layer{number}"] for number in range(1, 5)),
        ]
    features = getattr(model, "features", None)
    if isinstance(features, nn.Sequential) and not hasattr(model, "permute"):  # Swin's: N H W C
        return [[f"features.{name}"] for name, _ in features.named_children()]
    return []


def _licence(meta: dict[str, Any]) -> str:
    """Only of some weights is it other than that of the library's code, which says nothing."""
    return str(meta.get("license", "unknown"))
