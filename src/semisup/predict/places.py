"""The images that a command line names: files, folders, archives."""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from semisup.labels.endings import is_image
from semisup.prepare.decoding.decoders import Job
from semisup.prepare.files import archive
from semisup.prepare.files.places import Entry, locate, printable
from semisup.prepare.records import Record, Rejected
from semisup.workflow.errors import UserError


def jobs(given: Sequence[str], out: Path | None = None) -> Iterator[Job | Rejected]:
    """Every file in them, in order, read as `prepare` reads those of data.folder.

    Args:
        given: paths of images, folders, archives, or of folders and images inside archives.
        out: a file to pass over, such as an earlier table of answers.

    Raises:
        UserError: at once where one is not there; while iterating where an archive is damaged.
    """
    own = os.path.realpath(out) if out else None
    return (job for entries in [_entries(path, own) for path in given] for job in entries)


def _entries(given: str, own: str | None) -> Iterator[Job | Rejected]:
    if not given.strip():
        raise UserError("PATHS: one of them is empty; name images, folders, archives")
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
    if place.inner and given.lower().endswith(archive.SUFFIXES) and not any(place.entries()):
        raise UserError(f"PATHS: {given}: an archive inside another one; unpack the outer one")
    only = None
    if place.inner and is_image(given):  # a file in an archive
        only, place = path.name, locate(str(path.parent), "PATHS")
    return (
        entry if isinstance(entry, Rejected) else (Record(place.source(entry.path), None), entry)
        for entry in place.entries()
        if only is None or (isinstance(entry, Entry) and entry.path == only)
        if isinstance(entry, Rejected) or entry.identity != own
    )
