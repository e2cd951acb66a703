"""Tables without names of columns: which column holds an image's path, and which its label."""

from collections.abc import Sequence

from semisup.labels.endings import is_image
from semisup.labels.text import SEPARATORS, Line, lines_in
from semisup.labels.words import part_of
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes


def of_spaces(text: str) -> bool:
    """Whether each line is a path, a space and a label, as lists for Caffe have it."""
    lines = (line.strip() for line in lines_in(text))
    return bool(text.strip()) and all(_is_pair(line) for line in lines if line)


def _is_pair(line: str) -> bool:
    pair = line.rsplit(None, 1)
    return len(pair) == 2 and is_image(pair[0]) and not any(mark in line for mark in SEPARATORS)


def one_column(text: str, where: str) -> UserError:
    """The error where each line is a path alone, or cells with spaces between them."""
    lines, rest = [line for line in text.splitlines() if line.strip()], ""
    if 2 * sum(len(line.split()) > 1 for line in lines) > len(lines):
        what = "has spaces between its cells? Save it with commas,"
    else:
        what = "has one column, so that it can't say path and label: save it with both,"
        rest = "; if folders are the classes, set data.folder.columns.label to null"
    return UserError(f"{where}: {what} below a first line of path,label and the like{rest}")


def with_names(lines: Sequence[Line], where: str, notes: Notes) -> list[Line]:
    """The same lines with one of names before them, where the first is an image already.

    The label is the only other column, or the only one that holds words in all lines; a column of
    train and test beside others is the split.

    Raises:
        UserError: several columns could hold the label.
    """
    first = lines[0][1]
    paths = [at for at, cell in enumerate(first) if is_image(cell)]
    if len(paths) != 1 or len(first) < 2:
        return [*lines]
    (path,) = paths
    others = [at for at in range(len(first)) if at != path]
    splits = [at for at in others if all(part_of(cells[at], strict=True) for _, cells in lines)]
    if len(splits) == 1 < len(others):
        others.remove(splits[0])
    else:
        splits = []
    if len(others) > 1:
        others = [at for at in others if all(_is_word(cells[at]) for _, cells in lines)]
    if len(others) != 1:
        raise UserError(
            f"{where}: has no line that names the columns, and the label may be in several; put "
            "a first line of path,label and the like"
        )
    (label,) = others
    notes.warn(
        f"{where}: no line names the columns: column {path + 1} is read as the path, column "
        f"{label + 1} as the label{f', column {splits[0] + 1} as the split' if splits else ''}"
    )
    names = [f"column {at + 1}" for at in range(len(first))]
    names[path], names[label] = "path", "label"
    for at in splits:
        names[at] = "split"
    return [(0, names), *lines]


def _is_word(cell: str) -> bool:
    return any(letter.isalpha() for letter in cell)
