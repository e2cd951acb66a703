"""Which file a row of a table means: as written, or as others write the same path.

A path may be relative to the place, to the table or to the project, or absolute, on this machine or
another; it may be a bare name or an identity without ending, of a file in some sub-folder; letters
may be of another case or Unicode form, numbers without their leading zeros; it may be encoded as in
a URL. It counts only where no other file could be meant.
"""

import difflib
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from semisup.labels.endings import is_raw
from semisup.labels.parts import part_of
from semisup.labels.path_column import Known
from semisup.prepare.own_images.path_names import (
    RESPELT,
    called_as,
    folded_name,
    folder_of,
    respelt,
    shared_folders,
    spellings_of,
    without_masks,
)
from semisup.workflow.notes import Notes, named

COMPARED = 5000  # names that a misspelt one is compared with
MANY = 20  # files of one name, from which on they are told apart by their folders first
WAYS = (
    "as written",
    "by the end of the path",
    "ignoring case or Unicode form",
    "without the ending",
    "as a number",  # 7 or 7.0, of which a program made 0007
)


def known_among(files: Iterable[str]) -> Known:
    """How surely a cell names one of these files: 1 by its last name, 0.5 without the ending."""

    @cache  # few tables need it, and of a million files it takes seconds
    def names() -> tuple[set[str], set[str]]:
        lasts = [spellings_of(file.rpartition("/")[2]) for file in files]
        return {each[1] for each in lasts}, {name for each in lasts for name in each[2:] if name}

    def is_known(cell: str) -> float:
        whole, bare = names()
        last = re.split(r"[/\\]", cell.strip())[-1]
        _, whole_name, *short = spellings_of(last)
        return 1.0 if whole_name in whole else 0.5 if any(name in bare for name in short) else 0.0

    return is_known


@dataclass
class Matched:
    """Which row each file has, by the file's own name; rows that name none, and why."""

    rows: dict[str, str] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)  # rows of a file that another one has too
    absent: dict[str, str] = field(default_factory=dict)


def match(
    rows: Iterable[str], files: Mapping[str, str], table: str, where: str, notes: Notes
) -> Matched:
    """Match rows to files.

    Args:
        rows: paths as the table has them, with slashes.
        files: each file's whole path, and the part of it that is below its place.
        table: path of the table, in whose folder its files may lie.
        where: what messages call the table.
        notes: takes warnings of rows that were not matched as written.
    """
    found, used = Matched(), dict.fromkeys((*WAYS, *RESPELT), 0)
    below: dict[str, list[str]] = {}
    for whole, inner in files.items():
        below.setdefault(inner, []).append(whole)
    left = []
    for row in rows:
        wholes = below.get(row, [])
        if len(wholes) != 1 and (beside := posixpath.join(posixpath.dirname(table), row)) in files:
            wholes = [beside]
        if len(wholes) == 1:
            if (first := found.rows.setdefault(wholes[0], row)) != row:
                found.again[row] = first
            used[WAYS[0]] += 1
        else:
            left.append(row)
    if left:
        _match_rest(left, files, found, used)
    if sum(used.values()) > used[WAYS[0]]:
        ways = ", ".join(f"{count} {way}" for way, count in used.items() if count)
        notes.warn(f"{where}: {sum(used.values())} rows name a file: {ways}")
    return found


def _match_rest(
    left: list[str], files: Mapping[str, str], found: Matched, used: dict[str, int]
) -> None:
    index = _Index(files)
    ways = {row: index.find(row) for row in left}
    others = index.of_other_places(ways, found.rows)
    claims: dict[str, list[tuple[str, str]]] = {}
    for row, (way, wholes) in ways.items():
        if row in others:
            found.absent[row] = others[row]
        elif len(wholes) == 1:
            claims.setdefault(wholes[0], []).append((row, way))
        elif wholes:
            found.absent[row] = (
                f"fits {len(wholes)} files: {named(sorted(wholes), 2)}; write more of the "
                "path, or name one folder only"
            )
        else:
            found.absent[row] = "there is no such file"
    for whole, rows in claims.items():
        if whole in found.rows or len(rows) > 1:
            rival = found.rows.get(whole, rows[0][0])
            for row, _ in rows:
                found.absent[row] = (
                    f"{whole} would fit, but also {rows[1][0] if row == rival else rival}"
                )
            continue
        ((row, way),) = rows
        found.rows[whole] = row
        used[way] += 1
    for row in [r for r in left if found.absent.get(r) == "there is no such file"][:5]:
        found.absent[row] += index.suggestion(row)


class _Index:
    """Files by their last name, in the spellings of all ways but the first."""

    def __init__(self, files: Mapping[str, str]) -> None:
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

    def _find(self, row: str) -> tuple[str, list[str]]:
        path = row.lstrip("./") if row.startswith("..") else row
        path = path[2:] if path[1:2] == ":" else path
        parts = [part for part in path.split("/") if part not in ("", ".")]
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
        """The nearest name, if any."""
        last = row.rpartition("/")[2]
        names = {whole.rpartition("/")[2]: whole for whole in [*self.files][:COMPARED]}
        close = difflib.get_close_matches(last, names, n=1, cutoff=0.75)
        return f" (did you mean {names[close[0]]}?)" if close else ""
