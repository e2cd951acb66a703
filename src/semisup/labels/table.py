"""A CSV file with the columns path,label."""

import csv
from pathlib import Path, PurePosixPath

from semisup.workflow.errors import UserError


def read_labels(file: str, key: str = "") -> dict[str, str]:
    """A CSV file with the columns path,label as {path: label}; no label is "".

    Args:
        file: its path.
        key: in params.yaml that names it, where one does.

    Raises:
        UserError: not readable, a column is missing, or a path has two labels.
    """
    labels: dict[str, str] = {}
    where = f"{key}: {file}" if key else file
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream, skipinitialspace=True)
            columns = {(name or "").strip().lower(): name for name in rows.fieldnames or []}
            if not {"path", "label"} <= columns.keys():
                found = ",".join(rows.fieldnames or []) or "nothing"
                raise UserError(f"{where}: the first line must name path,label; it is {found}")
            for row in rows:
                path = (row[columns["path"]] or "").strip().replace("\\", "/")
                path, label = str(PurePosixPath(path)), (row[columns["label"]] or "").strip()
                if labels.setdefault(path, label) != label:
                    raise UserError(
                        f"{where}: {path} has two labels, {labels[path]!r} and {label!r}; keep one"
                    )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise UserError(f"{where}: cannot be read as CSV in UTF-8: {reason}") from None
    return labels
