"""Signs by which it is told what folders mean: parts of the data, copies, masks, repetitions."""

from collections.abc import Iterable, Mapping, Sequence

from semisup.labels.words import part_of
from semisup.prepare.tree import ASIDE_WORDS, IMAGE_WORDS, Folder, merged

Folders = Mapping[str, Sequence[Folder]]  # of one depth, by name


def is_odd(name: str) -> bool:
    """Whether a folder of this name is seldom a class."""
    is_part = part_of(name, strict=True) not in (None, "unlabelled")
    return is_part or name.lower() in IMAGE_WORDS | ASIDE_WORDS


def are_parts(names: Iterable[str]) -> bool:
    """Whether these are parts of the data, two or more, or train and test among others."""
    listed = [*names]
    parts = {part_of(name) for name in listed}
    if None not in parts:
        return len(parts) > 1
    strict = {part_of(name) for name in listed if part_of(name, strict=True)}
    return {"train", "test"} <= strict


def hold_parts(below: Folders, classes: int) -> bool:
    """Whether folders in classes, beside images to train on, are parts, in most of the classes."""
    parts = {part_of(name, strict=True) for name in below}
    most = all(2 * len(folders) >= classes for folders in below.values())
    return bool(below) and None not in parts and parts != {"train"} and most


def is_aside(name: str, classes: Iterable[Folder]) -> bool:
    """Whether folders of masks and the like lie beside images in all classes that have them."""
    return name.lower() in ASIDE_WORDS and all(
        folder.images or any(other.lower() in IMAGE_WORDS for other in folder.inner)
        for folder in classes
        if name in folder.inner
    )


def is_flat(folders: Iterable[Folder]) -> bool:
    """Whether images of a part lie right in it, or in folders around all of them: `val/images`."""
    at = [*folders]
    while inner := merged(at):
        if len(inner) > 1:
            return False
        ((name, at),) = inner.items()
        if name.lower() not in IMAGE_WORDS and part_of(name) is None:
            return False
    return True


def copies(inner: Folders) -> list[str]:
    """Folders that hold all those beside them again, as an archive unpacked into itself does."""
    found = []
    for name, folders in inner.items():
        others = inner.keys() - {name}
        if len(others) > 1 and others <= merged(folders).keys():
            found.append(name)
    return found if len(found) == 1 else []


def shared(inner: Folders) -> tuple[list[str], int]:
    """Names of folders that most of these hold, at least two, and how far below they lie.

    [] where they are not alike; 2 where each holds them in a folder around: `amazon/images/mug`.
    """
    if len(inner) < 2:
        return [], 1
    held = [[*folders] for folders in inner.values()]
    for depth in (1, 2):
        if any(folder.images for folders in held for folder in folders):
            return [], 1
        names = [set(merged(folders)) for folders in held]
        every = set().union(*names)
        most = {name for name in every if sum(name in own for own in names) * 2 > len(names)}
        if len(most) > 1 and 2 * len(most) >= len(every):
            return sorted(most), depth
        if not all(len(own) == 1 for own in names):
            break
        held = [[f for same in merged(folders).values() for f in same] for folders in held]
    return [], 1


def place_of_parts(folders: Iterable[Folder]) -> list[str] | None:
    """The folders, from these on, that lead to those named train and test, if there are such."""
    at, way = [*folders], list[str]()
    while inner := merged(at):
        if are_parts(inner):
            return way
        if len(inner) > 1 or any(folder.images for folder in at):
            return None
        ((name, at),) = inner.items()
        way.append(name)
    return None
