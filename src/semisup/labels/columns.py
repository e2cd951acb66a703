"""Which column of a table holds what: as params.yaml says, or by its name and what it holds."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from semisup.labels.column_names import KEY, NAMES, fitting, may_be_group, plain, weak_labels
from semisup.labels.path_column import Known, identity, path_by_cells
from semisup.params.messages import suggestion
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, named

FEW_LINES = 10  # in which each may name a class of its own


@dataclass(frozen=True)
class Columns:
    """Positions; None where there is no such column. `split_is_sure`: it can be nothing else."""

    path: int
    label: int | None
    split: int | None
    group: int | None
    split_is_sure: bool
    may_be_hot: bool  # the label may be spread over columns, one a class


def find_columns(
    names: Sequence[str],
    cells: Sequence[Sequence[str]],
    wanted: Mapping[str, str | None],
    where: str,
    notes: Notes,
    is_known: Known,
) -> Columns:
    """Positions of path, label, split and group.

    Args:
        names: of the columns.
        cells: of each line.
        wanted: what params.yaml says of each.
        where: what messages call the table.
        notes: takes warnings.
        is_known: how surely a cell names a file, from 0 to 1.

    Raises:
        UserError: no column of path, one that params.yaml names is missing, or two that read alike.
    """
    names = [name.strip() for name in names]
    found = _found(names, wanted, where, notes)
    path = found["path"]
    if wanted["path"] == "auto":
        path = path_by_cells(path, names, cells, is_known, where, notes)
        if path is None:
            taken = (found["label"], found["split"])
            path = identity(names, cells, taken, is_known, where, notes)
    if path is None:
        raise missing_column(where, names, "path")
    if found["group"] is not None and wanted["group"] == "auto":
        notes.warn(
            f"{where}: images of one {names[found['group']]} stay on one side of each split "
            f"({KEY}.group)"
        )
    if found["group"] is None and wanted["group"] == "auto":
        _hint_at_groups(names, cells, (path, found["label"]), where, notes)
    split = found["split"]
    sure = split is not None and (wanted["split"] != "auto" or plain(names[split]) == "split")
    hot = wanted["label"] == "auto"
    return Columns(path, found["label"], split, found["group"], sure, hot)


def _hint_at_groups(
    names: Sequence[str],
    cells: Sequence[Sequence[str]],
    taken: Collection[int | None],
    where: str,
    notes: Notes,
) -> None:
    """At a column that may say which images are of one patient, where none is known to."""
    for at, name in enumerate(names):
        if at in taken or not may_be_group(name):
            continue
        words = [line[at].strip() for line in cells if line[at].strip()]
        if 1 < len({*words}) < len(words):
            notes.warn(
                f"{where}: column {name} says the same of several images: if these are of one "
                f"patient or part, name it in {KEY}.group, so that none is on both sides of a split"
            )


def names_columns(names: Sequence[str]) -> bool:
    """Whether any of these is a name of a column of paths or labels."""
    return any(plain(name) in (*NAMES["path"], *NAMES["label"]) for name in names)


def has_path(names: Sequence[str]) -> bool:
    """Whether a column of paths is found by its name."""
    return any(plain(name) in NAMES["path"] for name in names)


def has_label(names: Sequence[str]) -> bool:
    """Whether a column of labels is found by its name."""
    return any(plain(name) in NAMES["label"] for name in names)


def weak_label(
    names: Sequence[str],
    cells: Sequence[Sequence[str]],
    taken: Collection[int | None],
    where: str,
    notes: Notes,
) -> int | None:
    """The only column whose name hints at the label, where neither a name nor bits tell of one."""
    found = [at for at in weak_labels(names) if at not in taken and _may_be_classes(cells, at)]
    if len(found) != 1:
        return None
    notes.warn(f"{where}: the label is read from column {names[found[0]].strip()} ({KEY}.label)")
    return found[0]


def _may_be_classes(cells: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a column says several things, some of them more than once, and no fractions."""
    words = [line[at].strip() for line in cells]
    return not any(re.fullmatch(r"-?\d*\.\d*[1-9]\d*", word) for word in words) and (
        len({*words}) < len(words) or len(words) < FEW_LINES
    )


def missing_column(where: str, names: Sequence[str], what: str) -> UserError:
    """The error where there is no path, or no label."""
    shown = ",".join(names[:8]) + ("..." if len(names) > 8 else "") or "nothing"
    return UserError(
        f"{where}: no column is named {what} or the like: name it so, or say in {KEY}.{what} which "
        f"it is; there are {shown}"
    )


def _found(
    names: Sequence[str], wanted: Mapping[str, str | None], where: str, notes: Notes
) -> dict[str, int | None]:
    """Positions by what they hold; a column that params.yaml names is not found as another too."""
    found = {
        what: None if name in ("auto", None) else _named(what, names, str(name), where)
        for what, name in wanted.items()
    }
    free = ["" if at in found.values() else name for at, name in enumerate(names)]
    for what in NAMES:
        if wanted[what] == "auto":
            found[what] = _find(what, free, where, notes)
    return found


def _find(what: str, names: Sequence[str], where: str, notes: Notes) -> int | None:
    short = [plain(name) for name in names]
    known = fitting(what, short)
    if not known:
        return None
    best = known[0]
    if short.count(best) > 1:
        alike = [name for name, its in zip(names, short, strict=True) if its == best]
        raise UserError(
            f"{where}: the columns {named(map(repr, alike))} both read as the {what}; rename one"
        )
    others = [names[short.index(name)] for name in known[1:]]
    if what == "label" and others:
        notes.warn(
            f"{where}: the label is read from column {names[short.index(best)]}, not from "
            f"{named(others)} ({KEY}.label)"
        )
    return short.index(best)


def _named(what: str, names: Sequence[str], wanted: str, where: str) -> int:
    same = [at for at, name in enumerate(names) if name == wanted]
    same = same or [at for at, name in enumerate(names) if plain(name) == plain(wanted)]
    if len(same) > 1:
        raise UserError(f"{where}: has {len(same)} columns named {wanted!r}; rename all but one")
    if not same:
        raise UserError(
            f"{where}: {KEY}.{what}: no column is named "
            f"{wanted!r}{suggestion(wanted, list(names))}; there are {named(names, 8)}"
        )
    return same[0]
