"""Classes by folders, as files turn up in them."""

from collections import Counter
from collections.abc import Collection

from semisup.prepare.files.places import printable
from semisup.prepare.folders.class_folders import Placed
from semisup.prepare.own_images.named_places import KEY
from semisup.workflow.notes import Notes, named


class FolderClasses:
    """Which there are, and folders that look like a class but may be none."""

    def __init__(self, known: Collection[str]) -> None:
        """Take note of the classes that are known; other folders mean no label."""
        self.known = known
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
        if read not in self.known:
            self._unlabelled[read] += 1
            return None
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
        for label, folders in self._spellings.items():
            if len(folders) > 1:
                shown = named(sorted(ascii(printable(folder)) for folder in folders))
                notes.warn(
                    f"{KEY}: folders {shown} differ in spaces or Unicode form only: one class, "
                    f"{label!r}"
                )
