"""Which class an image is of, by the name of the folder that it lies in."""

from collections.abc import Iterable

from semisup.prepare.decode import EXTENSIONS
from semisup.prepare.places import printable


def class_root(paths: Iterable[str]) -> str:
    """The folder whose sub-folders are the classes, as "" or a prefix that ends in a slash.

    While a folder holds exactly one folder, which has sub-folders, and no images, it is a wrapper.
    Reads only as many of the paths as it takes to decide.
    """
    folders: dict[str, set[str]] = {}  # folder -> its sub-folders
    with_images = set()
    for path in paths:
        *parents, name = path.split("/")
        above = ""
        for parent in parents:
            folders.setdefault(above, set()).add(parent)
            above += f"{parent}/"
        if name.lower().endswith(EXTENSIONS):
            with_images.add(above)
        if "" in with_images or len(folders.get("", ())) > 1:
            return ""
    root = ""
    while len(folders.get(root, ())) == 1 and root not in with_images:
        inner = f"{root}{next(iter(folders[root]))}/"
        if inner not in folders:
            break
        root = inner
    return root


def class_folder(path: str, root: str) -> str | None:
    """The first folder on the way from `root` to a file; None where there is none."""
    inner = path.removeprefix(root) if path.startswith(root) else ""
    return printable(inner.partition("/")[0]) if "/" in inner else None
