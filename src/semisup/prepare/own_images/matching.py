"""Which file a row of a table means: as written, or as others write the same path.

A path may be relative to the place, to the table or to the project, or absolute, on this machine or
another; it may be a bare name or an identity without ending, of a file in some sub-folder; letters
may be of another case or Unicode form, numbers without their leading zeros; it may be encoded as in
a URL. It counts only where no other file could be meant.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from semisup.labels.parts import Part
from semisup.labels.path_column import Known
from semisup.labels.table import Row
from semisup.prepare.own_images.file_index import WAYS, FileIndex
from semisup.prepare.own_images.path_names import RESPELT, spellings_of
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, named


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
    rows: Mapping[str, Row], files: Mapping[str, str], table: str, where: str, notes: Notes
) -> Matched:
    """Match rows to files.

    Args:
        rows: by paths as the table has them, with slashes.
        files: each file's whole path, and the part of it that is below its place.
        table: path of the table, in whose folder its files may lie.
        where: what messages call the table.
        notes: takes warnings of rows that were not matched as written.

    Raises:
        UserError: rows of train and of test name the same file.
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
        _match_rest({row: rows[row].part for row in left}, files, found, used, where)
    if sum(used.values()) > used[WAYS[0]]:
        ways = ", ".join(f"{count} {way}" for way, count in used.items() if count)
        notes.warn(f"{where}: {sum(used.values())} rows name a file: {ways}")
    return found


def _match_rest(
    left: Mapping[str, Part | None],
    files: Mapping[str, str],
    found: Matched,
    used: dict[str, int],
    where: str,
) -> None:
    index = FileIndex(files)
    ways = {row: index.find_of_part(row, part) for row, part in left.items()}
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
            _forbid_two_parts([(row, left[row]) for row, _ in rows], where)
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


def _forbid_two_parts(rows: Iterable[tuple[str, Part | None]], where: str) -> None:
    """Refuse rows of train and test that name the same image, which is in no folder of either."""
    parts: dict[str, set[Part | None]] = {}
    for row, part in rows:
        parts.setdefault(row.partition("/")[2], set()).add(part)
    for path, found in parts.items():
        if path and len(found - {None}) > 1:
            raise UserError(f"{where}: {path} is in two splits; keep one row")
