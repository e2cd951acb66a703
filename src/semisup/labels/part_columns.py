"""Columns of ones and zeros that are a part of the data each: is_train, is_val, is_test."""

from collections.abc import Collection
from dataclasses import replace

from semisup.labels.bits import are_bits, is_one
from semisup.labels.column_names import KEY, plain
from semisup.labels.parts import PARTS, Part, part_of
from semisup.labels.sheet import Sheet
from semisup.labels.split_column import is_about_labels
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named


def with_parts_joined(sheet: Sheet, wanted: Collection[str | None]) -> Sheet:
    """With one column `split` for such columns, where there are several.

    Rows with 1 in none of them are of the one part that no column is of.

    Args:
        sheet: is told which columns these are.
        wanted: names of columns that params.yaml says are something else.

    Raises:
        UserError: rows have 1 in several.
    """
    names = sheet.names
    at = [
        number
        for number, name in enumerate(names)
        if part_of(name, strict=True) and name not in wanted and not is_about_labels(name)
        if are_bits(sheet.column(number)) and any(map(is_one, sheet.column(number)))
    ]
    if len(at) < 2 or "split" in map(plain, names):
        return sheet
    found = [[names[number] for number in at if is_one(line[number])] for line in sheet.cells]
    columns = named(names[number] for number in at)
    if many := sum(len(words) > 1 for words in found):
        raise UserError(
            f"{sheet.where}: {many} of {len(found)} rows have 1 in several of the columns "
            f"{columns}, but an image is of one part of the data: write a column split with one "
            f"word a row, or name one of these in {KEY}.split"
        )
    none = sum(not words for words in found)
    rest = _part_of_others({part_of(names[number], strict=True) for number in at})
    read = f"; {none} rows with 1 in none of them: read as {rest or 'of no part'}" if none else ""
    sheet.warn(f"columns {columns} are read as the split{read}")
    kept = [number for number in range(len(names)) if number not in at]
    joined = [
        [*(line[number] for number in kept), *(words or [rest or ""])]
        for line, words in zip(sheet.cells, found, strict=True)
    ]
    return replace(sheet, names=[*(names[number] for number in kept), "split"], cells=joined)


def _part_of_others(known: Collection[Part | None]) -> Part | None:
    """The part of rows that are of none of these; None: it may be one of two."""
    missing = [part for part in PARTS if part not in known and part != "unlabelled"]
    return missing[0] if len(missing) == 1 else None
