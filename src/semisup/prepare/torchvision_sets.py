"""Classification data sets of torchvision, by class name, from disk or downloaded.

A set is accepted when its first item is an image and one whole number, its class. Those of today's
torchvision that are known not to be so are refused before anything is downloaded. Splits used:

- train: `train` (else `trainval`, `train-standard`), and `val` too where there is a test split;
- test: `test`, else `val`;
- images without labels: `unlabeled` (STL10), and train images whose target is None or negative.

A set without splits is all train. Settings of a set besides root and split keep torchvision's
defaults; EMNIST, which has none, is read as its `balanced` version.
"""

import contextlib
import difflib
import inspect
import numbers
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from semisup.params import sections
from semisup.prepare.pixels import fit_pixels
from semisup.prepare.records import Candidates, Decoded, GivenSplit, Record, Rejected, Unreadable
from semisup.workflow.errors import UserError

KEY = "data.torchvision.name"
FIXED_ARGUMENTS = {"EMNIST": {"split": "balanced"}}
NOT_CLASSIFICATION = re.compile(
    r"CelebA|Cityscapes|Coco|Flickr|Flying|HD1K|HMDB51|Kinetics|Kitti|LFWPairs|MovingMNIST|"
    r"PhotoTour|SBDataset|SBU|Sintel|UCF101|VOC|VisionDataset|WIDERFace|\w*Stereo"
)  # what the name starts with
TRAIN_NAMES = ("train", "trainval", "train-standard")
VALIDATION_NAMES = ("val", "valid")
UNLABELLED_NAMES = ("unlabeled",)

_WANTED = "name a classification set of torchvision.datasets, such as CIFAR10, STL10 or EuroSAT"


@dataclass(frozen=True)
class _Part:
    """One opened split."""

    name: str  # as torchvision calls it
    dataset: Any
    given_split: GivenSplit
    has_labels: bool = True


def candidates(settings: sections.Torchvision, data: sections.Data, done: int = 0) -> Candidates:
    """Every image of the set, in the set's order, but for the first `done`.

    Raises:
        UserError: no such set, not one for classification, a package that it needs is missing, or
            its files are neither on disk nor to be downloaded.
    """
    parts = list(_parts(settings))
    _check_classification(settings.name, parts[0].dataset)
    return _candidates(settings.name, parts, data, done)


def _candidates(name: str, parts: list[_Part], data: sections.Data, done: int) -> Candidates:
    total = sum(len(part.dataset) for part in parts)
    bar = tqdm(total=total, initial=done, desc="Reading images", unit=" images", disable=None)
    with bar:
        for part in parts:
            classes = class_names(part.dataset)
            first = min(done, len(part.dataset))
            done -= first
            for index in range(first, len(part.dataset)):
                yield _item(f"{name}/{part.name}/{index}", part, index, classes, data)
                bar.update()


def _item(
    source: str, part: _Part, index: int, classes: list[str], data: sections.Data
) -> tuple[Record, Decoded] | Rejected:
    try:
        image, target = part.dataset[index]
        picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
        pixels = fit_pixels(picture, data.image_size, data.fit)
    except Unreadable as error:
        return Rejected(source, str(error))
    except Exception as error:  # an image file of the set that is broken; decoders raise all kinds
        return Rejected(source, f"cannot be read ({' '.join(str(error).split())})")
    label = _label(target, classes) if part.has_labels else None
    if label is None and part.given_split == "test":
        return Rejected(source, "test image without a label")
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


def _parts(settings: sections.Torchvision) -> Iterator[_Part]:
    kind = _set_class(settings.name)
    arguments = _arguments(kind)
    if "train" in arguments:
        yield _Part("train", _opened(settings, kind, train=True), "train")
        yield _Part("test", _opened(settings, kind, train=False), "test")
    elif "split" in arguments:
        yield from _named_parts(settings, kind)
    else:
        yield _Part("all", _opened(settings, kind), "train")


