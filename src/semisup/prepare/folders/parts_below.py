"""Train and test in folders further down: of sites, and of classes."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from semisup.labels.parts import part_of
from semisup.prepare.folders.signs import are_parts
from semisup.prepare.folders.tree import Folder, Folders, each, is_within, merged


def share_classes(inner: Folders) -> bool:
    """Whether these hold train and test alone, some perhaps one of both, and the same classes.

    So sites do: `site1/train/cat`, `site1/test/cat` and `site2/test/cat`.
    """
    parts = merged(each(inner))
    if not are_parts(parts) or not all(map(part_of, parts)):
        return False
    labelled = [
        each({name: own for name, own in merged(folders).items() if part_of(name) != "unlabelled"})
        for folders in inner.values()
    ]
    if any(folder.images for folder in chain(each(inner), *labelled)):
        return False
    found = Counter(name for own in labelled for name in merged(own) if not is_within(name))
    several = sum(count > 1 for count in found.values())
    return len(found) > 1 and 2 * several >= len(found)


def parts_in_classes(classes: Folders, loose: bool) -> tuple[int, Folders] | None:
    """Train and test in class folders, and how many levels of other folders lie around them.

    Args:
        classes: the folders in those of the classes.
        loose: whether images lie beside them.
    """
    depth, inner = 0, classes
    while inner:
        if are_parts(inner) and all(map(part_of, inner)):
            has_classes = depth > 0 and len(merged(each(inner))) > 1
            return None if has_classes else (depth, inner)
        if loose or any(folder.images for folder in each(inner)):
            return None
        depth, inner = depth + 1, merged(each(inner))
    return None


def deeper_part(parts: Folders) -> tuple[str, str, list[str]] | None:
    """A part that holds, further down only, what another one holds: train/images/cat, test/cat."""
    for name, folders in parts.items():
        inside = {inner for folder in each(merged(folders)) for inner in folder.names()}
        for other, beside in parts.items():
            held = {inner for inner in merged(beside) if not is_within(inner)}
            again = sorted(held & inside)
            if again and 2 * len(again) >= len(held) and held.isdisjoint(merged(folders)):
                return name, other, again
    return None


def place_of_parts(folders: Iterable[Folder]) -> list[str] | None:
    """The folders, from these on, that lead to those named train and test, if there are such."""
    at, way = [*folders], list[str]()
    while inner := merged(at):
        if are_parts(inner):
            return way
        if any(folder.images for folder in at):
            return None
        if len(inner) > 1 and not are_parts(merged(each(inner))):
            return None
        name, at = next(iter(inner.items()))
        way.append(name)
    return None
