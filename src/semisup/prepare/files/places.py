"""The files below a path, which may be a folder, an archive, or a folder inside an archive.

`data/cifar.tar.gz/images/train` is the folder `images/train` of that archive. Folders and zips are
listed in sorted order, tars in their own, so that they are read in one pass. Links in a folder are
followed, but not back to a folder that holds them. What `junk` names is skipped without a word.
Nothing is unpacked to disk.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path, PurePath

from semisup.prepare.files import archive
from semisup.prepare.files.member import DEVICE, ENDINGS, SETS, Member
from semisup.prepare.junk import is_junk
from semisup.prepare.records import Meant, Rejected
from semisup.workflow.errors import UserError
from semisup.workflow.notes import NAMED, named

_OUTSIDE = "points outside the archive"
Opener = Callable[[Path, str], Iterable[Member]]  # of an archive, and what messages call it


@dataclass(frozen=True)
class Entry:
    """A file. `path` is relative to the listed place, with slashes.

    `identity` is the same for one file, whichever way it was reached. `load` gives where it lies
    or, from an archive, its content, which takes `size` bytes; call it before asking for the next
    entry, or never. It raises Unreadable where this file is damaged, UserError where the whole
    archive is.
    """

    path: str
    identity: str
    size: int  # zero where it lies on disk
    load: Callable[[], str | bytes]


@dataclass(frozen=True)
class Place:
    """A folder, or an archive and a folder `inner` of it; `given` by the user in params `key`."""

    given: str
    key: str
    disk: Path
    inner: tuple[str, ...]

    @cached_property
    def identity(self) -> str:
        """What the identities of all entries below start with, but for links."""
        return "/".join([os.path.realpath(self.disk), *self.inner])

    @cached_property
    def is_tar(self) -> bool:
        """Whether all must be read to know what there is."""
        return self.disk.name.lower().endswith(ENDINGS)

    @cached_property
    def is_zip(self) -> bool:
        """Whether any file in the archive is read without those before it."""
        return self.disk.name.lower().endswith(".zip")

    def source(self, path: str) -> str:
        """Where an entry lies, in the user's terms; always valid Unicode."""
        return printable(self._prefix + path)

    @cached_property
    def _prefix(self) -> str:
        return f"{PurePath(self.given).as_posix()}/"

    def entries(self) -> Iterator[Entry | Rejected]:
        """Every file, or why it cannot be used.

        Raises:
            UserError: the folder or the archive cannot be read, or only up to a point.
        """
        return self._found(archive.members)

    def listing(self) -> Iterator[Entry | Rejected]:
        """`entries` of which only the names are asked for: an archive is read for it once."""
        return self._found(archive.listing)

    def sets(self) -> Iterator[Entry]:
        """Files with images in a column, by `SETS`; what is in them are entries of the place."""
        if self.disk.is_dir():
            for entry in _walk(self, None, self.disk, "", ()):
                if isinstance(entry, Entry) and _is_set(entry.identity):
                    yield entry
        elif _is_set(str(self.disk)):
            yield Entry("", self.identity, 0, partial(str, self.disk))

    def _found(self, opener: Opener) -> Iterator[Entry | Rejected]:
        if self.disk.is_dir():
            return _walk(self, opener, self.disk, "", ())
        members = opener(self.disk, f"{self.key}: {self.given}")
        entries = (_below(self, member) for member in members)
        return (entry for entry in entries if entry is not None)


def locate(given: str, key: str) -> Place:
    """Split a path into what lies on disk and what lies inside an archive.

    Raises:
        UserError: neither a folder nor an archive lies there.
    """
    path = Path(given).expanduser()
    if path.is_dir():
        return Place(given, key, path, ())
    for disk in (path, *path.parents):
        if not disk.is_file():
            continue
        if disk.name.lower().endswith(archive.SUFFIXES):
            return Place(given, key, disk, path.relative_to(disk).parts)
        raise no_place(f"{key}: {given}", disk)
    raise UserError(
        f"{key}: {given}: no such folder or archive; put the images there, "
        f"or change {key} in params.yaml"
    )


