"""Models of timm (https://github.com/huggingface/pytorch-image-models) without their classifier.

timm is imported where a model is made, not before: that takes seconds.
"""

import contextlib
import logging
import re
from collections import Counter
from importlib import import_module
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from semisup.network.library import FEATURES, Published, as_maps

LISTED = "timm.list_models()"
HUB = "hf://"  # a file of the Hugging Face hub: hf://OWNER/REPOSITORY/FILE
SAFE = "model.safetensors"
BLOCK = "block"  # how names of blocks that are all alike begin


class TimmModel(nn.Module):
    """A model of timm, its stages by their names."""

    channels = 3

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model: Any = model
        self.layers = (*_stages(model), FEATURES)
        # the last norm fits blocks that are all alike
        self._norm = self.layers[0] == f"{BLOCK}0"

    def forward(self, inputs: Tensor, layer: str | None = None) -> Tensor:
        """Feature maps (N, C', H', W') of a stage, or (N, D, 1, 1) of `features`."""
        if layer in (None, FEATURES):
            maps = self.model.forward_features(inputs)
            return as_maps(self.model.forward_head(maps, pre_logits=True))
        (found,) = self.model.forward_intermediates(
            inputs,
            indices=[self.layers.index(layer)],
            norm=self._norm,
            stop_early=True,
            output_fmt="NCHW",
            intermediates_only=True,
        )
        return as_maps(found)


def names() -> list[str]:
    """Names of all models that timm has."""
    found: list[str] = _timm().list_models()
    return found


def weights(name: str) -> list[str]:
    """Tags of the weights that are published for a model."""
    return [tagged.partition(".")[2] for tagged in _timm().list_pretrained(f"{name}.*")]


def published(name: str, tag: str | None) -> Published:
    """What timm says of a model with the weights of a tag; None: those it takes by default."""
    config = _config(name, tag)
    loads_itself = config.custom_load  # formats of other frameworks
    sources = []
    if config.hf_hub_id and loads_itself != "hf":
        sources.append(f"{HUB}{config.hf_hub_id}/{_safe_name(config.hf_hub_filename)}")
    if config.url and not loads_itself:
        sources.append(config.url)
    return Published(
        side=int(config.input_size[-1]),
        mean=tuple(config.mean),
        std=tuple(config.std),
        sources=tuple(sources),
        licence=config.license or "unknown",
    )


def patch(name: str) -> int | None:
    """The side of images must be a multiple of it; None where it can be one only."""
    if not _config(name).fixed_input_size:
        return 1
    try:
        with torch.device("meta"):  # without numbers
            model = _timm().create_model(name, num_classes=0)
    except RuntimeError:  # older releases compute with them
        model = _timm().create_model(name, num_classes=0)
    size = getattr(getattr(model, "patch_embed", None), "patch_size", None)
    if size is None or not hasattr(model, "set_input_size"):
        return None
    return int(size if isinstance(size, int) else size[0])


def build(name: str, side: int) -> TimmModel:
    """With random weights from torch's global state."""
    return TimmModel(_create(name, side, num_classes=0))


def put_weights(blocks: TimmModel, name: str, side: int, state: dict[str, Tensor]) -> None:
    """Put timm's state dict into a model, in whatever form timm itself reads."""
    classifiers = _config(name).classifier or ()
    of_classifier = tuple(
        f"{one}." for one in ([classifiers] if isinstance(classifiers, str) else classifiers)
    )
    own, fresh = blocks.model.state_dict(), _create(name, side).state_dict()
    given = {key: value for key, value in state.items() if not key.startswith(of_classifier)}
    given |= {  # any classifier; LeViT's has norms too, which count as no part of it
        key: value
        for key, value in fresh.items()
        if key.startswith(of_classifier) or (key not in own and key not in given)
    }
    del fresh  # which may be large
    overlay = {"state_dict": given, "label_offset": 0}
    # timm adapts what it reads, such as embeddings of places to the side, then checks all keys
    whole = _create(name, side, pretrained=True, pretrained_cfg_overlay=overlay)
    whole = whole.state_dict()
    blocks.model.load_state_dict({key: whole[key] for key in own})


def _timm() -> ModuleType:
    logging.getLogger("timm").setLevel(logging.ERROR)
    return import_module("timm")


def _config(name: str, tag: str | None = None) -> Any:
    return _timm().models.get_pretrained_cfg(f"{name}.{tag}" if tag else name)


def _create(name: str, side: int, **more: Any) -> Any:
    """A model for images of a side; those with patches in fixed places are told of it."""
    create = _timm().create_model
    if _config(name).fixed_input_size:
        with contextlib.suppress(TypeError):  # where it is not an argument of the model
            return create(name, img_size=side, **more)
    return create(name, **more)


def _stages(model: Any) -> list[str]:
    """Names of the maps that the model can give on the way; `block3` for blocks.3 of many."""
    if not hasattr(model, "forward_intermediates"):
        return []
    modules = [info["module"] for info in model.feature_info]
    if all(re.fullmatch(rf"blocks\.{number}", one) for number, one in enumerate(modules)):
        return [f"{BLOCK}{number}" for number in range(len(modules))]
    if max(Counter(modules).values()) > 1:
        return [f"stage{number}" for number in range(len(modules))]
    return modules


def _safe_name(file: str | None) -> str:
    """The safetensors file beside a pickle on the hub."""
    return file.replace("pytorch_", "").rsplit(".", 1)[0] + ".safetensors" if file else SAFE
