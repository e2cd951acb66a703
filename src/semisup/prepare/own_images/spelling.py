"""Classes and groups that are one, which folders and tables write in several ways."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from semisup.labels.table import Row
from semisup.prepare.own_images.source import Source
from semisup.workflow.notes import Notes, named


def write_as_folders(sources: Sequence[Source], folders: Collection[str], notes: Notes) -> None:
    """Write the classes of tables as class folders are called: 7 as 00007.

    So it is with GTSRB: folders 00000 to 00042, and a table of the test images with 0 to 42.
    Nothing is done where a class is no number, or where two folders are the same number.
    """
    labels = {row.label for source in sources for row in source.rows.values() if row.label}
    numbers = {int(name): name for name in folders if name.isdecimal()}
    if len(numbers) < len(folders) or not all(map(str.isdecimal, labels)):
        return
    spelled = {label: numbers.get(int(label), label) for label in labels}
    other = sorted(label for label, name in spelled.items() if label != name)
    if not other:
        return
    shown = named((f"{label} is {spelled[label]}" for label in other), 3)
    notes.warn(f"classes of tables are written as the class folders are: {shown}")
    _rewrite(sources, lambda row: replace(row, label=spelled.get(row.label or "", row.label)))


class Groups:
    """Spells groups that differ in case or leading zeros only as the first of them.

    One table has patient 003, and another one, which a spreadsheet wrote, 3; so has a path. To take
    two patients for one costs little; one on both sides of a split makes its results worthless.
    """

    def __init__(self) -> None:
        self._first: dict[str, str] = {}  # by what they share
        self._spelled: dict[str, str] = {}
        self._other: list[str] = []  # written otherwise, of which nobody has been told

    def spelled(self, group: str) -> str:
        """As the first that may be the same."""
        if group not in self._spelled:
            plain = re.sub(r"(?<!\d)0+(?=\d)", "", group.casefold())
            self._spelled[group] = first = self._first.setdefault(plain, group)
            self._other += [group] if first != group else []
        return self._spelled[group]

    def warn(self, notes: Notes) -> None:
        """Of those that were written as others since the last time."""
        if self._other:
            shown = named((f"{name} is {self._spelled[name]}" for name in self._other), 3)
            notes.warn(f"groups that differ in case or leading zeros only are read as one: {shown}")
            self._other = []


def write_groups_alike(sources: Sequence[Source], notes: Notes) -> Groups:
    """Write the groups of all tables so; returns what spells those of paths as they are."""
    groups = Groups()
    every = {row.group: None for source in sources for row in source.rows.values() if row.group}
    spelled = {group: groups.spelled(group) for group in every}
    if any(group != first for group, first in spelled.items()):
        _rewrite(sources, lambda row: replace(row, group=spelled.get(row.group or "", row.group)))
    groups.warn(notes)
    return groups


def _rewrite(sources: Sequence[Source], rewritten: Callable[[Row], Row]) -> None:
    for source in sources:
        source.rows = {path: rewritten(row) for path, row in source.rows.items()}
