"""What Parquet and Arrow files with images say of these: class, split, group."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from semisup.labels.arrow import ArrowFile, class_columns
from semisup.labels.column_names import has
from semisup.labels.parts import Part, part_of
from semisup.labels.table import Row, rows_of, say_parts
from semisup.params import data_sections
from semisup.prepare.files import arrow_sets
from semisup.prepare.files.places import Entry
from semisup.prepare.own_images.source import Source
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, named

_NUMBERED = re.compile(r"(?P<begin>.+)-\d{5}-of-(?P<of>\d{5})(?P<end>\..+)")


def read_sets(source: Source, settings: data_sections.Folder, notes: Notes) -> dict[str, Row]:
    """Rows by path below the place; none where no file there has images in a column.

    Raises:
        UserError: a file cannot be read, or has no labels; several data sets lie there.
    """
    entries = [*source.own_sets()]
    if not entries:
        return {}
    _forbid_several(source, [PurePosixPath(entry.path) for entry in entries])
    if missing := _missing([entry.path or source.place.given for entry in entries]):
        notes.warn(
            f"{source.where}: {named(missing)}: not there, by the numbers of the other files; get "
            "what is missing, or these images are missing too"
        )
    header, lines, file_of, classes = _joined(source, entries, notes)
    columns = dict(settings.columns) | {"path": header[0]}
    if columns["label"] == "auto" and len(classes) == 1 and not has("label", header):
        (columns["label"],) = classes
    numbered = [(1, header), *enumerate(lines, 2)]
    rows = rows_of(numbered, source.where, columns, settings.no_label, notes)
    parts = {entry.path: _part(entry.path) for entry in entries}
    if len({*parts.values()}) < 2 or say_parts(rows):
        return rows
    shown = (f"{path} ({part or 'train'})" for path, part in parts.items())
    notes.warn(f"{source.where}: names of files are read as the split: {named(shown)}")
    return {path: replace(row, part=row.part or parts[file_of[path]]) for path, row in rows.items()}


def _joined(
    source: Source, entries: Sequence[Entry], notes: Notes
) -> tuple[list[str], list[list[str]], dict[str, str], set[str]]:
    """One table of all files: columns, of which the first names the image; rows; files of these.

    Last, the columns of which it is said that they are classes.
    """
    columns: dict[str, int] = {}
    lines: list[list[str]] = []
    file_of: dict[str, str] = {}
    classes: set[str] = set()
    for entry in entries:
        file = ArrowFile(Path(str(entry.load())), source.place.source(entry.path).rstrip("/"))
        images, *others = arrow_sets.image_columns(file.schema)
        if others:
            notes.warn(
                f"{source.where}: images are read from the column {images}, not from "
                f"{named(others)}"
            )
        classes |= {*class_columns(file.schema)}
        header, rows = arrow_sets.table(file, f"{entry.path}/" if entry.path else "")
        at = [0, *(columns.setdefault(name, len(columns) + 1) for name in header[1:])]
        for row in rows:
            line = [""] * (len(columns) + 1)
            for position, cell in zip(at, row, strict=True):
                line[position] = cell
            lines.append(line)
            file_of[line[0]] = entry.path
    width = len(columns) + 1
    lines = [line + [""] * (width - len(line)) for line in lines]
    return [images, *columns], lines, file_of, classes


def _missing(paths: Sequence[str]) -> list[str]:
    """Names of files that, of `train-00000-of-00003.parquet` and others, are not there."""
    there = {path.rpartition("/")[2] for path in paths}
    series = {
        (found["begin"], int(found["of"]), len(found["of"]), found["end"])
        for found in map(_NUMBERED.fullmatch, there)
        if found
    }
    every = (
        f"{begin}-{number:0{digits}}-of-{count:0{digits}}{end}"
        for begin, count, digits, end in sorted(series)
        for number in range(count)
    )
    return [name for name in every if name not in there]


def _part(path: str) -> Part | None:
    """By the name of the file, or of the nearest folder around it that means one."""
    found = (part_of(name) for name in reversed(PurePosixPath(path).parts))
    return next((part for part in found if part), None)


def _forbid_several(source: Source, paths: Sequence[PurePosixPath]) -> None:
    """Several folders may hold the same images, as those of several configurations do."""
    folders = {
        "/".join(name for name in path.parent.parts if part_of(name) is None) for path in paths
    }
    if len(folders) > 1:
        shown = named(sorted(folder or "." for folder in folders))
        raise UserError(
            f"{source.where}: holds Parquet or Arrow files in several folders ({shown}), which "
            f"may be the same images in other forms; name one of them in {source.place.key}, or "
            "list those that are others"
        )
