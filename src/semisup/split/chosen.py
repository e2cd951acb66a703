"""Labels of images that `semisup suggest` named: filled tables in data/labels.

They are read here and not by `prepare`, so that the images stay what they were.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np

from semisup.data.dataset import Ints, Manifest
from semisup.labels.table import read_labels
from semisup.params.messages import suggestion
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, counted
from semisup.workflow.notes import named as first_of

OTHER_TABLES = (".xlsx", ".xls", ".ods", ".tsv", ".txt", ".json", ".jsonl", ".parquet")
SHOWN = 20  # classes, where a name is none


def read_chosen(folder: Path, prepared: Path, manifest: Manifest, unfilled: Notes) -> Ints:
    """Positions and classes (m, 2) of images that only these tables label, by position.

    Args:
        folder: of CSV files with the columns path,label; a row without label counts for nothing.
        prepared: with manifest.csv, whose paths those of the tables are.
        manifest: of all images.
        unfilled: takes warnings of tables without any label, which change nothing.

    Raises:
        UserError: a file can't be read; a path or class is none; a label contradicts another, or
            that of an image with the same pixels.
    """
    labels, classes, same_as = manifest.labels, manifest.classes, manifest.same_as
    of_pixels = np.full(len(labels), -1)
    of_pixels[same_as[labels >= 0]] = labels[labels >= 0]
    found, named = [], _named(folder, classes, unfilled)
    positions, given_test = _positions(prepared, named), manifest.given_test
    for path, (label, file) in named.items():
        at, number = positions[path], classes.index(label)
        if given_test[at]:
            raise UserError(f"{file}: {path} is a test image, which can't be trained on; remove it")
        if labels[at] >= 0 and labels[at] != number:
            own = classes[labels[at]]
            raise UserError(f"{file}: {path} is {label!r}, but {own!r} in the source; keep one")
        if labels[at] < 0:
            known = of_pixels[same_as[at]]
            if known not in (-1, number):
                raise UserError(
                    f"{file}: {path} is {label!r}, but an image with the same pixels is "
                    f"{classes[known]!r}; remove the row, or mend that label"
                )
            of_pixels[same_as[at]] = number
            found.append((at, number))
    return np.array(sorted(found), np.int64).reshape(-1, 2)


def _named(folder: Path, classes: list[str], unfilled: Notes) -> dict[str, tuple[str, Path]]:
    """By path: the label, and the file that gives it."""
    named: dict[str, tuple[str, Path]] = {}
    files = [file for file in sorted(folder.rglob("*")) if not _is_hidden(file, folder)]
    for file in files:
        kind = file.suffix.lower()
        if kind in OTHER_TABLES or (kind == ".csv" and file.parent != folder):
            raise UserError(
                f"{file}: only .csv files right in {folder} are read: save it as one there, or "
                "move it away"
            )
    for file in (file for file in files if file.suffix.lower() == ".csv"):
        labels = {path: _as_known(name, classes) for path, name in read_labels(str(file)).items()}
        if not labels:
            unfilled.warn(
                f"{file}: its column label is empty so far; fill it in, and save it there"
            )
        unknown = [path for path, label in labels.items() if label not in classes]
        if unknown:
            raise _no_class(f"{file}: {unknown[0]}", labels[unknown[0]], classes, len(unknown) - 1)
        for path, label in labels.items():
            first, where = named.setdefault(path, (label, file))
            if first != label:
                raise UserError(f"{file}: {path} is {label!r}, but {first!r} in {where}; keep one")
    return named


def _as_known(label: str, classes: Sequence[str]) -> str:
    """The class that a spreadsheet wrote in its own way: 00007 as 7, 1.50 as 1,5, True as TRUE."""
    if label in classes or (value := _value(label)) is None:
        return label
    same = [name for name in classes if _value(name) == value]
    return same[0] if len(same) == 1 else label


def _value(cell: str) -> Decimal | bool | None:
    """What a spreadsheet takes a cell for, where that is no text."""
    if re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)?", cell):
        return Decimal(cell.replace(",", "."))
    return {"true": True, "false": False}.get(cell.lower())


def _no_class(where: str, label: str, classes: list[str], more: int) -> UserError:
    hint = suggestion(label, classes) or suggestion(label.lower(), classes)
    new = "" if hint else "; a new one needs labels there first; where none fits, leave it empty"
    return UserError(
        f"{where}: no class is named {label!r}{hint}; those of the source are: "
        f"{first_of(classes, SHOWN)}{new}{_and_more(more)}"
    )


def _and_more(rows: int) -> str:
    return f" (and {counted(rows, 'more such row')})" if rows > 0 else ""


def _is_hidden(file: Path, folder: Path) -> bool:
    """Whether a program has put it there, or the folder that it lies in: .ipynb_checkpoints."""
    return any(name.startswith((".", "~$")) for name in file.relative_to(folder).parts)


def _positions(prepared: Path, named: dict[str, tuple[str, Path]]) -> dict[str, int]:
    """By path, of those that are named.

    Raises:
        UserError: one is of no image.
    """
    if not named:
        return {}
    rows = enumerate(outputs.read_rows(prepared / outputs.MANIFEST))
    found = {row["source"]: at for at, row in rows if row["source"] in named}
    gone = [path for path in named if path not in found]
    if gone:
        _, file = named[gone[0]]
        rejected = outputs.read_rows(prepared / outputs.REJECTED)
        if why := next((row["reason"] for row in rejected if row["source"] == gone[0]), None):
            raise UserError(
                f"{file}: {gone[0]}: no usable image ({why}); mend the file, or take out its row"
                f"{_and_more(len(gone) - 1)}"
            )
        raise UserError(
            f"{file}: {gone[0]}: no such image in {prepared / outputs.MANIFEST}"
            f"{_same_name(gone[0], prepared)}; write paths as `semisup suggest` does, and take out "
            f"rows of images that are no longer there{_and_more(len(gone) - 1)}"
        )
    return found


def _same_name(path: str, prepared: Path) -> str:
    """Where an image of that name lies: it was moved, or its row names no folder."""
    sources = (row["source"] for row in outputs.read_rows(prepared / outputs.MANIFEST))
    end = "/" + path.rpartition("/")[2]
    found = next((source for source in sources if source.endswith(end)), None)
    return f" (did you mean {found!r}?)" if found else ""
