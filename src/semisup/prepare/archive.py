"""The files below a path, which may be a folder, an archive, or a folder inside an archive.

`data/cifar.tar.gz/images/train` is the folder `images/train` of that archive. Folders and zips are
listed in sorted order, tars in their own, so that they are read in one pass. Links in a folder are
followed, but not back to a folder that holds them. Skipped without a word: names that start with a
dot, `__MACOSX`, `Thumbs.db`, `desktop.ini`. Nothing is unpacked to disk.
"""

import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path, PurePath

from semisup.prepare.decode import Unreadable
from semisup.prepare.records import Rejected
from semisup.workflow.errors import UserError

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
MAX_MEMBER_BYTES = 256 * 2**20  # of a file in an archive, since it is read into memory whole

_SKIPPED = {"__macosx", "thumbs.db", "desktop.ini"}
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError)
_LINK = "link, not a file"
_DEVICE = "device, not a file"
_OUTSIDE = "points outside the archive"


@dataclass(frozen=True)
class Entry:
    """A file. `path` is relative to the listed place, with slashes.

    `identity` is the same for one file, whichever way it was reached. `load` gives where it lies
    or, from an archive, its content; call it before asking for the next entry, or never. It raises
    Unreadable where this file is damaged, UserError where the whole archive is.
    """

    path: str
    identity: str
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
        if self.disk.is_dir():
            yield from _walk(self, self.disk, "", ())
            return
        members = _zip_members if self.disk.suffix.lower() == ".zip" else _tar_members
        try:
            for member in members(self):
                entry = _below(self, member)
                if entry is not None:
                    yield entry
        except _DAMAGED as error:
            raise _damaged(self, error) from None


def printable(name: str) -> str:
    """A file's name as valid Unicode; bytes of it that are none are shown as \\xfc."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def locate(given: str, key: str) -> Place:
    """Split a path into what lies on disk and what lies inside an archive.

    Raises:
        UserError: neither a folder nor an archive lies there.
    """
    path = Path(given)
    if path.is_dir():
        return Place(given, key, path, ())
    for disk in (path, *path.parents):
        if not disk.is_file():
            continue
        if disk.name.lower().endswith(ARCHIVES):
            return Place(given, key, disk, path.relative_to(disk).parts)
        allowed = ", ".join(ARCHIVES)
        raise UserError(
            f"{key}: {given}: {disk.name} is neither a folder nor an archive; "
            f"name a folder or a file that ends in {allowed}"
        )
    raise UserError(
        f"{key}: {given}: no such folder or archive; put the images there, "
        f"or change {key} in params.yaml"
    )


@dataclass(frozen=True)
class _Member:
    """A file of an archive: its raw name, what speaks against it, how to read it."""

    name: str
    problem: str | None
    load: Callable[[], bytes]


def _below(place: Place, member: _Member) -> Entry | Rejected | None:
    """What becomes of a member; None where it is hidden or outside of `place.inner`."""
    parts = tuple(part for part in member.name.split("/") if part not in ("", "."))
    absolute = member.name.startswith("/") or re.match(r"[A-Za-z]:/", member.name)
    if absolute or ".." in parts:
        return None if place.inner else Rejected(place.source(member.name), _OUTSIDE)
    depth = len(place.inner)
    if parts[:depth] != place.inner or len(parts) == depth:
        return None
    parts = parts[depth:]
    if any(_skipped(part) for part in parts):
        return None
    path = "/".join(parts)
    if member.problem:
        return Rejected(place.source(path), member.problem)
    return Entry(path, f"{place.identity}/{path}", member.load)


def _skipped(name: str) -> bool:
    return name.startswith(".") or name.lower() in _SKIPPED


def _damaged(place: Place, error: Exception) -> UserError:
    if isinstance(error, PermissionError):
        return UserError(f"{place.key}: {place.given}: cannot be read: {error.strerror}")
    what = " ".join(str(error).split()) or type(error).__name__
    return UserError(
        f"{place.key}: {place.given}: the archive is truncated or damaged ({what}); "
        "copy or download it again"
    )


def _zip_members(place: Place) -> Iterator[_Member]:
    with zipfile.ZipFile(place.disk) as archive:
        # Some Windows tools write backslashes between folders.
        named = [(info.filename.replace("\\", "/"), info) for info in archive.infolist()]
        for name, info in sorted(named, key=lambda pair: pair[0].split("/")):
            if not name.endswith("/"):
                yield _Member(name, _zip_problem(info), partial(_read_zip, archive, info))


def _zip_problem(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)  # zero where the zip was not made on Unix
    if kind == stat.S_IFLNK:
        return _LINK
    if kind not in (0, stat.S_IFREG):
        return _DEVICE
    if info.flag_bits & 1:
        return "encrypted"
    return _size_problem(info.file_size)


def _read_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(info)
    except (*_DAMAGED, RuntimeError) as error:  # RuntimeError: a compression that is not supported
        raise Unreadable(f"damaged in the archive ({' '.join(str(error).split())})") from None


def _tar_members(place: Place) -> Iterator[_Member]:
    with tarfile.open(place.disk) as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # it keeps every header: gigabytes
            if not info.isdir():
                yield _Member(
                    info.name, _tar_problem(info), partial(_read_tar, archive, info, place)
                )


def _tar_problem(info: tarfile.TarInfo) -> str | None:
    if info.issym() or info.islnk():
        return _LINK
    return _size_problem(info.size) if info.isreg() else _DEVICE


def _read_tar(archive: tarfile.TarFile, info: tarfile.TarInfo, place: Place) -> bytes:
    try:
        stream = archive.extractfile(info)
        return stream.read() if stream else b""
    except _DAMAGED as error:
        raise _damaged(place, error) from None


def _size_problem(size: int) -> str | None:
    if size <= MAX_MEMBER_BYTES:
        return None
    return f"too large: {size / 2**20:.0f} MiB, more than {MAX_MEMBER_BYTES // 2**20} in an archive"


def _walk(
    place: Place, folder: Path, prefix: str, above: tuple[str, ...]
) -> Iterator[Entry | Rejected]:
    """Files below `folder`; `above` are the real paths of the folders that lead to it."""
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
        if _skipped(item.name):
            continue
        kind = _kind(item)
        if kind == "folder":
            yield from _walk(place, Path(item.path), f"{path}/", (*above, real))
        elif kind == "file":
            identity = os.path.realpath(item.path) if item.is_symlink() else f"{real}/{item.name}"
            yield Entry(path, identity, partial(str, item.path))
        else:
            yield Rejected(place.source(path), kind)


def _kind(item: os.DirEntry[str]) -> str:
    """`folder`, `file`, or what speaks against it."""
    try:
        if item.is_dir():
            return "folder"
        if item.is_file():
            return "file"
        return "link to a file that is not there" if item.is_symlink() else _DEVICE
    except OSError as error:  # such as a link to itself
        return f"cannot be read: {error.strerror}"
