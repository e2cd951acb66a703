"""What the columns of split and group say of each row."""

import re
from collections import Counter
from collections.abc import Sequence, Set

from semisup.labels.bits import are_bits, is_one
from semisup.labels.column_names import KEY, plain
from semisup.labels.columns import Columns
from semisup.labels.no_label import UNSURE, is_none
from semisup.labels.parts import Part, part_of, parts_among
from semisup.labels.sheet import Sheet
from semisup.labels.split_column import COUNTED, is_counted, says_labelled
from semisup.labels.words import clean, whole
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named

MANY_GROUPS, LARGE = 5, 0.25  # of the rows in one group: no longer one patient or part
_ELSE = f"if it means something else, set {KEY}.split to null"


def groups_of(sheet: Sheet, found: Columns, none: Set[str]) -> list[str | None]:
    """The group of each row. Numbers as one table has them and another does not: 7.0 is 7."""
    if found.group is None:
        return [None] * len(sheet.cells)
    words = [*map(clean, sheet.column(found.group))]
    known = [None if is_none(word, none | UNSURE) else word for word in words]
    unsure = Counter(
        w for w, k in zip(words, known, strict=True) if k is None and not is_none(w, none)
    )
    if unsure:
        used = named(f"{word!r} ({count})" for word, count in unsure.items())
        sheet.warn(f"read as no group: {used}")
    sizes = Counter(word for word in known if word is not None)
    if sizes:
        [(word, size)] = sizes.most_common(1)
        if len(sizes) >= MANY_GROUPS and size > LARGE * len(words):
            sheet.warn(
                f"{size} of {len(words)} rows are of the group {word!r}, which stay on one side of "
                "each split; if it means none, leave these cells empty"
            )
    return [word and whole(word) for word in known]


def parts_of(sheet: Sheet, found: Columns) -> list[Part | None]:
    """The part of the data that each row is of.

    Raises:
        UserError: a word that is none, in a column that can be nothing else.
    """
    if found.split is None:
        return [None] * len(sheet.cells)
    name, values = sheet.names[found.split], [*map(clean, sheet.column(found.split))]
    yes = _part_of_yes(name)
    if yes and are_bits(values):
        no = _part_of_no(name, yes)
        held = sum(is_one(value) == (yes != "train") for value in values if value)
        if 2 * held > len(values):
            sheet.warn(f"by column {name} {held} of {len(values)} rows are not trained on; {_ELSE}")
        return [None if not v else yes if is_one(v) else no for v in values]
    if is_counted(name, values):
        sheet.warn(f"column {name} says 0, 1 and 2: read as train, validation and test; {_ELSE}")
        return [COUNTED[value[0]] for value in values]
    parts = parts_among(value for value in values if value)
    unknown = [value for value, part in parts.items() if part is None]
    if not unknown:
        return [parts.get(value) for value in values]
    if found.split_is_sure:
        raise UserError(
            f"{sheet.where}: column {name}: {unknown[0]!r} is no part of the data{_unsure(unknown)}"
            f"; write train, validation, test or unlabelled, or set {KEY}.split to null"
        )
    sheet.warn(
        f"column {name} is not read: {named(map(repr, unknown))} are no train or test"
        f"{_unsure(unknown)}; if it is the split, write train, validation, test or unlabelled"
    )
    return [None] * len(values)


def without_unlabelled(
    parts: Sequence[Part | None], sheet: Sheet, found: Columns
) -> list[Part | None]:
    """With rows as unlabelled of which a column such as is_labeled says 0; 1 there is no part."""
    taken, parts = (found.path, found.label, found.split, found.group), [*parts]
    if found.label is None and found.may_be_hot:  # it may be a class among others
        return parts
    for at, name in enumerate(sheet.names):
        if at in taken or not says_labelled(name):
            continue
        words = sheet.column(at)
        without = [row for row, word in enumerate(words) if word and not is_one(word)]
        if not are_bits(words) or not without or not any(map(is_one, words)):
            continue
        sheet.warn(
            f"column {name} says {words[without[0]]} in {len(without)} of {len(words)} rows: read "
            f"as unlabelled, whatever their label; {_ELSE}"
        )
        for row in without:
            parts[row] = "unlabelled"
    return parts


def _unsure(words: Sequence[str]) -> str:
    """A word on numbers, which may be parts."""
    if not all(re.fullmatch(r"\d(\.0+)?", word) for word in words):
        return ""
    return " (which part each of the numbers means can't be told)"


def _part_of_yes(column: str) -> Part | None:
    """What 1 can only mean by the name of a column; of `split` some mean test by it."""
    short = plain(column)
    if "train" in short and "test" not in short:
        return "train"
    return part_of(column) or part_of(short.removeprefix("is"))


def _part_of_no(column: str, yes: Part) -> Part | None:
    """What 0 means beside it."""
    if says_labelled(column):
        return "unlabelled"
    if yes == "unlabelled":  # the others may be of any part
        return None
    return "test" if yes == "train" else "train"
