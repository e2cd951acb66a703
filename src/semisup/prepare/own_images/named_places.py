"""The places and tables that `data.folder` names."""

import os
from itertools import combinations, product
from pathlib import Path

from semisup.labels.parts import part_of
from semisup.labels.table import read_bytes
from semisup.params import data_sections
from semisup.prepare.files.archive import members
from semisup.prepare.files.places import Entry, locate
from semisup.prepare.own_images.path_names import called_as
from semisup.prepare.own_images.source import Source
from semisup.prepare.records import GivenSplit, Unreadable
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, counted

KEY = "data.folder"
PLACES = (
    *("unlabelled", "labelled", "labels", "validation", "validation_labels", "test"),
    *("test_labels", "class_names"),
)
LABELLED: dict[str, GivenSplit] = {"labelled": "train", "validation": "validation", "test": "test"}


def tables_of(settings: data_sections.Folder) -> dict[str, str | None]:
    """The table that params.yaml names for each kind of labelled place; None: it names none."""
    given = {name: getattr(settings, table_key(name)) for name in LABELLED}
    return {name: table and os.path.expanduser(table) for name, table in given.items()}  # noqa: PTH111


def table_key(name: str) -> str:
    """Which key of `data.folder` names the table of a kind of place."""
    return "labels" if name == "labelled" else f"{name}_labels"


def content_of(file: str, key: str) -> bytes:
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


def sources_of(settings: data_sections.Folder) -> list[Source]:
    """Labelled, validation, test, and then unlabelled places.

    Raises:
        UserError: nothing is there, or a table has no images.
    """
    for name, table in tables_of(settings).items():
        if table and not getattr(settings, name):
            key = f"{KEY}.{table_key(name)}"
            raise UserError(
                f"params.yaml: {key}: set, but {KEY}.{name} is null; set it to the place of the "
                "table's images"
            )
    sources = [
        Source(locate(place, f"{KEY}.{name}"), LABELLED.get(name, "train"), name in LABELLED)
        for name in (*LABELLED, "unlabelled")
        for place in getattr(settings, name) or []
    ]
    if not sources:
        raise UserError(
            f"params.yaml: {KEY}: names no images; set {KEY}.unlabelled, {KEY}.labelled or both"
        )
    return sources


def warn_of_places(sources: list[Source], notes: Notes) -> None:
    """Of several places of labelled images those called test; of zips the names of their files."""
    mine = [source for source in sources if source.place.key == f"{KEY}.labelled"]
    for source in mine if len(mine) > 1 else ():
        part = part_of(called_as(source.place.given.rstrip("/").rpartition("/")[2]))
        if part in ("test", "validation"):
            notes.warn(
                f"{source.where}: read as images to train on, though it is named as for {part}: "
                f"if it is, name it in {KEY}.{part} instead"
            )
    for disk, source in {s.place.disk: s for s in sources if s.place.is_zip}.items():
        odd = [member.name for member in members(disk, source.where) if member.is_guessed]
        if odd:
            notes.warn(
                f"{source.where}: the names of {counted(len(odd), 'file')} such as {odd[0]} may be "
                "wrong, since the zip does not say in which letters they are, and so may those of "
                "classes: unpack it with a program that knows them, and name the folder"
            )


def find_nested(sources: list[Source]) -> None:
    """Tell each place which others lie inside it, and which archives do that others lie in."""
    files = {source.place.disk for source in sources if not source.place.disk.is_dir()}
    archives = frozenset(map(os.path.realpath, files))
    for source in sources:
        source.archives = archives - {source.place.identity}  # it may be a set of images itself
    for source, other in product(sources, sources):
        if other.place.identity.startswith(f"{source.place.identity}/"):
            source.inside.append(f"{other.place.identity}/")


def find_shared(sources: list[Source]) -> None:
    """Tell each place which tables are of it."""
    for source, other in product(sources, sources):
        if other.table and other.place.identity == source.place.identity:
            source.with_table.append(other)


def forbid_rows_of_two_tables(sources: list[Source]) -> None:
    """Refuse files that two tables say something of.

    Raises:
        UserError: it names the first.
    """
    first: dict[str, str] = {}
    for source in sources:
        for whole in source.rows:
            table = first.setdefault(whole, source.table or "")
            if table != source.table:
                raise UserError(
                    f"{KEY}: {whole} is in {table} and in {source.table}; take it out of one"
                )


def forbid_two_of_one_place(sources: list[Source]) -> None:
    """Refuse a place that is named twice in one key, or as labelled without a table of its own.

    Raises:
        UserError: it names both.
    """
    for one, other in combinations(sources, 2):
        same = one.place.identity == other.place.identity
        tables = one.table and other.table and not (one.is_set or other.is_set)
        if same and one.has_labels and one.place.key == other.place.key:
            raise UserError(
                f"{one.place.key}: {one.place.given} and {other.place.given} are the same; leave "
                "one out"
            )
        if same and one.has_labels and other.has_labels and not tables:
            raise UserError(
                f"{one.place.key} and {other.place.key} are both {one.place.given}; test images "
                f"must be others: set {other.place.key} to null to have some split off, or give "
                "each a table"
            )
        if same and tables and one.table == other.table:
            raise UserError(
                f"{one.place.key} and {other.place.key} are both {one.place.given}, with the table "
                f"{one.table}; set {other.place.key} and its table to null: a column split says "
                "which images are for test or validation, and without one some are split off"
            )
