"""What the places of `data.folder` hold, found out from names and tables before any image is decoded.

A file belongs to the innermost of the places that holds it (`test: data/test` inside
`labelled: data` is no class) and is yielded once: labelled, validation, test, then the rest as
unlabelled.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from semisup.labels.table import Row, read_bytes, read_table
from semisup.labels.words import Part
from semisup.params import sections
from semisup.prepare.archive import AGAIN
from semisup.prepare.decoders import Job
from semisup.prepare.junk import is_companion
from semisup.prepare.layout import Folder, Layout, examine, folders_of_parts, nested_groups
from semisup.prepare.matching import match
from semisup.prepare.places import Entry, Place, locate, printable
from semisup.prepare.records import GivenSplit, Meant, Record, Rejected, Unreadable
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, named

KEY = "data.folder"
LABELLED: dict[str, GivenSplit] = {"labelled": "train", "validation": "validation", "test": "test"}
NOT_THERE = "named in {}, but {}"


@dataclass
class Source:
    """One of the named places, and what became of its files so far."""

    place: Place
    split: GivenSplit
    has_labels: bool
    table: str | None = None
    rows: dict[str, Row] = field(default_factory=dict)  # by `Place.source` of the file
    absent: dict[str, str] = field(default_factory=dict)  # rows of no file, and why
    layout: Layout | None = None
    inside: list[str] = field(default_factory=list)  # identities of other places below this one
    parts: Layout | None = None  # which folders are for training and which for test
    files: int = 0
    usable: int = 0
    first_problem: str = ""

    @property
    def where(self) -> str:
        """For messages."""
        return f"{self.place.key}: {self.place.given}"

    @property
    def meant(self) -> Meant:
        """What its files are for."""
        if not self.has_labels:
            return "unlabelled"
        return "labelled" if self.split == "train" else self.split

    def own_entries(self) -> Iterator[Entry | Rejected]:
        """Without those of other places inside this one."""
        inside = tuple(self.inside)
        for entry in self.place.entries():
            if isinstance(entry, Rejected) or not entry.identity.startswith(inside):
                yield entry


class Plan:
    """Every file of the places, and what it is read as."""

    def __init__(self, settings: sections.Folder, notes: Notes) -> None:
        """Read tables and names.

        Raises:
            UserError: settings contradict each other; a path or table can't be read; folders can be
                read in two ways.
        """
        self.notes = notes
        self.settings = settings
        self.sources = _sources(settings)
        _find_nested(self.sources)
        self.tables = {os.path.realpath(f) for f in _tables(settings).values() if f}
        self.none = {word.casefold() for word in settings.no_label} | {""}
        self.pattern = re.compile(settings.group_pattern) if settings.group_pattern else None
        self.no_label_folders: Counter[str] = Counter()
        self.without_group = self.again = 0
        self.rows: dict[str, tuple[dict[str, str], int]] = {}  # of tables: those of no file; all
        self.spellings: dict[str, set[str]] = {}  # of class folders, by what they are read as
        for name, table in _tables(settings).items():
            if table:
                self._read_table(name, table)
        for source in self.sources:
            if source.has_labels and not source.table:
                self._survey(source)
        self._forbid_two_of_one_place()
        self._forbid_rows_of_two_tables()

    def jobs(self) -> Iterator[tuple[Source, Iterator[Job | Rejected]]]:
        """Of each source in turn: every file, and then the rows of its table that name none."""
        taken: set[str] = set()  # identities of the files of labelled places
        for source in self.sources:
            yield source, self._jobs(source, taken)

    def finish(self) -> None:
        """Warn of what only all files together show."""
        if self.no_label_folders:
            used = named(f"{name!r} ({n} files)" for name, n in self.no_label_folders.items())
            self.notes.warn(
                f"{KEY}: folders read as no label: {used}; {KEY}.no_label lists such words"
            )
        if self.without_group:
            self.notes.warn(
                f"{KEY}.group_pattern: finds nothing in the paths of {self.without_group} files, each "
                "of which is a group of its own"
            )
        if self.again:
            self.notes.warn(
                f"{self.again} files of archives have the name of another one there, and are left out; "
                "data/prepared/rejected.csv lists them"
            )
        for label, names in self.spellings.items():
            if len(names) > 1:
                self.notes.warn(
                    f"{KEY}: folders {named(map(repr, sorted(names)))} differ in spaces or Unicode "
                    f"form only: one class, {label!r}"
                )

    def check_rows(self, most: float) -> None:
        """Refuse a table of whose rows more than a share `most` name no file.

        Raises:
            UserError: it names the first ones.
        """
        for name, (absent, count) in self.rows.items():
            if len(absent) > most * count:
                first = "; ".join(f"{row}: {why}" for row, why in [*absent.items()][:2])
                raise UserError(
                    f"data.max_rejected_fraction: {len(absent)} of {count} rows of {name} name no "
                    f"file, more than the allowed {most:g} ({first}); mend the paths, or raise the "
                    "limit"
                )

    # tables

    def _read_table(self, name: str, file: str) -> None:
        key = f"{KEY}.{_table_key(name)}"
        where = f"{key}: {file}"
        mine = [source for source in self.sources if source.place.key == f"{KEY}.{name}"]
        columns, content = dict(self.settings.columns), _content(file, key)
        rows = read_table(content, where, columns, self.settings.no_label, self.notes)
        files: dict[str, str] = {}
        for source in mine:
            source.table = file
            files |= self._listed(source)
        matched = match(rows, files, where, self.notes)
        self.rows[file] = (matched.absent, len(rows))
        parts = None
        if not any(row.part for row in rows.values()):
            parts = folders_of_parts(Folder.of(files.values()), where, self.notes)
        for source in mine:
            source.parts = parts
            source.rows = {whole: rows[row] for whole, row in matched.rows.items()}
        first = mine[0].place
        mine[-1].absent = {
            row if row.startswith(("/", "(")) else first.source(row): why
            for row, why in matched.absent.items()
        }

    def _listed(self, source: Source) -> dict[str, str]:
        """Its files by their whole path, with the path below the place."""
        above = len(source.place.source(""))
        entries = (e for e in source.own_entries() if not self._is_table(e))
        names = (
            e.source if isinstance(e, Rejected) else source.place.source(e.path) for e in entries
        )
        return {name: name[above:] for name in names}

    def _is_table(self, entry: Entry | Rejected) -> bool:
        return isinstance(entry, Entry) and entry.identity in self.tables

    def _forbid_rows_of_two_tables(self) -> None:
        first: dict[str, str] = {}
        for source in self.sources:
            for whole in source.rows:
                table = first.setdefault(whole, source.table or "")
                if table != source.table:
                    raise UserError(
                        f"{KEY}: {whole} is in {table} and in {source.table}; take it out of one"
                    )

    # folders

    def _survey(self, source: Source) -> None:
        own = (entry for entry in source.own_entries() if not self._is_table(entry))
        tree = Folder.of(entry.path for entry in own if isinstance(entry, Entry))
        level = None if self.settings.class_level == "auto" else self.settings.class_level
        source.layout = examine(tree, source.where, level, self.notes)
        self._hint_at_groups(source, tree)

    def _hint_at_groups(self, source: Source, tree: Folder) -> None:
        if self.pattern or source.layout is None:
            return
        for several in nested_groups(tree, source.layout):
            self.notes.warn(
                f"{source.where}: class folders hold folders of several images each "
                f"({named(map(printable, several), 3)}): if those are of one patient or part, set "
                f"{KEY}.group_pattern, so that none is on both sides of a split"
            )

    def _forbid_two_of_one_place(self) -> None:
        for number, one in enumerate(self.sources):
            for other in self.sources[number + 1 :]:
                same = one.place.identity == other.place.identity
                if same and one.has_labels and other.has_labels and not (one.table and other.table):
                    raise UserError(
                        f"{one.place.key} and {other.place.key} are both {one.place.given}; test "
                        f"images must be others: set {other.place.key} to null to have some split "
                        "off, or give each a table"
                    )

    # files

    def _jobs(self, source: Source, taken: set[str]) -> Iterator[Job | Rejected]:
        for entry in source.own_entries():
            if isinstance(entry, Rejected):
                source.files += 1
                again = entry.reason.startswith(AGAIN.partition("{")[0])
                self.again += again
                yield Rejected(entry.source, entry.reason, "aside" if again else source.meant)
            elif entry.identity in self.tables:
                continue
            elif entry.identity in taken:
                source.usable += not source.has_labels
            else:
                job = self._job(source, entry)
                if job is None:  # of another table over the same folder
                    continue
                source.files += 1
                taken.add(entry.identity)
                yield job
        for row, why in source.absent.items():
            yield Rejected(row, NOT_THERE.format(source.table, why), "row")

    def _job(self, source: Source, entry: Entry) -> Job | Rejected | None:
        """None: another table over the same folder may name it."""
        name = source.place.source(entry.path)
        if source.table is not None:
            return self._row_job(source, entry, name)
        if source.layout is None:
            return Record(name, None, "train", self._group(name)), entry
        placed = source.layout.placed(entry.path)
        if placed.problem:
            aside = placed.aside or is_companion(entry.path)
            return Rejected(name, placed.problem, "aside" if aside else source.meant)
        label = self._folder_label(source, entry, placed.label)
        return Record(name, label, _given(placed.part, source.split), self._group(name)), entry

    def _row_job(self, source: Source, entry: Entry, name: str) -> Job | Rejected | None:
        row = source.rows.get(name)
        shares = self._shares(source)
        if row is None and source in shares[:-1]:
            return None
        if row is None and is_companion(entry.path):
            return Rejected(name, "no image by its name", "aside")
        part = row.part if row else None
        if row and part is None and source.parts:
            part = source.parts.placed(entry.path).part
        if row is None and (len(shares) > 1 or source.split == "train"):
            part = "unlabelled"
        split = _given(part, source.split)
        label = row.label if row and part != "unlabelled" else None
        if label is None and split != "train":
            return Rejected(name, f"{split} image without a label in {source.table}", split)
        return Record(name, label, split, self._group(name, row.group if row else None)), entry

    def _shares(self, source: Source) -> list[Source]:
        """Those of the same place with a table, in order."""
        mine = source.place.identity
        return [s for s in self.sources if s.table and s.place.identity == mine]

    def _folder_label(self, source: Source, entry: Entry, label: str | None) -> str | None:
        if label is None or source.layout is None:
            return label
        raw = entry.path.split("/")[source.layout.levels.index("class")]
        if raw != label:
            self.spellings.setdefault(label, {label} if label not in self.spellings else set())
        if label in self.spellings:
            self.spellings[label].add(printable(raw))
        if label.casefold() in self.none:
            self.no_label_folders[label] += 1
            return None
        return label

    def _group(self, name: str, group: str | None = None) -> str | None:
        if group is not None or self.pattern is None:
            return group
        found = self.pattern.search(name)
        if found is None:
            self.without_group += 1
            return None
        return next((part for part in found.groups() if part is not None), found[0])


def _given(part: Part | None, split: GivenSplit) -> GivenSplit:
    if part == "unlabelled":
        return "train"
    return split if part is None else part


def _tables(settings: sections.Folder) -> dict[str, str | None]:
    """By the name of the place."""
    return {
        "labelled": settings.labels,
        "validation": settings.validation_labels,
        "test": settings.test_labels,
    }


def _table_key(name: str) -> str:
    return "labels" if name == "labelled" else f"{name}_labels"


def _content(file: str, key: str) -> bytes:
    """Of a table on disk, or in an archive."""
    where = f"{key}: {file}"
    if os.path.lexists(file) or not _is_in_archive(file):
        return read_bytes(file, where)
    folder, _, name = file.rpartition("/")
    for entry in locate(folder, key).entries():
        if isinstance(entry, Entry) and entry.path == name:
            try:
                content = entry.load()
            except Unreadable as error:
                raise UserError(f"{where}: cannot be read: {error}") from None
            return content if isinstance(content, bytes) else read_bytes(content, where)
    raise UserError(f"{where}: cannot be read: no such file in the archive")


def _is_in_archive(file: str) -> bool:
    parts = file.split("/")
    return any(Path("/".join(parts[:end])).is_file() for end in range(1, len(parts)))


def _sources(settings: sections.Folder) -> list[Source]:
    for name, table in _tables(settings).items():
        if table and not getattr(settings, name):
            key = f"{KEY}.{_table_key(name)}"
            raise UserError(f"{key}: set, but {KEY}.{name} is null; name its images")
    sources = []
    for name in (*LABELLED, "unlabelled"):
        given = getattr(settings, name)
        for place in [given] if isinstance(given, str) else given or []:
            split = LABELLED.get(name, "train")
            sources.append(Source(locate(place, f"{KEY}.{name}"), split, name in LABELLED))
    if not sources:
        raise UserError(f"{KEY}: names no images; set {KEY}.unlabelled, {KEY}.labelled or both")
    return sources


def _find_nested(sources: list[Source]) -> None:
    for source in sources:
        for other in sources:
            if other.place.identity.startswith(f"{source.place.identity}/"):
                source.inside.append(f"{other.place.identity}/")
