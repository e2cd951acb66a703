"""Columns of ones and zeros, a class each."""

from collections.abc import Collection, Iterable, Mapping, Set

from semisup.labels.column_names import KEY
from semisup.labels.sheet import Sheet
from semisup.labels.words import NO, ONES, YES, ZEROS, nearly_all
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named

_TICKS = YES | NO | {"", "x", "\u2713", "\u2714", "ja", "nein", "oui", "non", "si", "sí"}
_MINUS = {"-1", "-1.0"}  # not so, or not known
_NOT = ZEROS | _MINUS


def is_one(cell: str) -> bool:
    """Whether a cell says yes."""
    return cell.strip().lower() in YES


def are_bits(cells: Iterable[str]) -> bool:
    """Whether all that these say is yes or no."""
    return all(cell.strip().lower() in YES | NO | {""} for cell in cells)


def one_hot(sheet: Sheet, taken: Collection[int | None]) -> list[list[str]] | None:
    """The classes of each row, where columns hold 1 for one and 0 for others; None: they do not.

    Args:
        sheet: is told which columns these are.
        taken: columns that are something else.
    """
    names, cells = sheet.names, sheet.cells
    at = [
        number
        for number, name in enumerate(names)
        if number not in taken and name and cells
        if may_be_class({line[number].strip().lower() for line in cells})
    ]
    if len(at) < 2:
        return None
    ones = [[names[number] for number in at if is_one(line[number])] for line in cells]
    counts = [len(found) for found in ones]
    single, none = counts.count(1), counts.count(0)
    if 2 * single < len(counts) or not nearly_all(single + none, len(counts)):
        return None
    if not none and len({found[0] for found in ones if len(found) == 1}) < 2:  # all are of one
        return None
    empty = f"; {none} rows have none of them: read as no label" if none else ""
    sheet.warn(
        f"columns {named(names[number] for number in at)} hold 1 and 0, and are read as a class "
        f"each{empty}{_others(sheet, {*at, *taken})}"
    )
    return ones


def may_be_class(words: Set[str]) -> bool:
    """Whether these cells are 1 and 0; some may be blank, or -1, where others are both."""
    said = words - {"", *_MINUS}
    return said <= ONES | ZEROS and (said == words or bool(said & ONES and words & _NOT))


def several_labels(sheet: Sheet, taken: Collection[int | None]) -> UserError | None:
    """The error where columns say what is in an image, several things or in other signs than 1, 0.

    taken: columns that are something else.
    """
    said = {
        at: {cell.lower() for cell in sheet.column(at)}
        for at, name in enumerate(sheet.names)
        if name and at not in taken
    }
    return _several_ones(sheet, said) or _other_signs(sheet, said)


def _several_ones(sheet: Sheet, said: Mapping[int, Set[str]]) -> UserError | None:
    at = [at for at, words in said.items() if words & ONES and words <= ONES | _NOT | {""}]
    many = sum(sum(is_one(line[number]) for number in at) > 1 for line in sheet.cells)
    if not many:
        return None
    return UserError(
        f"{sheet.where}: {many} of {len(sheet.cells)} rows have 1 in several of the columns "
        f"{named(sheet.names[number] for number in at)}, but an image can have one class only: "
        f"name the one column to learn in {KEY}.label, or add a column label with one class a row"
    )


def _other_signs(sheet: Sheet, said: Mapping[int, Set[str]]) -> UserError | None:
    ticked = {at: words for at, words in said.items() if len(words) == 2 and words <= _TICKS}
    ticked = {at: words for at, words in ticked.items() if not words <= ONES | ZEROS}
    if len(ticked) < 2:
        return None
    signs = sorted(set[str]().union(*ticked.values()))
    return UserError(
        f"{sheet.where}: the columns {named(sheet.names[at] for at in ticked)} say "
        f"{named(map(repr, signs))}: if these are the classes, write 1 and 0 there, or add a "
        "column label with one class a row"
    )


def _others(sheet: Sheet, taken: Collection[int | None]) -> str:
    """A word on columns that look like labels too."""
    found = [
        name
        for at, name in enumerate(sheet.names)
        if at not in taken
        and 1 < len(words := {*sheet.column(at)}) <= len(sheet.cells) / 2
        and any(word[:1].isalpha() for word in words)
    ]
    if not found:
        return ""
    return f"; if the classes are in {named(found)}, name it in {KEY}.label"
