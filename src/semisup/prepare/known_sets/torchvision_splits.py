"""Sets of torchvision, found by class name and opened from disk or downloaded. Splits used:

- train: `train` (else `trainval`, `train-standard`), and `val` too where there is a test split;
- test: `test`, else `val`;
- images without labels: `unlabeled` (STL10), and `test` where it has none (CLEVR, some of FER2013).

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

from semisup.params import data_sections
from semisup.prepare.records import GivenSplit
from semisup.workflow.errors import UserError

KEY = "data.torchvision.name"
WANTED = "name a classification set of torchvision.datasets, such as CIFAR10, STL10 or EuroSAT"
FIXED_ARGUMENTS = {"EMNIST": {"split": "balanced"}}
NOT_CLASSIFICATION = re.compile(
    r"CelebA|Cityscapes|Coco|Flickr|Flying|HD1K|HMDB51|Kinetics|Kitti|LFWPairs|MovingMNIST|"
    r"PhotoTour|SBDataset|SBU|Sintel|UCF101|VOC|VisionDataset|WIDERFace|\w*Stereo"
)  # what the name starts with
TRAIN_NAMES = ("train", "trainval", "train-standard")
VALIDATION_NAMES = ("val", "valid")


@dataclass(frozen=True)
class Part:
    """One opened split."""

    name: str  # as torchvision calls it
    dataset: Any
    given_split: GivenSplit
    has_labels: bool = True


def open_parts(settings: data_sections.Torchvision) -> Iterator[Part]:
    """The splits of a set that are read, in the order in which they are.

    Raises:
        UserError: no such set, a package that it needs is missing, or its files are neither on disk
            nor to be downloaded.
    """
    kind = set_class(settings.name)
    arguments = _arguments(kind)
    if "train" in arguments:
        yield Part("train", _opened(settings, kind, train=True), "train")
        yield _test_part("test", _opened(settings, kind, train=False))
    elif "split" in arguments:
        yield from _named_parts(settings, kind)
    else:
        yield Part("all", _opened(settings, kind), "train")


def _named_parts(settings: data_sections.Torchvision, kind: Any) -> Iterator[Part]:
    """The splits of a set that takes `split="..."`: those names that it does not refuse."""
    train = _first_split(settings, kind, TRAIN_NAMES)
    if train is None:
        raise UserError(
            f"{KEY}: {settings.name} has no split named {' or '.join(TRAIN_NAMES)}; "
            "export its images to folders and use data.source: folder"
        )
    yield Part(*train, "train")
    validation = _first_split(settings, kind, VALIDATION_NAMES)
    found = _first_split(settings, kind, ("test",))
    test = _test_part(*found) if found else None
    if validation:
        yield Part(*validation, "train" if test and test.has_labels else "test")
    if test:
        yield test
    unlabelled = _first_split(settings, kind, ("unlabeled",))
    if unlabelled:
        yield Part(*unlabelled, "train", has_labels=False)


def _test_part(name: str, dataset: Any) -> Part:
    """A split for test; its images are unlabelled where nobody may know what they show."""
    has_labels = _begins_with_label(dataset)
    return Part(name, dataset, "test" if has_labels else "train", has_labels)


def _begins_with_label(dataset: Any) -> bool:
    """Whether the first image has a class: None or a negative number is none."""
    try:
        target = dataset[0][1]
    except Exception:  # it cannot be read, or there is none: told of where all are read
        return True
    return not (target is None or (isinstance(target, numbers.Integral) and int(target) < 0))


def _first_split(
    settings: data_sections.Torchvision, kind: Any, names: tuple[str, ...]
) -> tuple[str, Any] | None:
    for name in names:
        try:
            return name, _opened(settings, kind, split=name)
        except _NoSuchSplit:
            continue
    return None


class _NoSuchSplit(Exception):
    """The set refuses the name of a split."""


def set_class(name: str) -> Any:
    """The class of a set.

    Raises:
        UserError: no such set, or not one for classification.
    """
    from torchvision import datasets

    classes = {key: getattr(datasets, key) for key in datasets.__all__}
    sets = {
        key: kind
        for key, kind in classes.items()
        if inspect.isclass(kind) and not NOT_CLASSIFICATION.match(key)
        if "root" in _arguments(kind)
    }
    if name in sets:
        return sets[name]
    if name in classes:
        raise UserError(f"{KEY}: {name} is not a classification set; {WANTED}")
    lower = {key.lower(): key for key in sets}
    close = difflib.get_close_matches(name.lower(), lower, n=1)
    hint = f" (did you mean {lower[close[0]]!r}?)" if close else ""
    raise UserError(f"{KEY}: torchvision has no data set {name!r}{hint}; {WANTED}")


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


def _opened(settings: data_sections.Torchvision, kind: Any, **split: Any) -> Any:
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
        raise UserError(f"{KEY}: {name} needs {', '.join(needed)}, so cannot be read; {WANTED}")
