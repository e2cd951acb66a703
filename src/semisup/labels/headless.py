"""Tables without names of columns: which column holds an image's path, and which its label."""

import re
from collections.abc import Mapping, Sequence

from semisup.labels.column_names import KEY, NAMES, has, plain
from semisup.labels.endings import is_image
from semisup.labels.parts import part_of
from semisup.labels.path_column import Known
from semisup.labels.text import SEPARATORS, Line, lines_in
from semisup.labels.words import nearly_all
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, named

_NO_LABEL = re.compile(r"-1|[+-]?[\d.]+(\s+[+-]?[\d.]+)+")  # in a line of spaces: several numbers
_HAS_COLUMNS = re.compile(
    r"[+-]?[\d.]+\s.+|.*\s[+-]?\d*\.\d+"
)  # a number first, or a fraction last


def of_spaces(text: str, where: str, is_known: Known, notes: Notes) -> list[Line] | None:
    """Number and cells of each line that is a path, a space and a label; None: not all are.

    So lists for Caffe are. A path may lack its ending where it names a file; then a line of names
    comes first. -1 would mean another class there, and is read by nobody.

    Raises:
        UserError: lines have more cells than these, of which it can't be told what they hold.
    """
    lines = [(n, line) for n, line in enumerate(map(str.strip, lines_in(text)), 1) if line]
    if not lines or any(mark in line for _, line in lines for mark in SEPARATORS):
        return None
    pairs = [(number, line.rsplit(None, 1)) for number, line in lines]
    if all(len(pair) == 2 and is_image(pair[0]) for _, pair in pairs):
        return pairs
    pairs = [(number, line.split(None, 1)) for number, line in lines]  # a class of several words
    if any(len(pair) < 2 or _NO_LABEL.fullmatch(pair[1]) for _, pair in pairs):
        return None
    rest = pairs[1:] if plain(pairs[0][1][0]) in NAMES["path"] else pairs
    if not rest or not nearly_all(sum(is_known(path) > 0 for _, (path, _) in rest), len(rest)):
        return None
    _doubt_words([pair[1] for _, pair in rest], where, notes)
    return pairs if rest is not pairs else [(0, ["path", "label"]), *pairs]


def _doubt_words(labels: Sequence[str], where: str, notes: Notes) -> None:
    """Of what stands behind each path, a space between its words.

    Raises:
        UserError: these are columns.
    """
    widths, spaced = {len(label.split()) for label in labels}, [one for one in labels if " " in one]
    if len(widths) == 1 and all(map(_HAS_COLUMNS.fullmatch, labels)):
        raise UserError(
            f"{where}: lines such as {labels[0]!r} behind the path have {max(widths)} cells with "
            "spaces between them, and any may be the label; save it with commas, below a first "
            "line of path,label and the like"
        )
    if spaced:
        notes.warn(
            f"{where}: {len(spaced)} of {len(labels)} lines have several words behind the path, "
            f"such as {spaced[0]!r}: taken as one name; if they are several labels or "
            "columns, save it with commas, below a first line of path,label and the like"
        )


def one_column(text: str, where: str) -> UserError:
    """The error where each line is a path alone, or cells with spaces between them."""
    lines, rest = [line for line in text.splitlines() if line.strip()], ""
    if 2 * sum(len(line.split()) > 1 for line in lines) > len(lines):
        what = "has spaces between its cells? Save it with commas,"
    else:
        what = "has one column, so that it can't say path and label: save it with both,"
        rest = f"; if folders are the classes, set {KEY}.label to null"
    return UserError(f"{where}: {what} below a first line of path,label and the like{rest}")


def with_names(lines: Sequence[Line], where: str, notes: Notes) -> list[Line]:
    """The same lines with one of names before them, where the first is an image already.

    The label is the only other column, or the only one that holds words in all lines, or numbers
    beside a count of the lines; a column of train and test beside others is the split.

    Raises:
        UserError: several columns could hold the label.
    """
    first = lines[0][1]
    paths = [at for at, cell in enumerate(first) if is_image(cell)]
    if len(paths) != 1 or len(first) < 2:
        return [*lines]
    (path,) = paths
    others = [at for at in range(len(first)) if at != path]
    splits = _splits(lines, others)
    if len(splits) == 1 < len(others):
        others.remove(splits[0])
    else:
        splits = []
    if len(others) > 1:
        words = [at for at in others if all(_is_word(cells[at]) for _, cells in lines)]
        others = words or [at for at in others if not _counts(lines, at)]
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
    return _below({path: "path", label: "label", **dict.fromkeys(splits, "split")}, lines)


def with_names_but_label(
    lines: Sequence[Line], where: str, notes: Notes, is_known: Known
) -> list[Line]:
    """The same where folders are the classes: beside the path there may be the split.

    An image may lack its ending where it names a file, and no cell is called as a column.

    Raises:
        UserError: several columns could hold the path.
    """
    first = lines[0][1]
    paths = [at for at, cell in enumerate(first) if is_image(cell)]
    if not paths and not any(has(what, first) for what in NAMES):
        paths = [at for at, cell in enumerate(first) if is_known(cell) > 0]
    if not paths:
        return [*lines]
    if len(paths) > 1:
        raise UserError(
            f"{where}: has no line that names the columns, and the path may be in several; put a "
            "first line of path,split and the like"
        )
    others = [at for at in range(len(first)) if at not in paths]
    splits = _splits(lines, others)
    said = {paths[0]: "path"} | (dict.fromkeys(splits, "split") if len(splits) == 1 else {})
    read = ", ".join(f"column {at + 1} is read as the {what}" for at, what in said.items())
    unread = [f"column {at + 1}" for at in others if at not in said]
    rest = f"; {named(unread)}: not read, unless {KEY} names it so" if unread else ""
    notes.warn(f"{where}: no line names the columns: {read}{rest}")
    return _below(said, lines)


def _splits(lines: Sequence[Line], among: Sequence[int]) -> list[int]:
    """Columns that say train, test and the like in all lines."""
    return [at for at in among if all(part_of(cells[at], strict=True) for _, cells in lines)]


def _below(names: Mapping[int, str], lines: Sequence[Line]) -> list[Line]:
    """The lines below one of these names by position; the others are called column 1 and so on."""
    width = len(lines[0][1])
    return [(0, [names.get(at, f"column {at + 1}") for at in range(width)]), *lines]


def _counts(lines: Sequence[Line], at: int) -> bool:
    """Whether a column has another whole number in each line, as lists of MXNet begin."""
    cells = {line[at].strip() for _, line in lines}
    return len(cells) == len(lines) > 1 and all(cell.isdecimal() for cell in cells)


def _is_word(cell: str) -> bool:
    return any(letter.isalpha() for letter in cell)
