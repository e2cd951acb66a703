"""Labels of images that `semisup suggest` named: filled tables in data/labels.

They are read here and not by `prepare`, so that the images stay what they were.
"""

from pathlib import Path
from typing import Any

import numpy as np

from semisup.data.dataset import Ints, Manifest
from semisup.labels.table import read_labels
from semisup.params.messages import suggestion
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named as first_of

OTHER_TABLES = (".xlsx", ".xls", ".ods", ".tsv", ".txt", ".json", ".jsonl", ".parquet")
SHOWN = 20  # classes, where a name is none


def read_chosen(folder: Path, prepared: Path, manifest: Manifest) -> Ints:
    """Positions and classes (m, 2) of images that only these tables label, by position.

    Args:
        folder: of CSV files with the columns path,label; a row without label counts for nothing.
        prepared: with manifest.csv, whose paths those of the tables are.
        manifest: of all images.

    Raises:
        UserError: a file can't be read; a path or class is none; a label contradicts another, or
            that of an image with the same pixels.
    """
    labels, classes, same_as = manifest.labels, manifest.classes, manifest.same_as
    of_pixels = np.full(len(labels), -1)
    of_pixels[same_as[labels >= 0]] = labels[labels >= 0]
    found, named = [], _named(folder, classes)
    positions, given_test = _positions(prepared, named), manifest.given_test
    for path, (label, file) in named.items():
        at, number = positions.get(path), classes.index(label)
        if at is None:
            raise UserError(
                f"{file}: {path}: no such image in {prepared / outputs.MANIFEST}; write paths as "
                "`semisup suggest` does"
            )
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


def _named(folder: Path, classes: list[str]) -> dict[str, tuple[str, Path]]:
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
        for path, label in read_labels(str(file)).items():
            if label not in classes:
                hint = suggestion(label, classes) or suggestion(label.lower(), classes)
                raise UserError(
                    f"{file}: {path}: no class is named {label!r}{hint}; "
                    f"those of the source are: {first_of(classes, SHOWN)}"
                )
            first, where = named.setdefault(path, (label, file))
            if first != label:
                raise UserError(f"{file}: {path} is {label!r}, but {first!r} in {where}; keep one")
    return named


def _is_hidden(file: Path, folder: Path) -> bool:
    """Whether a program has put it there, or the folder that it lies in: .ipynb_checkpoints."""
    return any(name.startswith((".", "~$")) for name in file.relative_to(folder).parts)


def _positions(prepared: Path, paths: dict[str, Any]) -> dict[str, int]:
    """By path, of those that are asked for."""
    if not paths:
        return {}
    rows = enumerate(outputs.read_rows(prepared / outputs.MANIFEST))
    return {row["source"]: at for at, row in rows if row["source"] in paths}
