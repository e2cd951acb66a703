"""Which column of a table names the images, by what its cells say."""

import re
from collections.abc import Callable, Collection, Sequence

from semisup.labels.column_names import KEY, plain
from semisup.labels.endings import is_image
from semisup.labels.sheet import Sheet
from semisup.labels.words import nearly_all
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named

LOOKED_AT = 200  # lines, to find the column that names files
BESIDE_IMAGES = re.compile("mask|seg|annot|thumb|url|overlay|depth|heatmap|groundtruth")
Known = Callable[[str], float]


def path_by_cells(sheet: Sheet, found: int | None, is_known: Known) -> int | None:
    """The column that names the most files, where one of a fitting name names fewer.

    Raises:
        UserError: several do, and none has such a name.
    """
    names, some = sheet.names, sheet.cells[:: max(1, len(sheet.cells) // LOOKED_AT)]
    others = [at for at in range(len(names)) if at != found and _names_images(names[at], some, at)]
    known = {at: sum(is_known(line[at]) for line in some) for at in others}
    best = max(known.values(), default=0.0)
    if not best or (found is not None and best <= sum(is_known(line[found]) for line in some)):
        return found
    path, *more = [at for at in others if known[at] == best]
    more = [at for at in more if not _are_same(some, at, path)]
    if more and (found is None or not any(is_known(line[found]) for line in some)):
        raise UserError(
            f"{sheet.where}: the columns {named(repr(names[at]) for at in (path, *more))} all name "
            f"files; say in {KEY}.path which are the images"
        )
    instead = "" if found is None else f", not from {names[found]}"
    sheet.warn(
        f"the path is read from column {names[path]}{instead}, since it names files ({KEY}.path)"
    )
    return path


def identity(sheet: Sheet, taken: Collection[int | None], is_known: Known) -> int | None:
    """The only column that says another name in each line, nearly all of them those of files."""
    found = []
    for at, name in enumerate(sheet.names):
        words = sheet.column(at)
        is_key = len({*words}) == len(words) > 1
        if at in taken or not is_key or not name:
            continue
        some = words[:: max(1, len(words) // LOOKED_AT)]
        if nearly_all(sum(is_known(word) > 0 for word in some), len(some)):
            found.append(at)
    if len(found) != 1:
        return None
    name = sheet.names[found[0]]
    sheet.warn(f"the path is read from column {name}, since it names files ({KEY}.path)")
    return found[0]


def _are_same(cells: Sequence[Sequence[str]], one: int, other: int) -> bool:
    """Whether two columns name the same files, one with more of the path."""
    pairs = (sorted((_parts(line[one]), _parts(line[other])), key=len) for line in cells)
    return all(long[len(long) - len(short) :] == short for short, long in pairs)


def _parts(cell: str) -> list[str]:
    return [part for part in re.split(r"[/\\]", cell.strip()) if part not in ("", ".")]


def _names_images(name: str, cells: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a column's cells end as images do, which by its name are none beside others."""
    filled = [line[at] for line in cells if line[at].strip()]
    are = bool(filled) and nearly_all(sum(map(is_image, filled)), len(filled))
    return are and not BESIDE_IMAGES.search(plain(name))
