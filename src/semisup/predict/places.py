"""The images that a command line names: files, folders, archives."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from semisup.prepare import archive
from semisup.prepare.decoders import Job
from semisup.prepare.places import Entry, locate, printable
from semisup.prepare.records import Record, Rejected
from semisup.workflow.errors import UserError


def jobs(given: Sequence[str]) -> Iterator[Job | Rejected]:
    """Every file in them, in order, read as `prepare` reads those of data.folder.

    Raises:
        UserError: at once where one is not there; while iterating where an archive is damaged.
    """
    return (job for entries in [_entries(path) for path in given] for job in entries)


def _entries(given: str) -> Iterator[Job | Rejected]:
    path = Path(given)
    if path.is_file() and not path.name.lower().endswith(archive.SUFFIXES):
        entry = Entry(given, given, 0, partial(str, given))
        return iter([(Record(printable(given), None), entry)])
    try:
        place = locate(given, "PATHS")
    except UserError:
        allowed = ", ".join(archive.SUFFIXES)
        raise UserError(
            f"PATHS: {given}: no such file or folder; name images, folders, archives ({allowed}) "
            "or folders inside archives"
        ) from None
    return (
        entry if isinstance(entry, Rejected) else (Record(place.source(entry.path), None), entry)
        for entry in place.entries()
    )
