"""What programs for labelling write: classes of whole images, or an error that says whose it is."""

import json
from collections.abc import Sequence
from typing import Any

from semisup.labels.carried import GROUP, SPLIT
from semisup.labels.column_names import has
from semisup.labels.programs import BY_IMAGE, PROGRAMS, Program, Row
from semisup.labels.text import Line
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes

LOOKED_AT = 20  # objects
_UNREADABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError)


def rows_of(found: Sequence[Row], where: str, are_parts: bool) -> list[Row] | None:
    """Rows of path and label, or several columns; None: of no program that is known.

    Args:
        found: the objects of a list or of lines, or one alone.
        where: what messages call the table.
        are_parts: it is a list, or lines.

    Raises:
        UserError: the program is known, but names no classes of whole images.
    """
    program = _written_by(found, are_parts) if found else None
    if program is None:
        return None
    try:
        rows = [row for one in found for row in program.read(one)] if program.read else []
    except _UNREADABLE:
        rows = []
    said = dict.fromkeys(name for row in rows for name, value in row.items() if value)
    names = [name for name in said if name not in ("path", SPLIT, GROUP)]
    names = [name for name in names if not name.lower().startswith("pred")]  # a model said these
    if not names:
        raise UserError(
            f"{where}: looks as if {program.called} wrote it, and names no class of whole images; "
            "save path,label of each image as CSV, or COCO or Datumaro with classes of images"
        )
    if len(names) == 1 and not has("label", names):
        return [row | {"label": row.get(names[0])} for row in rows]
    return rows


def _written_by(found: Sequence[Row], are_parts: bool) -> Program | None:
    """The program by the names in an object; None too where all that it holds is text."""
    first = found[0]
    if not any(_is_nested(value) for one in found[:LOOKED_AT] for value in one.values()):
        return None
    for program in PROGRAMS:
        if program.names <= {*first} and (program.is_part or not are_parts):
            return program
    inner = next(iter(first.values()), None)
    if are_parts or not isinstance(inner, dict):
        return None
    return next((program for program in BY_IMAGE if program.names <= {*inner}), None)


def may_be(names: Sequence[str], inside: Sequence[str]) -> bool:
    """Whether an object with these names, `inside` the first of its values, may be a program's."""
    return any(one.names <= {*names} for one in PROGRAMS) or any(
        one.names <= {*inside} for one in BY_IMAGE
    )


def _is_nested(value: Any) -> bool:
    inner = value[0] if isinstance(value, list) and value else value
    return isinstance(inner, dict)


def via_csv(lines: Sequence[Sequence[str]], where: str) -> list[Row] | None:
    """Rows of a table of VIA, whose cells are JSON; None: it is none."""
    names, *rest = lines
    if not {"filename", "file_attributes", "region_count"} <= {*names}:
        return None
    path, said = names.index("filename"), names.index("file_attributes")
    try:
        images = [
            {"filename": line[path], "file_attributes": json.loads(line[said] or "{}")}
            for line in rest
        ]
    except ValueError:
        return None
    return rows_of([{"_via_img_metadata": dict(enumerate(images))}], where, are_parts=False)


def accepted(lines: list[Line], where: str, notes: Notes) -> list[Line]:
    """Without rows that somebody rejected, as Prodigy lists them: the label is not theirs."""
    (_, names), *rest = lines
    at = names.index("answer") if "answer" in names else None
    if at is None or not {line[at] for _, line in rest} <= {"accept", "reject", "ignore"}:
        return lines
    kept = [(number, line) for number, line in rest if line[at] == "accept"]
    if 0 < len(kept) < len(rest):
        notes.warn(
            f"{where}: {len(rest) - len(kept)} rows, whose answer is reject or ignore, are left out"
        )
    return [lines[0], *kept] if kept else lines
