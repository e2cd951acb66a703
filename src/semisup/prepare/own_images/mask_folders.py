"""Folders of masks and the like, where folders are no classes: in a pool, or beside a table."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from semisup.prepare.folders.tree import ASIDE_WORDS, IMAGE_WORDS, is_beside
from semisup.prepare.junk import is_companion
from semisup.prepare.own_images.beside_names import image_of
from semisup.prepare.own_images.named_places import KEY
from semisup.prepare.own_images.source import Source
from semisup.workflow.notes import Notes, named

MOST = 0.9  # of the files in such a folder have the names of images elsewhere


class MaskFolders:
    """Finds them by their names, and by the names of the files in them, which others have too."""

    def __init__(self) -> None:
        self.files: Counter[str] = Counter()  # by the name of the folder
        self._of: dict[Source, set[str]] = {}  # paths of such folders

    def around(self, source: Source, path: str) -> str | None:
        """The folder that a file lies in, if it is one.

        A tar's names are listed once more where a folder of it may be one.
        """
        found = _beside_rows(path, source.with_table)
        top = None if found else _first_by_name(path.rpartition("/")[0])
        if top is not None:
            if source not in self._of:
                self._of[source] = {*_of_masks(source)}
            name = top.rpartition("/")[2]
            if top in self._of[source] and not _has_rows(name, source.with_table):
                found = name
        if found is not None:
            self.files[found] += 1
        return found

    def warn(self, notes: Notes) -> None:
        """Say that they were left out."""
        if self.files:
            used = named(f"{name} ({n} files)" for name, n in self.files.items())
            notes.warn(
                f"{KEY}: {used}: left out, since by the name these are no images of their own, "
                "and no table names them; if they are, name the folder as a place of its own"
            )


@lru_cache(maxsize=1000)  # files come folder by folder
def _first_by_name(above: str) -> str | None:
    """The outermost of the folders that is called so."""
    folders = above.split("/")
    ends = (end for end, name in enumerate(folders, 1) if is_beside(name))
    return next(("/".join(folders[:end]) for end in ends), None)


def _of_masks(source: Source) -> Iterator[str]:
    """Those called so, nearly all of whose files are called as an image elsewhere."""
    images, names = set[tuple[str, ...]](), Counter[str]()
    masks: dict[str, list[tuple[str, ...]]] = {}
    for path in source.own_paths():
        if is_companion(path):
            continue
        top = _first_by_name(path.rpartition("/")[0])
        if top is not None:
            masks.setdefault(top, []).append(_compared(_image(path), top))
            continue
        whole = _compared(path)
        names[whole[-1]] += 1
        images.update(whole[at:] for at in range(len(whole) - 1))
    for top, files in masks.items():
        if sum(file in images or names[file[-1]] == 1 for file in files) >= MOST * len(files):
            yield top


def _image(path: str) -> str:
    """Of a mask, the path of the image, if its name has more than that."""
    found = image_of(path)
    return f"{found}." if found else path


def _compared(path: str, top: str = "") -> tuple[str, ...]:
    """What an image and its mask share: test/a/1.png and masks/a/1.jpg, below `masks`.

    A mask's own name alone is none of this, but with the folder around that of the masks.
    """
    *folders, name = path.split("/")
    kept = [f for f in folders if f.lower() not in IMAGE_WORDS and not is_beside(f)]
    above = [f for f in top.split("/")[:-1] if f.lower() not in IMAGE_WORDS]
    below = kept[len(above) :] or kept[-1:]
    return (*below, (name.rpartition(".")[0] or name).lower())


def _has_rows(folder: str, sources: Sequence[Source]) -> bool:
    return any(folder.lower() in source.folders_of_rows for source in sources)


def _beside_rows(path: str, sources: Sequence[Source]) -> str | None:
    """A folder of masks and the like by its whole name, beside one with images of a table."""
    folders = path.split("/")[:-1]
    found = next((name for name in folders if name.lower() in ASIDE_WORDS), None)
    if found is None or _has_rows(found, sources):
        return None
    beside = any(not source.folders_of_rows.isdisjoint(IMAGE_WORDS) for source in sources)
    return found if beside else None
