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
