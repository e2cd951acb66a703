"""What looks wrong about folders that can all be read."""

import re
from collections.abc import Iterable

from semisup.prepare.class_folders import Layout
from semisup.prepare.places import printable
from semisup.prepare.tree import VIEW_WORDS, Folder, is_around, is_version, merged
from semisup.workflow.notes import Notes, named

MANY_AROUND = 10  # folders around the classes: more than sites or years
OWNER = re.compile(r"(patient|subject|person|case|animal|user|participant|p)[ _-]?\d", re.I)


def warn_of_versions(names: list[str], where: str, notes: Notes) -> None:
    """Of folders that hold the same images in several forms."""
    versions = [name for name in names if is_version(name)]
    if versions:
        notes.warn(
            f"{where}: {named(versions)}: by the name the same images in other forms, "
            "which would be trained and tested on: leave all but one out, or set "
            "data.folder.group_pattern"
        )


def warn_of_owners(names: list[str], where: str, notes: Notes) -> None:
    """Of folders around the classes, each of which may be a patient's."""
    owners = [name for name in names if OWNER.match(name)]
    if owners or len(names) >= MANY_AROUND:
        notes.warn(
            f"{where}: {named(owners or names, 3)}, around the classes: if those are of "
            "one patient or part each, set data.folder.group_pattern, so that none is on both "
            "sides of a split"
        )


def warn_of_kinds(
    inner: Iterable[str], below: Iterable[str], depth: int, where: str, notes: Notes
) -> None:
    """Of folders in the classes that are kinds by their names: cat, dog, but not p012."""
    kinds = [name for name in below if not re.search(r"\d", name)]
    kinds = [name for name in kinds if name.lower() not in VIEW_WORDS and not is_around(name)]
    if len(kinds) > 1:
        notes.warn(
            f"{where}: {named(map(printable, inner))} are read as the classes, not the "
            f"folders in them ({named(map(printable, kinds))}): set data.folder.class_level "
            f"to {depth} for these"
        )


def warn_of_inner(top: Folder, layout: Layout, where: str, notes: Notes) -> None:
    """Of folders below the classes that hold several images each: of one patient, perhaps."""
    at = [top]
    for level in layout.levels:
        at = [f for folders in merged(at).values() for f in folders]
        if level == "class":
            break
    inner = [(name, f) for folder in at for name, f in folder.inner.items() if f.below]
    if layout.levels[-1] != "class" or len(inner) < 2 * len(at):
        return
    several = [name for name, folder in inner if folder.below > 1]
    if several and 2 * len(several) >= len(inner):
        notes.warn(
            f"{where}: class folders hold folders of several images each "
            f"({named(map(printable, several), 3)}): if those are of one patient or part, set "
            "data.folder.group_pattern, so that none is on both sides of a split"
        )
