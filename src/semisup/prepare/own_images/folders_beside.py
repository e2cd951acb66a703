"""Folders that are called as classes, where a table says which class an image is of."""

from collections import Counter
from collections.abc import Collection, Mapping

from semisup.labels.parts import part_of
from semisup.prepare.files.places import printable
from semisup.prepare.folders.class_folders import Layout
from semisup.prepare.own_images.named_places import KEY
from semisup.prepare.own_images.path_names import folder_of
from semisup.workflow.notes import Notes, named


class FoldersBeside:
    """Compares them with what the table says of the images right in them."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = known
        self.without_row: Counter[str] = Counter()  # images by folder
        self.others, self.first = 0, ""  # images of which the table says something else

    def add_without_row(self, path: str) -> None:
        """Take note of an image that the table does not name."""
        if (folder := folder_of(path)) in self.known:
            self.without_row[folder] += 1

    def add(self, path: str, label: str | None) -> None:
        """Compare an image's folder with its label."""
        if label is not None and (folder := folder_of(path)) != label and folder in self.known:
            self.others += 1
            self.first = self.first or f"{path} ({label!r})"

    def warn(self, notes: Notes) -> None:
        """Of images that may have lost their label, or have a wrong one."""
        if len(self.without_row) > 1:
            used = named(f"{name} ({n} files)" for name, n in self.without_row.items())
            notes.warn(
                f"{KEY}: {used}: called as classes of the table, which does not name these files: "
                "read as unlabelled; give them rows, or name the folder around them as a place of "
                "its own"
            )
        if self.others:
            notes.warn(
                f"{KEY}: {self.others} images lie in folders called as another class than their "
                f"table says, such as {self.first}: the table counts; if the folders are right, "
                f"set {KEY}.columns.label to null"
            )


def warn_of_parts_without_rows(
    parts: Layout, files: Mapping[str, str], rows: Collection[str], where: str, notes: Notes
) -> None:
    """Of parts, called as for test or validation, of which the table names no image.

    Args:
        parts: how deep they lie.
        files: each file's whole path, and the part of it that is below its place.
        rows: whole paths of those that the table names.
    """
    depth = len(parts.levels) - 1
    found: dict[str, int] = {}
    for whole, inner in files.items():
        folders = inner.split("/")[:-1]
        if len(folders) > depth and part_of(folders[depth]) in ("test", "validation"):
            found[folders[depth]] = found.get(folders[depth], 0) + (whole in rows)
    without = sorted(name for name, count in found.items() if not count)
    if without:
        notes.warn(
            f"{where}: names no image in {named(map(printable, without))}, which are read as "
            f"unlabelled; where another table does, name both in {KEY}.test and test_labels, or "
            "validation and validation_labels"
        )
