"""Which class and part of the data a file is of, by the levels of the folders above it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Literal

from semisup.labels.parts import Part, part_of
from semisup.labels.words import clean
from semisup.prepare.files.places import printable
from semisup.prepare.folders.tree import Folder

Level = Literal["wrapper", "part", "repetition", "class"]
BESIDE_PARTS = "beside folders named as train and test, in none of them"
Names = Set[tuple[int, str]]  # of folders, each with its depth


@dataclass(frozen=True)
class Placed:
    """What a file's folders say of it. `problem`: why it is of no use."""

    label: str | None = None
    part: Part | None = None
    problem: str | None = None
    aside: bool = False


@dataclass(frozen=True)
class Layout:
    """Levels of folders from the place down.

    By depth: names that are left `aside`; parts that are `flat`, without class folders; parts that
    are `tests` whatever their names say alone, or `trains`.
    """

    levels: tuple[Level, ...]
    aside: Names = frozenset()
    flat: Names = frozenset()
    tests: Names = frozenset()
    trains: Names = frozenset()
    _known: dict[str, Placed] = field(default_factory=dict, compare=False, repr=False)

    def placed(self, path: str) -> Placed:
        """Class and part of a file."""
        above = path.rpartition("/")[0]
        if above not in self._known:
            self._known[above] = self._of_folders(above.split("/") if above else [])
        return self._known[above]

    def _of_folders(self, folders: Sequence[str]) -> Placed:
        for depth, name in enumerate(folders):
            if (depth, name) in self.aside:
                return Placed(problem=beside_images(name), aside=True)
        label, part = None, None
        for depth, level in enumerate(self.levels):
            if depth == len(folders):
                if label is not None or part == "unlabelled" or "class" not in self.levels:
                    break
                return Placed(problem="not in a class folder", part=part)
            name = folders[depth]
            if level == "class":
                label = clean(printable(name))
            elif level == "part":
                found = self._part(depth, name)
                if found is None and label is None:
                    return Placed(problem=BESIDE_PARTS, aside=True)
                part = found if found == "unlabelled" else part or found
        return Placed(None if part == "unlabelled" else label, part)

    def _part(self, depth: int, name: str) -> Part | None:
        if (depth, name) in self.flat:
            return "unlabelled"
        if (depth, name) in self.trains:
            return "train"
        return "test" if (depth, name) in self.tests else part_of(name)

    def classes(self, top: Folder) -> set[str]:
        """Names of the classes that a place has."""
        found = (self.placed(path) for path in top.paths_of_images())
        return {placed.label for placed in found if placed.label is not None}


def beside_images(folder: str) -> str:
    """What speaks against files in a folder of masks and the like."""
    return f"in the folder {printable(folder)}, beside the images"
