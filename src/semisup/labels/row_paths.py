"""The path that each row of a table names, as it is compared with files."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from semisup.labels.parts import Part

_PLAIN = re.compile(r"[^/.][^/]*(/[^/.][^/]*)*")  # paths that are written in one way only


def paths_of(
    cells: Sequence[str],
    numbers: Sequence[int],
    words: Sequence[str],
    parts: Sequence[Part | None],
) -> list[str]:
    """With slashes; names that train and test both have, as train/7.png and test/7.png.

    Args:
        cells: of the path, of each row.
        numbers: of the row's line.
        words: what the row's split is called.
        parts: what this means.
    """
    paths = [
        _path(cell) if cell else f"(no path in line {number})"
        for cell, number in zip(cells, numbers, strict=True)
    ]
    known: dict[str, Part | None] = {}
    both = {
        path
        for path, part in zip(paths, parts, strict=True)
        if part != known.setdefault(path, part) and part and known[path] and "/" not in path
    }
    return [
        f"{word}/{path}" if path in both and word else path
        for path, word in zip(paths, words, strict=True)
    ]


def _path(cell: str) -> str:
    path = cell.replace("\\", "/")
    return path if _PLAIN.fullmatch(path) else str(PurePosixPath(path))
