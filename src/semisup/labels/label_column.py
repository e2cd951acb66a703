"""The class that each row of a table says, in one spelling."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence, Set

from semisup.labels.bits import one_hot, several_labels
from semisup.labels.column_names import KEY
from semisup.labels.columns import Columns, missing_column, weak_label
from semisup.labels.endings import is_image
from semisup.labels.label_lists import (
    alone,
    made_of_others,
    marks_between,
    may_be_several,
    several,
    without_brackets,
)
from semisup.labels.no_label import none_among
from semisup.labels.sheet import Sheet
from semisup.labels.words import NUMBER, YES, clean, nearly_all, same_number
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named

_NOTHING_SHOWN = re.compile(r"(is)?_?(empty|blank|nothing|no_?animals?)(_?(image|frame|photo))?")
_OBJECT = re.compile(r"""\[?\s*\{\s*["'].*\}\s*\]?""")  # of JSON or Python, or a list of such
MOST_CHARACTERS = 60  # that are shown of a label


def raw_labels(sheet: Sheet, found: Columns) -> list[str]:
    """What each row says, before words that mean nothing are told apart.

    Raises:
        UserError: no column is the label.
    """
    if found.label is not None:
        return sheet.column(found.label)
    if not found.may_be_hot:  # params.yaml says that the table has no label
        return [""] * len(sheet.cells)
    taken = (found.path, found.split, found.group)
    raw = one_hot(sheet, taken)
    if raw is None:
        weak = weak_label(sheet, taken)
        if weak is None:
            raise several_labels(sheet, taken) or missing_column(sheet, "label")
        return sheet.column(weak)
    doubled = sum(len(classes) > 1 for classes in raw)
    if doubled:
        sheet.warn(f"{doubled} rows have 1 in several of these: read as no label")
    return [classes[0] if len(classes) == 1 else "" for classes in raw]


def spelled_labels(raw: list[str], sheet: Sheet, none: Set[str]) -> list[str | None]:
    """One spelling of each label; None where a cell has none, or several."""
    spelled = without_brackets([alone(clean(label)) for label in raw])
    counts = Counter(spelled)
    _forbid_objects(counts, sheet)
    _forbid_images(counts, sheet)
    kept = counts.keys() - none_among(counts, none)
    words = [label for label in counts if label and label not in kept]
    if are_signs := _are_signs(counts):
        kept = {label for label in counts if label}
    if words and are_signs:
        sheet.warn("labels are 1 and -1 alone: both are classes, though no_label lists -1")
    elif words:
        used = named(f"{word!r} ({counts[word]})" for word in words)
        sheet.warn(f"read as no label: {used}; data.folder.no_label lists such words")
    numbers = same_number(kept)
    classes = {numbers.get(label, label) for label in kept}
    _warn_of_merged(spelled, sheet)
    marks = marks_between(classes)
    many = {label for label in classes if several(label, classes, marks)}
    if many:
        sheet.warn(
            f"{sum(numbers.get(s, s) in many for s in spelled)} rows name several classes, such as "
            f"{min(many)!r}: read as no label, since an image can have one only"
        )
    unsure = sorted(label for label in classes - many if may_be_several(label, classes))
    unsure = unsure or made_of_others(classes - many)
    if unsure:
        sheet.warn(f"{named(map(repr, unsure))}: several labels in a cell? Read as one class")
    if not are_signs:
        _warn_of_odd_numbers(classes, sheet)
    found = (numbers.get(label, label) for label in spelled)
    return [label if label in classes and label not in many else None for label in found]


def hint_at_nothing_shown(labels: Sequence[str | None], sheet: Sheet) -> None:
    """At a class that a column of yes and no tells beside the label, as camera traps have it."""
    for at, name in enumerate(sheet.names):
        if not _NOTHING_SHOWN.fullmatch(re.sub(r"[\W_]+", "_", name.lower())):
            continue
        said = sheet.column(at)
        found = sum(
            label is None and word.lower() in YES for label, word in zip(labels, said, strict=True)
        )
        if found:
            sheet.warn(
                f"{found} rows without a label say yes in column {name}: read as no label; if that "
                "is a class of its own, write it into the column of the labels"
            )


def _forbid_objects(labels: Iterable[str], sheet: Sheet) -> None:
    """Refuse what programs for labelling write into one cell: each would be a class of its own."""
    found = next((label for label in labels if _OBJECT.fullmatch(label)), None)
    if found:
        shown = found if len(found) <= MOST_CHARACTERS else f"{found[:MOST_CHARACTERS]}..."
        raise UserError(
            f"{sheet.where}: the label {shown} is an object with more than a class; write the "
            "class of each image alone"
        )


def _forbid_images(labels: Counter[str], sheet: Sheet) -> None:
    """Refuse masks and the like: each would be a class of its own."""
    images = [label for label in labels if is_image(label)]
    rows = labels.total()
    differ = 0 < rows <= 2 * len(images)
    if differ and nearly_all(sum(labels[one] for one in images), rows):
        raise UserError(
            f"{sheet.where}: the labels are images, such as {images[0]!r}, which say no class of "
            f"a whole image: name another column in {KEY}.label, or write the class there"
        )


def _warn_of_merged(labels: Sequence[str], sheet: Sheet) -> None:
    """Of a label once at the top of several rows, as spreadsheets save cells that were merged."""
    filled = [label for label in labels if label]
    is_once = len(filled) > 1 and len({*filled}) == len(filled)
    if is_once and labels[0] and not labels[-1] and 2 * len(filled) < len(labels):
        sheet.warn(
            f"each of {len(filled)} classes has one row, with rows without a label below: if their "
            "cells were merged in a spreadsheet, write the label into each row"
        )


def _are_signs(words: Collection[str]) -> bool:
    """Whether all that is said is 1 and -1, which then are yes and no."""
    return {float(word) for word in words if NUMBER.fullmatch(word)} == {1.0, -1.0} and all(
        NUMBER.fullmatch(word) for word in words if word
    )


def _warn_of_odd_numbers(classes: set[str], sheet: Sheet) -> None:
    """Of fractions, a negative number among numbers, or one or two numbers among words."""
    numbers = {label for label in classes if NUMBER.fullmatch(label)}
    broken = {label for label in numbers if float(label) % 1}
    if numbers == classes and broken:
        sheet.warn(
            f"labels are numbers such as {min(broken)}, and {len(classes)} classes by it: if they "
            "measure something, write ranges or names in their stead"
        )
    odd = {label for label in numbers if label.startswith("-")} if numbers == classes else numbers
    if odd and (numbers == classes or len(odd) < min(3, len(classes) / 2)):
        sheet.warn(
            f"{named(sorted(odd))}: a class like the others; if it means no label, add it to "
            "data.folder.no_label"
        )
