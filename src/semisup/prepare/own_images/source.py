"""One of the places that `data.folder` names, and what became of its files."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from semisup.labels.endings import is_image, is_raw
from semisup.labels.table import Row
from semisup.prepare.files.in_archive import forbid_absent_folder
from semisup.prepare.files.member import SETS
from semisup.prepare.files.places import Entry, Place
from semisup.prepare.folders.class_folders import Layout
from semisup.prepare.records import GivenSplit, Meant, Outcome, Rejected, meant_for
from semisup.workflow.errors import UserError


@dataclass
class FileCounts:
    """What became of the files of a place; the first of those without use, and why."""

    files: int = 0
    usable: int = 0
    problem: str = ""
    aside: str = ""  # of files that are no images by their names

    def add(self, outcome: Outcome, needs_label: bool) -> None:
        """Take note of a file."""
        if isinstance(outcome, Rejected):
            problem = f"{outcome.source}: {outcome.reason}"
            if outcome.meant == "aside":
                self.aside = self.aside or problem
            else:
                self.problem = self.problem or problem
        elif outcome.label is not None or not needs_label:
            self.usable += 1


@dataclass(eq=False)
class Source:
    """One of the named places, and what became of its files so far."""

    place: Place
    split: GivenSplit
    has_labels: bool
    table: str | None = None
    rows: dict[str, Row] = field(default_factory=dict)  # by `Place.source` of the file
    # rows of no file: why, and the label
    absent: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    layout: Layout | None = None
    inside: list[str] = field(default_factory=list)  # identities of other places below this one
    archives: frozenset[str] = frozenset()  # identities of files that other places lie in
    # of the same place, in order: those that have a table, this one among them
    with_table: list["Source"] = field(default_factory=list)
    parts: Layout | None = None  # which folders are for training and which for test
    keeps_to_key: bool = False  # its images are for `split`, whatever folders and rows call them
    is_empty: bool = False
    # whether any file may have more than 8 bits; None: nobody has looked at their names yet
    may_be_deep: bool | None = None
    by_folders: bool = False  # its folders are the classes, and the table says something else
    is_set: bool = False  # the table lies in the files of the images
    counts: FileCounts = field(default_factory=FileCounts)

    @cached_property
    def folders_of_rows(self) -> set[str]:
        """Names, in small letters, of folders of the place with files that the table names."""
        above = len(self.place.source(""))
        return {name for whole in self.rows for name in whole[above:].lower().split("/")[:-1]}

    @cached_property
    def images_without_ending(self) -> set[str]:
        """Paths in small letters, but for raw files; a tar's names are listed once more for it."""
        images = (path for path in self.own_paths() if is_image(path) and not is_raw(path))
        return {path.rpartition(".")[0].lower() for path in images}

    @property
    def where(self) -> str:
        """For messages."""
        return f"{self.place.key}: {self.place.given}"

    @property
    def meant(self) -> Meant:
        """What its files are for."""
        return meant_for(self.split, self.has_labels)

    @property
    def may_be_set(self) -> bool:
        """Whether it is no archive of other files."""
        return self.place.disk.is_dir() or self.place.disk.suffix.lower() in SETS

    def claims(self, path: str) -> bool:
        """Whether a file is its own even where another place has it too, as by a link."""
        return self.has_labels if self.table is None else self.place.source(path) in self.rows

    def own_sets(self) -> Iterator[Entry]:
        """Files with images in a column."""
        return (entry for entry in self._own(self.place.sets()) if isinstance(entry, Entry))

    def own_entries(self) -> Iterator[Entry | Rejected]:
        """Without those of other places inside this one, and the archives that hold such."""
        return self._own(self.place.entries())

    def own_listing(self) -> Iterator[Entry | Rejected]:
        """The same, of which only the names are asked for."""
        return self._own(self.place.listing())

    def own_paths(self) -> Iterator[str]:
        """Paths below the place of those that can be read."""
        return (entry.path for entry in self.own_listing() if isinstance(entry, Entry))

    def _own(self, entries: Iterator[Entry | Rejected]) -> Iterator[Entry | Rejected]:
        inside = tuple(self.inside)
        for entry in entries:
            if isinstance(entry, Rejected) or not (
                entry.identity.startswith(inside) or entry.identity in self.archives
            ):
                yield entry

    def check_usable(self) -> None:
        """Refuse it where none of its files was of use.

        Raises:
            UserError: it names the first, or the folder of an archive that is not there.
        """
        if self.counts.usable:
            return
        if not self.counts.files:
            forbid_absent_folder(self.place)
        kind = "labelled image" if self.has_labels else "image"
        first = self.counts.problem or self.counts.aside
        problem = f" (the first: {first})" if first else ""
        raise UserError(
            f"{self.where}: no usable {kind} among its {self.counts.files} "
            f"files{problem}; put images there, or change {self.place.key} in params.yaml"
        )
