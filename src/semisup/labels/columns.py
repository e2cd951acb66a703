"""Which column of a table holds what: as params.yaml says, or by its name and what it holds."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from semisup.labels.bits import is_one, may_be_class
from semisup.labels.column_names import (
    KEY,
    MAY_BE_CLASS,
    NAMES,
    fitting,
    has,
    may_be_group,
    plain,
    weak_labels,
)
from semisup.labels.parts import Part, part_of
from semisup.labels.path_column import Known, identity, path_by_cells
from semisup.labels.sheet import Sheet
from semisup.params.messages import suggestion
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named

FEW_LINES = 10  # in which each may name a class of its own
MOST_PARTS = 5  # words of a column that may say which part of the data a row is of


@dataclass(frozen=True)
class Columns:
    """Positions; None where there is no such column. `split_is_sure`: it can be nothing else."""

    path: int
    label: int | None
    split: int | None
    group: int | None
    split_is_sure: bool
    may_be_hot: bool  # the label may be spread over columns, one a class


def find_columns(sheet: Sheet, wanted: Mapping[str, str | None], is_known: Known) -> Columns:
    """Positions of path, label, split and group.

    Args:
        sheet: the table.
        wanted: what params.yaml says of each.
        is_known: how surely a cell names a file, from 0 to 1.

    Raises:
        UserError: no column of path, one that params.yaml names is missing, or two that read alike.
    """
    found = _found(sheet, wanted)
    path = found["path"]
    if wanted["path"] == "auto":
        path = path_by_cells(sheet, path, is_known)
        if path is None:
            path = identity(sheet, (found["label"], found["split"]), is_known)
    if path is None:
        raise missing_column(sheet, "path")
    _forbid_two_headers(sheet, path, is_known)
    group, split = found["group"], found["split"]
    if group == path and wanted["group"] == "auto":
        group = None  # each image one of its own
    if group is not None and wanted["group"] == "auto":
        one = sheet.names[group]
        sheet.warn(f"images of one {one} stay on one side of each split ({KEY}.group)")
    if group is None and wanted["group"] == "auto":
        _hint_at_groups(sheet, (path, found["label"]))
    sure = split is not None and (wanted["split"] != "auto" or plain(sheet.names[split]) == "split")
    return Columns(path, found["label"], split, group, sure, wanted["label"] == "auto")


def _forbid_two_headers(sheet: Sheet, path: int, is_known: Known) -> None:
    """Refuse a table whose columns have names above their names, as merged cells give them."""
    cell = sheet.cells[0][path] if sheet.cells else ""
    if plain(cell) in NAMES["path"] and not is_known(cell):
        raise UserError(
            f"{sheet.where}: the first two lines both name the columns ({sheet.names[path]!r}, "
            f"then {cell.strip()!r}): keep the one that names each column"
        )


def _hint_at_groups(sheet: Sheet, taken: Collection[int | None]) -> None:
    """At a column that may say which images are of one patient, where none is known to."""
    found = []
    for at, name in enumerate(sheet.names):
        words = [*filter(None, sheet.column(at))] if at not in taken and may_be_group(name) else []
        if 1 < len({*words}) < len(words):
            found.append(name)
    if found:
        say = f"column {found[0]} says" if len(found) == 1 else f"columns {named(found)} each say"
        sheet.warn(
            f"{say} the same of several images: if these are of one patient, part or place, name "
            f"the column in {KEY}.group, so that none is on both sides of a split"
        )


def weak_label(sheet: Sheet, taken: Collection[int | None]) -> int | None:
    """The only column whose name hints at the label, where neither a name nor bits tell of one."""
    taken = {*taken, *_half_names(sheet)}
    weak = (at for at in weak_labels(sheet.names) if at not in taken)
    found = [at for at in weak if _may_be_classes(sheet.column(at))]
    if len(found) != 1:
        return None
    sheet.warn(f"the label is read from column {sheet.names[found[0]]} ({KEY}.label)")
    return found[0]


def _may_be_classes(words: Sequence[str]) -> bool:
    """Whether a column says several things, some of them more than once, and no fractions."""
    return not any(re.fullmatch(r"-?\d*\.\d*[1-9]\d*", word) for word in words) and (
        len({*words}) < len(words) or len(words) < FEW_LINES
    )


def missing_column(sheet: Sheet, what: str) -> UserError:
    """The error where there is no path, or no label."""
    names = sheet.names
    pixels = [name for name in names if re.fullmatch(r"pixels?\d*", plain(name))]
    if what == "path" and pixels:
        return UserError(
            f"{sheet.where}: holds pixels (column {named(pixels, 3)}), and names no files: save "
            "each row as an image, best in a folder of its class"
        )
    shown = ",".join(names[:8]) + ("..." if len(names) > 8 else "") or "nothing"
    return UserError(
        f"{sheet.where}: no column is named {what} or the like: name it so, or say in {KEY}.{what} "
        f"which it is; there are {shown}"
    )


def _found(sheet: Sheet, wanted: Mapping[str, str | None]) -> dict[str, int | None]:
    """Positions by what they hold; a column that params.yaml names is not found as another too."""
    found = {
        what: None if name in ("auto", None) else _named(sheet, what, str(name))
        for what, name in wanted.items()
    }
    free = ["" if at in found.values() else name for at, name in enumerate(sheet.names)]
    for what in NAMES:
        if wanted[what] == "auto":
            names = _without_bits(sheet, what, free)
            names = names if what != "group" else _without_splits(sheet, names)
            if what == "label":
                half = _half_names(sheet)
                names = ["" if at in half else name for at, name in enumerate(names)]
            found[what] = _find(sheet, what, names)
    return found


def _without_bits(sheet: Sheet, what: str, names: list[str]) -> list[str]:
    """Without classes of 1 and 0 that are called as a group, or a label: person, disease."""
    if what not in ("label", "group") or not has(what, names):
        return names
    words = [{*map(str.lower, sheet.column(at))} for at in range(len(names))]
    bits = [at for at, its in enumerate(words) if names[at] and len(its) > 1 and may_be_class(its)]
    ones = [sum(is_one(line[at]) for at in bits) for line in sheet.cells]
    if len(bits) < 3 or any(count != 1 for count in ones):
        return names
    if what == "label":
        bits = [at for at in bits if plain(names[at]) in MAY_BE_CLASS]
    return ["" if at in bits else name for at, name in enumerate(names)]


def _half_names(sheet: Sheet) -> set[int]:
    """Columns with one word each of names of two: virginianus, of a genus, is many animals."""
    short = [*map(plain, sheet.names)]
    if not {"genus", "species"} <= {*short}:
        return set()
    genus, species = short.index("genus"), short.index("species")
    rows = [(line[genus].strip().lower(), line[species].lower()) for line in sheet.cells]
    if any(first and second.strip().startswith(first) for first, second in rows):
        return set()
    return {genus, species}


def _without_splits(sheet: Sheet, names: Sequence[str]) -> list[str]:
    """Without those that may be called the group, but say train and test: part, group."""
    splits = {
        at
        for at, name in enumerate(names)
        if has("group", [name])
        and len(words := {*sheet.column(at)} - {""}) <= MOST_PARTS
        and is_split(words)
    }
    return ["" if at in splits else name for at, name in enumerate(names)]


def is_split(words: Iterable[str]) -> bool:
    """Whether all these say train or the like, and not always the same."""
    parts: dict[str, Part | None] = {}
    for word in words:
        if word not in parts:
            parts[word] = part_of(word, strict=True)
            if parts[word] is None:
                return False
    return len({*parts.values()}) > 1


def _find(sheet: Sheet, what: str, names: Sequence[str]) -> int | None:
    short = [plain(name) for name in names]
    known = fitting(what, short)
    if not known:
        return None
    best = known[0]
    if short.count(best) > 1:
        alike = [name for name, its in zip(names, short, strict=True) if its == best]
        raise UserError(
            f"{sheet.where}: the columns {named(map(repr, alike))} both read as the {what}; rename "
            "one"
        )
    others = [names[short.index(name)] for name in known[1:]]
    if what == "label" and others:
        sheet.warn(
            f"the label is read from column {names[short.index(best)]}, not from {named(others)} "
            f"({KEY}.label)"
        )
    return short.index(best)


def _named(sheet: Sheet, what: str, wanted: str) -> int:
    names, where = sheet.names, sheet.where
    same = [at for at, name in enumerate(names) if name == wanted]
    same = same or [at for at, name in enumerate(names) if plain(name) == plain(wanted)]
    if len(same) > 1:
        raise UserError(f"{where}: has {len(same)} columns named {wanted!r}; rename all but one")
    if not same:
        raise UserError(
            f"{where}: {KEY}.{what}: no column is named "
            f"{wanted!r}{suggestion(wanted, names)}; there are {named(names, 8)}"
        )
    return same[0]
