"""Which class an image is of: by a CSV file, or by the name of the folder that it lies in."""

import csv
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from semisup.prepare.decode import EXTENSIONS
from semisup.prepare.places import printable
from semisup.workflow.errors import UserError


def read_labels(file: str, key: str) -> dict[str, str]:
    """A CSV file with the columns path,label as {path: label}; no label is "".

    Raises:
        UserError: not readable, a column is missing, or a path has two labels.
    """
    labels: dict[str, str] = {}
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream, skipinitialspace=True)
            columns = {(name or "").strip().lower(): name for name in rows.fieldnames or []}
            if not {"path", "label"} <= columns.keys():
                found = ",".join(rows.fieldnames or []) or "nothing"
                raise UserError(
                    f"{key}: {file}: the first line must name path,label; it is {found}"
                )
            for row in rows:
                path = (row[columns["path"]] or "").strip().replace("\\", "/")
                path, label = str(PurePosixPath(path)), (row[columns["label"]] or "").strip()
                if labels.setdefault(path, label) != label:
                    raise UserError(
                        f"{key}: {file}: {path} has two labels, {labels[path]!r} and {label!r}; "
                        "keep one"
                    )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise UserError(f"{key}: {file}: cannot be read as CSV in UTF-8: {reason}") from None
    return labels


def class_root(paths: Iterable[str]) -> str:
    """The folder whose sub-folders are the classes, as "" or a prefix that ends in a slash.

    While a folder holds exactly one folder, which has sub-folders, and no images, it is a wrapper.
    Reads only as many of the paths as it takes to decide.
    """
    folders: dict[str, set[str]] = {}  # folder -> its sub-folders
    with_images = set()
    for path in paths:
        *parents, name = path.split("/")
        above = ""
        for parent in parents:
            folders.setdefault(above, set()).add(parent)
            above += f"{parent}/"
        if name.lower().endswith(EXTENSIONS):
            with_images.add(above)
        if "" in with_images or len(folders.get("", ())) > 1:
            return ""
    root = ""
    while len(folders.get(root, ())) == 1 and root not in with_images:
        inner = f"{root}{next(iter(folders[root]))}/"
        if inner not in folders:
            break
        root = inner
    return root


def class_folder(path: str, root: str) -> str | None:
    """The first folder on the way from `root` to a file; None where there is none."""
    inner = path.removeprefix(root) if path.startswith(root) else ""
    return printable(inner.partition("/")[0]) if "/" in inner else None
