"""Which column of a table is the split, where its name alone does not say so."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from semisup.labels.bits import are_bits
from semisup.labels.column_names import KEY, plain
from semisup.labels.columns import MOST_PARTS, Columns, is_split
from semisup.labels.parts import Part, part_of
from semisup.labels.sheet import Sheet
from semisup.labels.words import whole
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named

COUNTED: dict[str, Part] = {"0": "train", "1": "validation", "2": "test"}
SPLIT_WORDS = re.compile(r"split|subset|partition|train.*test|test.*train|hold[ _-]?out|train.*val")


def with_split(sheet: Sheet, found: Columns) -> Columns:
    """With a column of other name as the split, if all that it says is train, test and the like.

    Raises:
        UserError: there are two such columns.
    """
    names, cells, at = sheet.names, sheet.cells, found.split
    if at is not None and (
        is_split(line[at].strip() for line in cells)
        or are_bits(line[at] for line in cells)
        or is_counted(names[at], sheet.column(at))
    ):
        return found
    taken = {found.path, found.label, found.group}
    free = [at for at in range(len(names)) if at not in taken]
    fitting = [at for at in free if is_split(line[at].strip() for line in cells)]
    if not fitting and found.label is not None:  # else `train` may be a class among others
        fitting = [at for at in free if _is_part(names[at], [line[at] for line in cells])]
        fitting = fitting or [at for at in free if is_counted(names[at], sheet.column(at))]
    if not fitting:
        if at is None:
            _warn_of_unread(sheet, found)
        return found
    first, *others = (names[at] for at in fitting)
    if others:
        raise UserError(
            f"{sheet.where}: the columns {named(map(repr, (first, *others)))} both read as the "
            f"split; name one in {KEY}.split"
        )
    sheet.warn(f"column {first} is read as the split ({KEY}.split)")
    return replace(found, split=fitting[0])


def _warn_of_unread(sheet: Sheet, found: Columns) -> None:
    """Of columns that speak of a split in words that nobody here knows."""
    taken = (found.path, found.label, found.group)
    for at, name in enumerate(sheet.names):
        words = {*sheet.column(at)} - {""}
        if at in taken or found.label is None or not 1 < len(words) <= MOST_PARTS:
            continue
        if is_about_labels(name) and are_bits(words):
            continue
        known = [word for word in words if part_of(word, strict=True)]
        says_so = part_of(name, strict=True) or SPLIT_WORDS.search(name.lower())
        if says_so or 2 * len(known) >= len(words):  # as Training, Test and a word for validation
            sheet.warn(
                f"column {name} is not read as the split, since it says "
                f"{named(map(repr, sorted(words)))}: if it is one, write train, validation, test "
                "or unlabelled there"
            )


def is_counted(name: str, words: Sequence[str]) -> bool:
    """Whether a column is named as the split, and says 0, 1 and 2, in most rows 0.

    So CelebA and WILDS mean train, validation and test; of folds none holds most rows.
    """
    if not re.search("split|partition", plain(name)):
        return False
    counts = Counter(map(whole, words))
    return {*counts} == {*COUNTED} and 2 * counts["0"] > len(words)


def _is_part(name: str, cells: Sequence[str]) -> bool:
    """Whether a column is called train or the like, and says 1 and 0."""
    return (
        part_of(name, strict=True) is not None
        and not is_about_labels(name)
        and are_bits(cells)
        and len({*cells}) > 1
    )


def says_labelled(name: str) -> bool:
    """Whether a column, by its name, says which rows have a label: is_labeled."""
    short = plain(name).removeprefix("is")
    return "label" in short and part_of(short, strict=True) == "train"


def is_about_labels(name: str) -> bool:
    """Whether 1 and 0 below this name are no parts of the data: is_labeled; pred of a model."""
    return says_labelled(name) or re.search("pred|(no|without)label", plain(name)) is not None
