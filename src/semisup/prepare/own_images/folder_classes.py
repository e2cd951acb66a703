"""Classes by folders, as files turn up in them."""

from collections import Counter
from collections.abc import Collection, Sequence

from semisup.labels.no_label import is_none, without_case
from semisup.prepare.files.places import printable
from semisup.prepare.folders.class_folders import Placed
from semisup.prepare.folders.doubts import FURTHER_DOWN
from semisup.prepare.folders.signs import is_odd
from semisup.prepare.own_images.named_places import KEY
from semisup.workflow.notes import Notes, named


class FolderClasses:
    """Which there are, and folders that look like a class but may be none."""

    def __init__(self, known: Collection[str], no_label: Sequence[str]) -> None:
        """Take note of what is asked for.

        Args:
            known: classes, whatever folders turn up.
            no_label: words that mean no label, in upper or lower case.
        """
        self.known, self.found = known, set[str]()
        self._none = without_case(no_label)
        self._unlabelled: Counter[str] = Counter()  # files by folders that are called so
        self._without_images: dict[str, str] = {}  # folders, each with one of its files
        self._spellings: dict[str, set[str]] = {}  # of folders, by what they are read as

    def label(self, read: str, folder: str) -> str | None:
        """The class of a file, or None for no label.

        Args:
            read: what the name of its folder is read as.
            folder: that name as it is.
        """
        self._spellings.setdefault(read, set()).add(folder)
        known = read in self.found or read in self.known
        if not known and is_none(read, self._none):
            self._unlabelled[read] += 1
            return None
        self.found.add(read)
        return read

    def note_no_image(self, placed: Placed, path: str) -> None:
        """A file that is no image by its name, in what may be the folder of a class."""
        if placed.label and not placed.problem and placed.label not in self.known:
            self._without_images.setdefault(placed.label, path)

    def warn(self, notes: Notes) -> None:
        """Of what only all files together show."""
        if self._unlabelled:
            used = named(f"{name!r} ({n} files)" for name, n in self._unlabelled.items())
            notes.warn(f"{KEY}: folders read as no label: {used}; {KEY}.no_label lists such words")
        if self._without_images:
            path = next(iter(self._without_images.values()))
            notes.warn(
                f"{KEY}: {named(self._without_images)}: no class, since all files there are, by "
                f"their names, no images, such as {path}"
            )
        if odd := sorted(label for label in self.found.difference(self.known) if is_odd(label)):
            notes.warn(
                f"{KEY}: {named(odd)}: read as a class, but seldom one by the name{FURTHER_DOWN}"
            )
        for label, folders in self._spellings.items():
            if len(folders) > 1:
                shown = named(sorted(ascii(printable(folder)) for folder in folders))
                notes.warn(
                    f"{KEY}: folders {shown} differ in spaces or Unicode form only: one class, "
                    f"{label!r}"
                )
