"""Classification data sets of torchvision: their images and classes.

A set is accepted when its first item is an image and one whole number, its class. Those of today's
torchvision that are known not to be so are refused before anything is downloaded. A train image
whose target is None or negative has no label; so has the test set where its first image has none.
`torchvision_splits` says which splits are read.
"""

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from semisup.params import data_sections
from semisup.prepare.decoding.pixels import fit_pixels
from semisup.prepare.known_sets.torchvision_splits import KEY, WANTED, Part, open_parts
from semisup.prepare.records import Candidates, Decoded, Record, Rejected, Unreadable, meant_for
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes


def candidates(
    settings: data_sections.Torchvision, data: data_sections.Data, notes: Notes, done: int = 0
) -> Candidates:
    """Every image of the set, in the set's order, but for the first `done`.

    Args:
        settings: which set, and where its files are.
        data: how pixels are fitted.
        notes: is told of a test set without labels.
        done: how many were read before an interruption.

    Raises:
        UserError: no such set, not one for classification, a package that it needs is missing, or
            its files are neither on disk nor to be downloaded.
    """
    parts = list(open_parts(settings))
    _check_classification(settings.name, parts[0].dataset)
    _warn_of_tests(settings.name, parts, notes)
    total = sum(len(part.dataset) for part in parts)
    bar = tqdm(total=total, initial=done, desc="Reading images", unit=" images", disable=None)
    with bar:
        for part in parts:
            classes = class_names(part.dataset)
            first = min(done, len(part.dataset))
            done -= first
            for index in range(first, len(part.dataset)):
                yield _item(f"{settings.name}/{part.name}/{index}", part, index, classes, data)
                bar.update()


def _warn_of_tests(name: str, parts: Sequence[Part], notes: Notes) -> None:
    """Of test images without labels, and what is tested on instead."""
    tests = next((part.name for part in parts if part.given_split == "test"), None)
    if any(part.name == "test" and not part.has_labels for part in parts):
        instead = f"its {tests} images are" if tests else "a part of its train images is"
        notes.warn(
            f"{KEY}: {name}: its test images have no labels, and are read as unlabelled; {instead} "
            "the test set"
        )


def _item(
    source: str, part: Part, index: int, classes: list[str], data: data_sections.Data
) -> tuple[Record, Decoded] | Rejected:
    meant = meant_for(part.given_split, part.has_labels)
    try:
        image, target = part.dataset[index]
        picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
        pixels = fit_pixels(picture, data.image_size, data.fit)
    except Unreadable as error:
        return Rejected(source, str(error), meant)
    except Exception as error:  # an image file of the set that is broken; decoders raise all kinds
        return Rejected(source, f"cannot be read ({' '.join(str(error).split())})", meant)
    label = _label(target, classes) if part.has_labels else None
    if label is None and part.given_split == "test":
        return Rejected(source, "test image without a label", meant)
    return Record(source, label, part.given_split), Decoded.of(pixels)


def _label(target: Any, classes: list[str]) -> str | None:
    if target is None or int(target) < 0:
        return None
    return classes[int(target)] if int(target) < len(classes) else str(int(target))


def class_names(dataset: Any) -> list[str]:
    """The set's own names of its classes, made unique by their number; [] where it has none."""
    given = getattr(dataset, "classes", None)
    if not isinstance(given, list | tuple):
        return []
    # ImageNet gives several names for each class.
    names = [str(name[0] if isinstance(name, tuple) else name) for name in given]
    return [
        f"{name} ({index})" if names.count(name) > 1 else name for index, name in enumerate(names)
    ]


def _check_classification(name: str, dataset: Any) -> None:
    """Raise UserError unless the first item is an image and a whole number."""
    try:
        item = dataset[0]
    except Exception as error:
        text = " ".join(str(error).split())
        raise UserError(f"{KEY}: {name}: its first image cannot be read ({text})") from None
    if isinstance(item, tuple) and len(item) == 2:
        image, target = item
        is_image = isinstance(image, Image.Image | np.ndarray)
        if is_image and isinstance(target, numbers.Integral) and not isinstance(target, bool):
            return
    raise UserError(f"{KEY}: {name} is not a classification set; {WANTED}")
