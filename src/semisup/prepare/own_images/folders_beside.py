"""Folders that are called as classes, where a table says which class an image is of."""

from collections import Counter
from collections.abc import Collection

from semisup.prepare.own_images.named_places import KEY
from semisup.workflow.notes import Notes, named


class FoldersBeside:
    """Compares them with what the table says of the images right in them."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = known
        self.without_row: Counter[str] = Counter()  # images by folder
        self.others, self.first = 0, ""  # images of which the table says something else

    def add_without_row(self, path: str) -> None:
        """Take note of an image that the table does not name."""
        if (folder := _folder(path)) in self.known:
            self.without_row[folder] += 1

    def add(self, path: str, label: str | None) -> None:
        """Compare an image's folder with its label."""
        if label is not None and (folder := _folder(path)) != label and folder in self.known:
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


def _folder(path: str) -> str:
    return path.rpartition("/")[0].rpartition("/")[2]
