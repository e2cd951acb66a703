"""MODEL_CARD.md: what the classifier is, how good, how to use it."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import BALANCED, ImageData
from semisup.model.calibration import without_threshold
from semisup.model.templates import environment, plain
from semisup.model.trained import Measured
from semisup.model.whole import Whole
from semisup.params.sections import RESNETS
from semisup.workflow import outputs

FILE = "MODEL_CARD.md"
SHOWN_CLASSES = 30
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
        side=whole.network.encoder.side(about.image_size),
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
        encoder=_how_to_load(about.encoder["backbone"], about.image_size),
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


def _how_to_load(backbone: str, image_size: int) -> str:
    library, _, name = backbone.rpartition("/")
    if library == "timm":
        return f'`timm.create_model("{name}", num_classes=0).load_state_dict(weights)`'
    if library == "torchvision" or backbone in RESNETS:
        stem = "; its stem is fitted to small images" if not library and image_size <= 64 else ""
        build = f'torchvision.models.get_model("{name}")'
        return f"`{build}.load_state_dict(weights, strict=False)`{stem}"
    return ""