def _named_parts(settings: sections.Torchvision, kind: Any) -> Iterator[_Part]:
    """The splits of a set that takes `split="..."`: those names that it does not refuse."""
    train = _first_split(settings, kind, TRAIN_NAMES)
    if train is None:
        raise UserError(
            f"{KEY}: {settings.name} has no split named {' or '.join(TRAIN_NAMES)}; "
            "export its images to folders and use data.source: folder"
        )
    yield _Part(*train, "train")
    validation = _first_split(settings, kind, VALIDATION_NAMES)
    test = _first_split(settings, kind, ("test",))
    if validation:
        yield _Part(*validation, "train" if test else "test")
    if test:
        yield _Part(*test, "test")
    unlabelled = _first_split(settings, kind, UNLABELLED_NAMES)
    if unlabelled:
        yield _Part(*unlabelled, "train", has_labels=False)


def _first_split(
    settings: sections.Torchvision, kind: Any, names: tuple[str, ...]
) -> tuple[str, Any] | None:
    for name in names:
        try:
            return name, _opened(settings, kind, split=name)
        except _NoSuchSplit:
            continue
    return None


class _NoSuchSplit(Exception):
    """The set refuses the name of a split."""


def _set_class(name: str) -> Any:
    from torchvision import datasets

    classes = {key: getattr(datasets, key) for key in datasets.__all__}
    sets = {key: kind for key, kind in classes.items() if _may_classify(key, kind)}
    if name in sets:
        return sets[name]
    if name in classes:
        raise UserError(f"{KEY}: {name} is not a classification set; {_WANTED}")
    lower = {key.lower(): key for key in sets}
    close = difflib.get_close_matches(name.lower(), lower, n=1)
    hint = f" (did you mean {lower[close[0]]!r}?)" if close else ""
    raise UserError(f"{KEY}: torchvision has no data set {name!r}{hint}; {_WANTED}")


def _may_classify(name: str, kind: Any) -> bool:
    is_set = inspect.isclass(kind) and not NOT_CLASSIFICATION.match(name)
    return is_set and "root" in _arguments(kind)


def _arguments(kind: Any) -> dict[str, inspect.Parameter]:
    """Parameters of a class, with those of its base classes that it passes on as **kwargs."""
    found: dict[str, inspect.Parameter] = {}
    for base in inspect.getmro(kind):
        own = inspect.signature(base).parameters
        found = {**own, **found}
        if all(parameter.kind is not parameter.VAR_KEYWORD for parameter in own.values()):
            break
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    fixed = FIXED_ARGUMENTS.get(kind.__name__, {})
    return {n: p for n, p in found.items() if p.kind not in variable and n not in fixed}


def _opened(settings: sections.Torchvision, kind: Any, **split: Any) -> Any:
    """The set from the files on disk, else downloaded.

    Raises:
        _NoSuchSplit: it has no split of this name.
        UserError: anything else that goes wrong, in one line.
    """
    arguments = _arguments(kind)
    _check_needs(settings.name, arguments)
    split = {**FIXED_ARGUMENTS.get(kind.__name__, {}), **split}
    try:
        return _constructed(kind, root=settings.root, **split)
    except _NoSuchSplit:
        raise
    except ImportError as error:
        package = error.name or str(error)
        raise UserError(
            f"{KEY}: {settings.name} needs the package {package}: pip install {package}"
        ) from None
    except Exception as error:  # torchvision raises RuntimeError, FileNotFoundError and others
        problem = error
    if "download" in arguments:
        try:
            # torchvision prints; standard output belongs to the command that runs.
            with contextlib.redirect_stdout(sys.stderr):
                return _constructed(kind, root=settings.root, download=True, **split)
        except Exception as error:  # no network, a server's error, a wrong checksum
            problem = error
    text = " ".join(str(problem).split()) or type(problem).__name__
    raise UserError(
        f"{KEY}: {settings.name}: its files could be neither read below {settings.root} nor "
        f"downloaded ({text}); put them there as torchvision's documentation says"
    )


def _constructed(kind: Any, **arguments: Any) -> Any:
    try:
        return kind(**arguments)
    except ValueError as error:  # verify_str_arg's, before it looks at any file
        if "split" in arguments and str(error).startswith("Unknown value"):
            raise _NoSuchSplit from None
        raise


def _check_needs(name: str, arguments: dict[str, inspect.Parameter]) -> None:
    """Every argument but those that are given here must have a default."""
    given = {"root", "train", "split", "download"}
    needed = [n for n, p in arguments.items() if p.default is p.empty and n not in given]
    if needed:
        raise UserError(f"{KEY}: {name} needs {', '.join(needed)}, so cannot be read; {_WANTED}")


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
    raise UserError(f"{KEY}: {name} is not a classification set; {_WANTED}")