def no_place(where: str, file: Path) -> UserError:
    """What to raise where a file is named that holds no others, or none that can be read."""
    if archive.is_unread(file.name):
        return UserError(
            f"{where}: {file.name} is, by its name, an archive that is not read, or a part of one; "
            "unpack it, and name the folder"
        )
    return UserError(
        f"{where}: {file.name} is neither a folder nor an archive; name a folder or a file that "
        f"ends in {', '.join(archive.SUFFIXES)}"
    )


def on_disk(path: str) -> str:
    """The part of a path that lies on disk: it may lead on into an archive."""
    there = (str(part) for part in (Path(path), *Path(path).parents) if part.exists())
    return next(there, path)


def printable(name: str) -> str:
    """A file's name as valid Unicode; bytes of it that are none are shown as \\xfc."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def shown(names: Iterable[str], most: int = NAMED) -> str:
    """The first of some names of files or folders, as `printable`."""
    return named(map(printable, names), most)


def _below(place: Place, member: Member) -> Entry | Rejected | None:
    """What becomes of a member; None where it is hidden or outside of `place.inner`."""
    parts = tuple(part for part in member.name.split("/") if part not in ("", "."))
    absolute = member.name[:1] == "/" or (member.name[1:3] == ":/" and member.name[0].isalpha())
    if absolute or ".." in parts:
        return None if place.inner else Rejected(place.source(member.name), _OUTSIDE)
    depth = len(place.inner)
    if parts[:depth] != place.inner or len(parts) == depth:
        return None
    parts = parts[depth:]
    if any(map(is_junk, parts)):
        return None
    path = "/".join(parts)
    if member.problem:
        meant: Meant = "aside" if member.is_again else "unlabelled"
        return Rejected(place.source(path), member.problem, meant)
    return Entry(path, f"{place.identity}/{path}", member.size, member.load)


def _is_set(path: str) -> bool:
    if not path.lower().endswith(SETS):  # a Path takes long to make
        return False
    from semisup.prepare.files import arrow_sets

    return arrow_sets.is_set(Path(path))


def _walk(
    place: Place, opener: Opener | None, folder: Path, prefix: str, above: tuple[str, ...]
) -> Iterator[Entry | Rejected]:
    """Files below `folder`; `above` are the real paths of the folders that lead to it.

    `opener` gives what is in those of `SETS`; None: these are files like others.
    """
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        with os.scandir(folder) as listing:
            items = sorted(listing, key=lambda item: item.name)
    except OSError as error:
        if not prefix:
            raise UserError(f"{place.key}: {place.given}: {error.strerror}") from None
        yield Rejected(place.source(prefix), f"folder cannot be read: {error.strerror}")
        return
    for item in items:
        path = prefix + item.name
        if is_junk(item.name):
            continue
        kind = _kind(item)
        if kind == "folder":
            yield from _walk(place, opener, Path(item.path), f"{path}/", (*above, real))
        elif kind == "file" and opener and _is_set(item.path):
            inside = f"{os.path.realpath(item.path)}/"
            for each in opener(Path(item.path), place.source(path)):
                yield Entry(f"{path}/{each.name}", inside + each.name, each.size, each.load)
        elif kind == "file":
            identity = os.path.realpath(item.path) if item.is_symlink() else f"{real}/{item.name}"
            yield Entry(path, identity, 0, partial(str, item.path))
        else:
            yield Rejected(place.source(path), kind)


def _kind(item: os.DirEntry[str]) -> str:
    """`folder`, `file`, or what speaks against it."""
    try:
        if item.is_dir():
            return "folder"
        if item.is_file():
            return "file"
        return "link to a file that is not there" if item.is_symlink() else DEVICE
    except OSError as error:  # such as a link to itself
        return f"cannot be read: {error.strerror}"
