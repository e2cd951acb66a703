"""MODEL_CARD.md: what the classifier is, how good, how to use it."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from semisup.data.dataset import BALANCED, ImageData
from semisup.model.calibration import without_threshold
from semisup.model.templates import environment, plain
from semisup.model.trained import Measured
from semisup.model.whole import Whole
from semisup.params.sections import RESNETS
from semisup.workflow import outputs

FILE = "MODEL_CARD.md"
SHOWN_CLASSES = 30
STRICT = "model.load_state_dict(weights)"
LOOSE = "model.load_state_dict(weights, strict=False)"  # the classifier is not among them
FITS = {
    "crop": "the central square is cut out and scaled",
    "pad": "the whole image is scaled, with bars of the mean colour",
    "stretch": "the image is scaled to a square",
}


def write(
    whole: Whole,
    measured: Mapping[str, Measured],
    data: ImageData,
    onnx: bool,
    folder: Path,
) -> None:
    """Write the card.

    Args:
        whole: the classifier.
        measured: how good it is, by name of the images.
        data: that it was trained and measured on.
        onnx: whether model.onnx is there.
        folder: to write to.
    """
    about, tested = whole.about, data.labels[data.test]
    template = environment(Path(__file__).parent).get_template("card.md.jinja")
    page = template.render(
        about=about,
        origin=about.origin,
        look=about.encoder.get("trained"),
        side=_side(whole),
        measured=measured,
        onnx=onnx,
        within_budget=not len(data.validation),  # they were taken out of the budget
        shown_classes=_listed(about.classes),
        untested=_listed([name for n, name in enumerate(data.classes) if n not in tested]),
        balanced=data.headline == BALANCED,
        head=_head(about.hidden),
        parameters=sum(one.numel() for one in whole.network.parameters()),
        fit=FITS[about.fit],
        ranges=_ranges(about.ranges or {}),
        mean=_numbers(about.mean),
        std=_numbers(about.std),
        encoder=how_to_load(whole),
        without_threshold=without_threshold,
        NO_TASK=outputs.NO_TASK,
        version=version("semisup"),
    )
    (folder / FILE).write_text(page, encoding="utf-8")


def _listed(classes: Sequence[str]) -> str:
    rest = len(classes) - SHOWN_CLASSES
    more = f" and {rest} more, which classifier.json lists" if rest > 0 else ""
    return ", ".join(map(plain, classes[:SHOWN_CLASSES])) + more


def _head(hidden: list[int]) -> str:
    if not hidden:
        return "one linear layer"
    return f"fully connected layers of {', '.join(map(str, hidden))} units and the classes"


def _ranges(ranges: Mapping[str, Sequence[float]]) -> str:
    """Of files with more than 8 bits."""
    said = (
        f"{kind} values {low:g} becomes black and {high:g} white"
        for kind, (low, high) in ranges.items()
    )
    return f" Of {', of '.join(said)}." if ranges else ""


def _numbers(values: NDArray[np.float32]) -> str:
    return "(" + ", ".join(f"{value:.4f}" for value in values) + ")"


def how_to_load(whole: Whole) -> str:
    """Statements that put `weights`, read of encoder.safetensors, into a `model` of its library.

    Empty where the network is this project's own.
    """
    backbone, side = whole.about.encoder["backbone"], _side(whole)
    library, _, name = backbone.rpartition("/")
    if library == "timm":
        return f'model = timm.create_model("{name}", num_classes=0{_of_side(name, side)}); {STRICT}'
    if library == "torchvision":
        more = f", image_size={side}" if name.startswith("vit_") else ""
        return f'model = torchvision.models.get_model("{name}"{more}); {LOOSE}'
    if backbone not in RESNETS:
        return ""
    lines = [f'model = torchvision.models.get_model("{name}")']
    first = next(m for m in whole.network.encoder.modules() if isinstance(m, nn.Conv2d))
    size, step, edge = first.kernel_size[0], first.stride[0], first.padding[0]
    sizes = f"{first.in_channels}, {first.out_channels}, {size}, {step}, {edge}, bias=False"
    if (first.in_channels, step) != (3, 2):  # grey, or fitted to small images
        lines.append(f"model.conv1 = torch.nn.Conv2d({sizes})")
    if step == 1:
        lines.append("model.maxpool = torch.nn.Identity()")
    return "; ".join([*lines, LOOSE])


def _side(whole: Whole) -> int:
    """In pixels, of what the network sees."""
    return whole.network.encoder.side(whole.about.image_size)


def _of_side(name: str, side: int) -> str:
    """The argument by which a model of timm is told of a side that is not its own."""
    import timm

    known: Any = timm.models.get_pretrained_cfg(name)
    return f", img_size={side}" if known.fixed_input_size and side != known.input_size[-1] else ""
