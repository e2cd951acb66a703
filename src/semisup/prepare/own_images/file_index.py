"""Files by their names, to find the one that a path means which is not as written."""

import difflib
import re
from collections.abc import Mapping
from itertools import islice

from semisup.labels.endings import is_raw
from semisup.labels.parts import Part, part_of
from semisup.prepare.own_images.path_names import (
    called_as,
    folded_name,
    folder_of,
    respelt,
    shared_folders,
    spellings_of,
    without_masks,
)

COMPARED = 5000  # names that a misspelt one is compared with
MANY = 20  # files of one name, from which on they are told apart by their folders first
WAYS = (
    "as written",
    "by the end of the path",
    "ignoring case or Unicode form",
    "without the ending",
    "as a number",  # 7 or 7.0, of which a program made 0007
)


class FileIndex:
    """Files by their last name, in the spellings of all WAYS but the first."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Go through the names once.

        Args:
            files: each file's whole path, and the part of it that is below its place.
        """
        self.files = files
        self.by: list[dict[str, list[str]]] = [{} for _ in WAYS[1:]]
        self.within: dict[tuple[str, ...], dict[str | None, list[str]]] = {}
        for whole in files:
            last = whole.rpartition("/")[2]
            for names, spelling in zip(self.by, spellings_of(last), strict=True):
                if spelling is not None:
                    names.setdefault(spelling, []).append(whole)

    def find(self, row: str) -> tuple[str, list[str]]:
        """How, and the files that it may mean: those of the strictest way that has any."""
        way, wholes = self._find(row)
        for other, path in respelt(row) if not wholes else ():
            if wholes := self._find(path)[1]:
                return other, wholes
        return way, wholes

    def find_of_part(self, row: str, part: Part | None) -> tuple[str, list[str]]:
        """The same for a row of train, say: of several files, the one in a folder called so.

        A row of `train/7.png` may mean training/7.png.
        """
        way, wholes = self.find(row)
        if part is None or len(wholes) == 1:
            return way, wholes
        folder, _, name = row.rpartition("/")
        if not wholes and part_of(folder, strict=True) == part:
            way, wholes = self.find(name)
            return way, self._in_folders_of(part, wholes)
        return way, self._in_folders_of(part, wholes) or wholes

    def _in_folders_of(self, part: Part, wholes: list[str]) -> list[str]:
        folders = {whole: self.files[whole].split("/")[:-1] for whole in wholes}
        return [
            whole
            for whole, around in folders.items()
            if part in {part_of(name, strict=True) for name in around}
        ]

    def _find(self, row: str) -> tuple[str, list[str]]:
        parts = _parts(row)
        if not parts:
            return "", []
        deepest, found = -1, ("", list[str]())
        for at, (way, spelling) in enumerate(zip(WAYS[1:], spellings_of(parts[-1]), strict=True)):
            candidates = self._candidates(at, spelling, parts[:-1]) if spelling else []
            fitting = [whole for whole in candidates if self._fits(parts[:-1], whole, at)]
            fitting = [whole for whole in fitting if not is_raw(whole)] or fitting
            if len(fitting) > 1:
                fitting = without_masks(fitting, parts, self.files)
            depths = {whole: shared_folders(parts[:-1], whole) for whole in fitting}
            # any folder may be around a place, but its own is meant first, in other case too
            if (depth := max(depths.values(), default=-1)) > deepest:
                deepest, found = depth, (way, [w for w in fitting if depths[w] == depth])
            if deepest >= 0 and (at > 0 or len(parts) == 1):
                break
        return found

    def of_other_places(
        self, found: Mapping[str, tuple[str, list[str]]], exact: Mapping[str, str]
    ) -> dict[str, str]:
        """Rows that name another folder than the place of their file, which others name; and why.

        Args:
            found: how, and which files, by row.
            exact: the row of each file that was found as written.
        """
        single = {row: wholes[0] for row, (_, wholes) in found.items() if len(wholes) == 1}
        around = {row: self._around(row, whole) for row, whole in single.items()}
        denied = {
            row: it for row, it in around.items() if it and called_as(it[1]) != called_as(it[2])
        }
        if not denied:
            return {}
        every = [*around.values(), *(self._around(row, whole) for whole, row in exact.items())]
        named_so = {it[0] for it in every if it and called_as(it[1]) == called_as(it[2])}
        return {
            row: f"its folder is {folder}, and other rows name {name}, where such a file lies"
            for row, (place, name, folder) in denied.items()
            if place in named_so
        }

    def _around(self, row: str, whole: str) -> tuple[str, str, str] | None:
        """The place of a file, its name, and the folder that a row has in its stead, if any."""
        inner = self.files[whole]
        place, mine = whole[: -len(inner) - 1], row.split("/")[: -inner.count("/") - 1]
        if not mine or mine[-1] in ("", ".", ".."):
            return None
        return place, place.rpartition("/")[2], mine[-1]

    def _candidates(self, way: int, spelling: str, folders: list[str]) -> list[str]:
        """Files of that spelling; of many, those alone whose last folders may be the row's."""
        found, around = self.by[way].get(spelling, []), list[str]()
        fold = str if way == 0 else folded_name
        key: tuple[str, ...] = (str(way), spelling)
        for up, name in enumerate(reversed(folders)):
            if len(found) < MANY:
                break
            if key not in self.within:
                of_folders = self.within.setdefault(key, {})
                for whole in found:
                    of_folders.setdefault(fold(folder_of(whole, up)), []).append(whole)
                    if self.files[whole].strip("/").count("/") <= up:  # any may be around a place
                        of_folders.setdefault(None, []).append(whole)
            there, own = self.within[key], fold(name)
            around += (w for w in there.get(None, []) if fold(folder_of(w, up)) != own)
            found, key = there.get(own, []), (*key, own)
        return [*found, *around]

    def _fits(self, folders: list[str], whole: str, way: int) -> bool:
        """Whether the folders of row and file agree from the end on, to the end of one of them."""
        fold = str if way == 0 else folded_name
        mine = [fold(name) for name in folders]
        wholes = [fold(name) for name in whole.split("/")[:-1] if name not in ("", ".")]
        depth = self.files[whole].count("/")  # of the file below its place
        inner = wholes[len(wholes) - depth :]
        if len(mine) <= len(wholes) and wholes[len(wholes) - len(mine) :] == mine:
            return True
        if len(inner) >= len(mine) or mine[len(mine) - len(inner) :] != inner:
            return False
        # train/1.png is not test/1.png, whatever lies above
        said = part_of(mine[len(mine) - depth - 1])
        known = part_of((wholes[: len(wholes) - depth] or [""])[-1])
        return None in (said, known) or said == known

    def suggestion(self, row: str) -> str:
        """The only file of the nearest name in the row's folder, if any.

        In other folders, or of other numbers, are other images.
        """
        *folders, last = _parts(row) or [""]
        names: dict[str, list[str]] = {}
        for whole in islice(self.files, COMPARED):
            name = whole.rpartition("/")[2]
            if _numbers(name) == _numbers(last) and self._fits(folders, whole, 1):
                names.setdefault(name, []).append(whole)
        close = difflib.get_close_matches(last, names, n=1, cutoff=0.75)
        found = names[close[0]] if close else []
        return f" (did you mean {found[0]}?)" if len(found) == 1 else ""


def _numbers(name: str) -> list[int]:
    return [*map(int, re.findall(r"\d{1,99}", name))]


def _parts(row: str) -> list[str]:
    """Folders and file of a path, without those that lead out of where it begins."""
    path = row.lstrip("./") if row.startswith("..") else row
    path = path[2:] if path[1:2] == ":" else path
    return [part for part in path.split("/") if part not in ("", ".")]
