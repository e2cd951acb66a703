"""What the places of `data.folder` hold, by names and tables, before any image is decoded.

A file belongs to the innermost of the places that holds it (`test: data/test` inside
`labelled: data` is no class) and is yielded once: labelled, validation, test, then the rest as
unlabelled.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from semisup.labels.no_label import none_among, without_case
from semisup.labels.table import (
    Row,
    forbid_contradictions,
    read_table,
    say_parts,
    with_unlabelled_parts,
)
from semisup.params import data_sections
from semisup.prepare.decoding.decoders import Job
from semisup.prepare.decoding.depth import may_be_deep
from semisup.prepare.files.in_archive import forbid_absent_folder
from semisup.prepare.files.member import SETS
from semisup.prepare.files.places import Entry, Place, on_disk
from semisup.prepare.folders.doubts import warn_of_inner
from semisup.prepare.folders.layout import examine
from semisup.prepare.folders.split_folders import folders_of_parts
from semisup.prepare.folders.tree import Folder
from semisup.prepare.own_images.class_names import names_for
from semisup.prepare.own_images.folders_beside import warn_of_parts_without_rows
from semisup.prepare.own_images.key_or_names import keep_to_the_keys
from semisup.prepare.own_images.matching import known_among, match
from semisup.prepare.own_images.named_places import (
    KEY,
    content_of,
    find_nested,
    find_shared,
    forbid_rows_of_two_tables,
    forbid_two_of_one_place,
    sources_of,
    table_key,
    tables_of,
    warn_of_places,
)
from semisup.prepare.own_images.reader import Reader
from semisup.prepare.own_images.source import Source
from semisup.prepare.own_images.spelling import write_as_folders, write_groups_alike
from semisup.prepare.records import Rejected
from semisup.workflow.notes import Notes


@dataclass
class LabelTable:
    """Rows by path as it has them, and why some name no file; the first and last place of it."""

    rows: Mapping[str, Row]
    absent: Mapping[str, str]
    first: Place
    last: Source


class Plan:
    """Every file of the places, and what it is read as."""

    def __init__(self, settings: data_sections.Folder, notes: Notes) -> None:
        """Read tables and names.

        Raises:
            UserError: settings contradict each other; a path or table can't be read; folders can be
                read in two ways.
        """
        self.notes = notes
        self.settings = settings
        self.sources = sources_of(settings)
        for source in self.sources:
            if not source.place.is_tar:  # to know that of a tar is to read it
                forbid_absent_folder(source.place)
        find_nested(self.sources)
        warn_of_places(self.sources, notes)
        tables = {os.path.realpath(f) for f in tables_of(settings).values() if f}
        self.tables = tables | {on_disk(file) for file in tables}  # archives with a table in them
        self.none = without_case(settings.no_label)
        self.read: dict[str, LabelTable] = {}
        self.read_as_none = set[str]()  # class folders
        for name, table in tables_of(settings).items():
            if table:
                self._read_table(name, table)
        self._tell_of_absent()
        self._tell_of_lists()
        folders = {
            label
            for source in self.sources
            if source.has_labels and (source.by_folders or not source.table)
            for label in self._survey(source)
        }
        find_shared(self.sources)
        write_as_folders(self.sources, folders, notes)
        self.groups = write_groups_alike(self.sources, notes)
        in_rows = {row.label for source in self.sources for row in source.rows.values()}
        # by names alone: no image of them may be usable
        self.classes = folders | {label for label in in_rows if label is not None}
        keep_to_the_keys(self.sources)
        forbid_two_of_one_place(self.sources)
        forbid_rows_of_two_tables(self.sources)
        self.names = names_for(settings, self.sources, self.classes, notes)

    def jobs(self) -> Iterator[tuple[Source, Iterator[Job | Rejected]]]:
        """Of each source in turn: what its files are read as; last, warns of what turned up."""
        reader = self.reader()
        for source in self.sources:
            yield source, reader.jobs(source)
        reader.finish(self.notes)

    def reader(self) -> Reader:
        """One that has seen no file yet."""
        return Reader(self.settings, self.tables, self.classes, self.names, self.groups)

    # tables

    def _read_table(self, name: str, file: str) -> None:
        file = os.path.normpath(file)
        key = f"{KEY}.{table_key(name)}"
        where = f"{key}: {file}"
        mine = [source for source in self.sources if source.place.key == f"{KEY}.{name}"]
        if "submission" in os.path.basename(file).lower():  # noqa: PTH119
            self.notes.warn(
                f"{where}: called like what a contest wants to be filled in: if these are no true "
                "labels, take it out; where no table is of test images, some are held back"
            )
        columns, content = dict(self.settings.columns), content_of(file, key)
        files: dict[str, str] = {}
        for source in mine:
            source.table = file
            source.by_folders = columns["label"] is None
            files |= self._listed(source)
        none, known = self.settings.no_label, known_among(files)
        rows = read_table(content, where, columns, none, self.notes, known)
        matched = match(rows, files, file, where, self.notes)
        forbid_contradictions(rows, matched.again, where)
        if columns["label"] is not None:
            rows = with_unlabelled_parts(rows, where, self.notes)
        absent = matched.absent
        if before := self.read.get(file):  # for another place
            absent = {row: why for row, why in absent.items() if row in before.absent}
        self.read[file] = LabelTable(rows, absent, mine[0].place, mine[-1])
        parts = None
        if columns["label"] is not None and not say_parts(rows):
            of_rows = Folder.of(files[whole] for whole in matched.rows)
            parts = folders_of_parts(Folder.of(files.values()), of_rows, where, self.notes)
        # another table may name the others
        if parts and len(mine) == 1 and mine[0].split == "train" and self._is_alone(mine[0]):
            warn_of_parts_without_rows(parts, files, matched.rows, where, self.notes)
        for source in mine:
            source.parts = parts
            source.rows = {whole: rows[row] for whole, row in matched.rows.items()}

    def _is_alone(self, source: Source) -> bool:
        """Whether no other table or role has the same place."""
        return sum(other.place.identity == source.place.identity for other in self.sources) == 1

    def _tell_of_absent(self) -> None:
        """Give the rows that name no file to a source of their table, which will list them."""
        for file, table in self.read.items():
            unlabelled = {row: table.rows[row] for row in table.absent}
            unlabelled = {path: row for path, row in unlabelled.items() if row.label is None}
            elsewhere = self._in_unlabelled_places(unlabelled, file)
            table.absent = {row: why for row, why in table.absent.items() if row not in elsewhere}
            for row, why in table.absent.items():
                whole = row if row.startswith(("/", "(")) else table.first.source(row)
                table.last.absent[whole] = (why, table.rows[row].label)

    def _tell_of_lists(self) -> None:
        """Warn of a table that says nothing of the images that it names."""
        by_folders = [source for source in self.sources if source.by_folders]
        if len({source.table for source in by_folders}) != 1:
            return
        (first, *_) = by_folders
        rows = (row for source in by_folders for row in source.rows.values())
        if first.split == "train" and not any(row.part or row.group for row in rows):
            self.notes.warn(
                f"{first.where}: {first.table} says neither split nor group, and so nothing: "
                "images that it does not name keep the classes of their folders; with the same "
                f"place in {KEY}.test and a table of the others in {KEY}.test_labels, both are "
                "the split"
            )

    def _in_unlabelled_places(self, absent: Mapping[str, Row], file: str) -> set[str]:
        """Rows without a label that name files which params.yaml says have none."""
        files: dict[str, str] = {}
        for source in self.sources if absent else ():
            if not source.has_labels and not source.place.is_tar:
                files |= self._listed(source)
        matched = match(absent, files, file, file, Notes()).rows if files else {}
        if matched:
            self.notes.warn(
                f"{file}: {len(matched)} rows name files of {KEY}.unlabelled, which stay without "
                "a label"
            )
        return {*matched.values()}

    def _read_sets(self, source: Source, tree: Folder) -> bool:
        """The tables in files with images in a column, which are listed as folders."""
        if source.place.disk.is_dir() and not any(n.lower().endswith(SETS) for n in tree.names()):
            return False
        from semisup.prepare.own_images.sets import read_sets

        rows = read_sets(source, self.settings, self.notes)
        rows = with_unlabelled_parts(rows, source.where, self.notes)
        if rows:
            source.table, source.is_set = source.place.given, True
            source.rows = {source.place.source(path): row for path, row in rows.items()}
        return bool(rows)

    def _listed(self, source: Source) -> dict[str, str]:
        """Its files by their whole path, with the path below the place."""
        above = len(source.place.source(""))
        entries = (e for e in source.own_listing() if not self._is_table(e))
        names = [
            e.source if isinstance(e, Rejected) else source.place.source(e.path) for e in entries
        ]
        source.may_be_deep = any(map(may_be_deep, names))
        if not names:
            forbid_absent_folder(source.place)
        return {name: name[above:] for name in names}

    def _is_table(self, entry: Entry | Rejected) -> bool:
        return isinstance(entry, Entry) and entry.identity in self.tables

    def _survey(self, source: Source) -> set[str]:
        """Names of its class folders."""
        tree, source.may_be_deep = Folder(), False
        for entry in source.own_listing():  # to the end: the last folder may change what all mean
            if isinstance(entry, Entry) and not self._is_table(entry):
                tree.add(entry.path)
                source.may_be_deep = source.may_be_deep or may_be_deep(entry.path)
        if not source.by_folders and source.may_be_set and self._read_sets(source, tree):
            return set()
        level = None if self.settings.class_level == "auto" else self.settings.class_level
        source.layout = examine(tree, source.where, level, self.notes)
        source.is_empty = not tree.below
        if source.is_empty:
            forbid_absent_folder(source.place)
        if not self.settings.group_pattern:
            notes, at = self.notes, source.where
            warn_of_inner(tree, source.layout, lambda line: notes.warn(f"{at}: {line}"))
        found = source.layout.classes(tree)
        none = none_among(found, self.none)
        self.read_as_none |= none
        return found - none
