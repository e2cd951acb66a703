"""What each file of a place is read as."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from semisup.labels.endings import is_raw
from semisup.labels.parts import Part
from semisup.params import data_sections
from semisup.prepare.decoding.decoders import Job
from semisup.prepare.decoding.formats import RAW_FILE
from semisup.prepare.files.places import Entry
from semisup.prepare.folders.class_folders import Layout, beside_images
from semisup.prepare.junk import is_companion
from semisup.prepare.own_images.beside import MASK, RAW, Beside, is_raw_of_image
from semisup.prepare.own_images.folder_classes import FolderClasses
from semisup.prepare.own_images.folders_beside import FoldersBeside
from semisup.prepare.own_images.groups import PatternGroups
from semisup.prepare.own_images.key_or_names import Moved
from semisup.prepare.own_images.mask_folders import MaskFolders
from semisup.prepare.own_images.series import Series
from semisup.prepare.own_images.source import Source
from semisup.prepare.own_images.spelling import Groups
from semisup.prepare.records import Record, Rejected
from semisup.workflow import outputs
from semisup.workflow.notes import Notes

NOT_THERE = "named in {}, but {}"


class Reader:
    """Goes through the files of all places once; `finish` tells what turned up on the way."""

    def __init__(
        self,
        settings: data_sections.Folder,
        tables: Collection[str],
        known: Collection[str],
        names: Mapping[str, str],
        groups: Groups,
    ) -> None:
        """Take note of what is asked for.

        Args:
            settings: words that mean no label, the pattern of groups.
            tables: identities of files that are tables, no images.
            known: classes.
            names: what some of these are called.
            groups: those of tables, which paths may spell otherwise.
        """
        self.names, self.tables = names, tables
        self.classes = FolderClasses(known)
        self.groups = PatternGroups(settings.group_pattern, groups)
        self.taken: set[str] = set()  # identities of the files of labelled places
        self.series, self.beside, self.mask_folders = Series(), Beside(), MaskFolders()
        self.folders_beside = FoldersBeside(known)
        self.moved = Moved()
        self.again = 0

    def finish(self, notes: Notes) -> None:
        """Warn of what only all files together show."""
        self.classes.warn(notes)
        self.groups.warn(notes)
        self.series.warn(len(self.classes.known), notes)
        self.beside.warn(notes, with_words=not self.groups.pattern)
        self.mask_folders.warn(notes)
        self.moved.warn(notes)
        self.folders_beside.warn(notes)
        if self.again:
            notes.warn(
                f"{self.again} files of archives have the name of another one there, and are left "
                f"out; {outputs.PREPARED / outputs.REJECTED} lists them"
            )

    def jobs(self, source: Source) -> Iterator[Job | Rejected]:
        """Every file of a place, and then the rows of its table that name none."""
        for entry in source.own_entries():
            if isinstance(entry, Rejected):
                source.counts.files += 1
                if entry.meant == "aside":
                    self.again += 1
                    yield entry
                else:
                    yield replace(entry, meant=source.meant, label=self._class_of(source, entry))
            elif entry.identity in self.tables:
                continue
            elif entry.identity in self.taken and not source.claims(entry.path):
                source.counts.usable += not source.has_labels
            else:
                job = self._job(source, entry)
                if job is None:  # of another table over the same folder
                    continue
                source.counts.files += 1
                self.taken.add(entry.identity)
                yield job if isinstance(job, Rejected) else self._finished(*job)
        for row, (why, label) in source.absent.items():
            yield Rejected(row, NOT_THERE.format(source.table, why), "row", self._called(label))

    def _class_of(self, source: Source, entry: Rejected) -> str | None:
        """The class of a file that cannot be opened, such as a link to nothing."""
        label = None
        if source.table is not None and not source.by_folders:
            row = source.rows.get(entry.source)
            label = row.label if row and row.part != "unlabelled" else None
        elif source.layout is not None:
            placed = source.layout.placed(entry.source.removeprefix(source.place.source("")))
            label = placed.label if placed.label in self.classes.known else None
        return self._called(label)

    def _called(self, label: str | None) -> str | None:
        """The name that a file says a class has."""
        return label and self.names.get(label, label)

    def _finished(self, record: Record, entry: Entry) -> Job | Rejected:
        """With the name of its class; what cameras save raw is none."""
        if self.names:
            record = replace(record, label=self._called(record.label))
        if is_raw(entry.path):
            return record.rejected(RAW_FILE)
        self.beside.keep(record.source)
        return record, entry

    def _job(self, source: Source, entry: Entry) -> Job | Rejected | None:
        """None: another table over the same folder may name it."""
        name = source.place.source(entry.path)
        if reason := self._no_image(source, entry, name):
            return Rejected(name, reason, "aside")
        if name not in source.rows and source in source.with_table[:-1]:
            return None
        if source.table is not None and not source.by_folders:
            return self._row_job(source, entry, name)
        if source.layout is None:
            if aside := self.mask_folders.around(source, entry.path):
                return Rejected(name, beside_images(aside), "aside")
            return Record(name, None, "train", self._group(name)), entry
        return self._folder_job(source, source.layout, entry, name)

    def _folder_job(
        self, source: Source, layout: Layout, entry: Entry, name: str
    ) -> Job | Rejected:
        """The class by folders; a table may say the split and the group."""
        row = source.rows.get(name)
        placed = layout.placed(entry.path)
        if placed.problem:
            return Rejected(name, placed.problem, "aside" if placed.aside else source.meant)
        label = placed.label
        if label is not None:
            label = self.classes.label(label, entry.path.split("/")[layout.levels.index("class")])
        part = row.part if row and row.part else placed.part
        if row is None and len(source.with_table) > 1:  # of several tables none names it
            part = "unlabelled"
        label = None if part == "unlabelled" else label
        return self._image(source, entry, name, label, part)

    def _no_image(self, source: Source, entry: Entry, name: str) -> str | None:
        """Why a file is no image of its own, by its name."""
        if self.beside.leaves_out(source, entry.path):
            return MASK
        if name in source.rows:
            return None
        if is_companion(entry.path):
            if source.layout:
                self.classes.note_no_image(source.layout.placed(entry.path), entry.path)
            return "no image by its name"
        return RAW if is_raw(entry.path) and is_raw_of_image(source, entry.path) else None

    def _row_job(self, source: Source, entry: Entry, name: str) -> Job | Rejected:
        row = source.rows.get(name)
        if row is None and (aside := self.mask_folders.around(source, entry.path)):
            return Rejected(name, beside_images(aside), "aside")
        part = row.part if row else None
        if row and part is None and source.parts:
            part = source.parts.placed(entry.path).part
        if row is None and (len(source.with_table) > 1 or source.split == "train"):
            part = "unlabelled"
            self.folders_beside.add_without_row(entry.path)
        if not (row and row.group) and not self.groups.pattern:
            self.series.add_folders(name)
        label = row.label if row and part != "unlabelled" else None
        self.folders_beside.add(entry.path, label)
        return self._image(source, entry, name, label, part, f" in {source.table}")

    def _image(
        self,
        source: Source,
        entry: Entry,
        name: str,
        label: str | None,
        part: Part | None,
        where: str = "",
    ) -> Job | Rejected:
        """With the split and group that it is of; `where` the label of a test image is missed."""
        if source.keeps_to_key and part != "unlabelled":
            part = None
        self.moved.note(source, part)
        split = source.split if part is None else "train" if part == "unlabelled" else part
        if label is None and split != "train":
            return Rejected(name, f"{split} image without a label{where}", split)
        row = source.rows.get(name)
        return Record(name, label, split, self._group(name, row.group if row else None)), entry

    def _group(self, name: str, group: str | None = None) -> str | None:
        if group is not None:
            return group
        if not self.groups.pattern:
            self.series.add(name)
            return None
        return self.groups.of(name)
