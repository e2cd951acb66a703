"""The members of a zip or tar file, which is read in one pass and never unpacked to disk."""

import atexit
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from tarfile import EOFHeaderError  # type: ignore[attr-defined]
from typing import Any

from semisup.prepare import npz
from semisup.prepare.records import Unreadable
from semisup.workflow.errors import UserError

ZSTD = (".tar.zst", ".tzst")
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", *ZSTD)
SETS = (".parquet", ".arrow")
SUFFIXES = (".zip", *TARS, ".npz", *SETS)
MAX_MEMBER_BYTES = 256 * 2**20  # since it is read into memory whole
DEVICE = "device, not a file"

_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError)
_LINK = "link, not a file"
AGAIN = "second file of this name in the archive; the {} one is read"


@dataclass(frozen=True)
class Member:
    """A file of an archive: its raw name, what speaks against it, its size, how to read it.

    `is_again`: what speaks against it is that another one of its name is read.

    `load` is called before the next member is asked for, or never. It raises Unreadable where this
    member is damaged, UserError where the whole archive is.
    """

    name: str
    problem: str | None
    size: int
    load: Callable[[], bytes]
    is_again: bool = False


def members(archive: Path, place: str) -> Generator[Member]:
    """Every file of an archive: of a zip in sorted order, of a tar in its own.

    Of several of one name one is without problem: of a zip the last, as when it is unpacked; of a
    tar, which is read in one pass, the first.

    Raises:
        UserError: the archive cannot be read, or only up to a point; it names the `place`.
    """
    kind = archive.suffix.lower()
    try:
        if kind == ".npz":
            for name, size, load in npz.files(archive, place):
                yield Member(name, None, size, load)
        elif kind in SETS:
            from semisup.prepare import arrow_sets

            for name, size, load in arrow_sets.files(archive, place):
                yield Member(name, None, size, load)
        else:
            yield from _zip_members(archive) if kind == ".zip" else _tar_members(archive, place)
    except _DAMAGED as error:
        raise _damaged(place, error) from None


class _ReadOnce:
    """What an iterator yields, again and again: it goes on only as far as somebody asks."""

    def __init__(self, source: Iterator[Member]) -> None:
        self._source, self._known = source, list[Member]()
        self._failed: UserError | None = None

    def __iter__(self) -> Iterator[Member]:
        for at in count():
            if at == len(self._known):
                if self._failed:
                    raise self._failed
                try:
                    self._known.append(next(self._source))
                except StopIteration:
                    return
                except UserError as error:
                    self._failed = error
                    raise
            yield self._known[at]


def listing(archive: Path, place: str) -> Iterable[Member]:
    """The same as `members`, but without a way to read them: read once, however often asked for.

    Raises:
        UserError: as `members`.
    """
    if archive.suffix.lower() in SETS:
        from semisup.prepare import arrow_sets

        names = arrow_sets.names_in(archive, place)
        return [Member(name, None, 0, _not_to_be_read) for name in names]
    about = archive.stat()
    return _listing(archive, place, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=2)  # names of all members take much memory
def _listing(archive: Path, place: str, *_: int) -> _ReadOnce:
    found = members(archive, place)
    atexit.register(found.close)  # before what it needs is taken apart
    return _ReadOnce(replace(each, load=_not_to_be_read) for each in found)


def _not_to_be_read() -> bytes:
    raise NotImplementedError("a listing has names only")


def _damaged(place: str, error: Exception) -> UserError:
    if isinstance(error, PermissionError):
        return UserError(f"{place}: cannot be read: {error.strerror}")
    what = " ".join(str(error).split()) or type(error).__name__
    return UserError(
        f"{place}: the archive is truncated or damaged ({what}); copy or download it again"
    )


def _zip_members(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        # Some Windows tools write backslashes between folders.
        named = [(info.filename.replace("\\", "/"), info) for info in archive.infolist()]
        last = dict(named)
        for name, info in sorted(named, key=lambda pair: pair[0].split("/")):
            if not name.endswith("/"):
                read = partial(_read_zip, archive, info)
                again = None if last[name] is info else AGAIN.format("last")
                problem = again or _zip_problem(info)
                yield Member(name, problem, info.file_size, read, again is not None)


def _zip_problem(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)  # zero where the zip was not made on Unix
    if kind == stat.S_IFLNK:
        return _LINK
    if kind not in (0, stat.S_IFREG):
        return DEVICE
    if info.flag_bits & 1:
        return "encrypted: unpack the archive with its password, and give the folder"
    return _size_problem(info.file_size)


def _read_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(info)
    except (*_DAMAGED, RuntimeError) as error:  # RuntimeError: a compression that is not supported
        raise Unreadable(f"damaged in the archive ({' '.join(str(error).split())})") from None


class _Header(tarfile.TarInfo):
    """Takes note of the end mark: where a header is damaged or cut off, tarfile just stops."""

    @classmethod
    def fromtarfile(cls, tarfile: Any) -> "_Header":
        """Read the next one."""
        try:
            return super().fromtarfile(tarfile)
        except EOFHeaderError:
            tarfile.has_ended = True
            raise


def _tar_members(path: Path, place: str) -> Iterator[Member]:
    seen: set[int] = set()  # hashes of names, which take less memory
    with _opened(path) as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # it keeps every header: gigabytes
            if not info.isdir():
                read = partial(_read_tar, archive, info, place)
                name = hash(info.name.removeprefix("./"))
                again = AGAIN.format("first") if name in seen else None
                seen.add(name)
                problem = again or _tar_problem(info)
                yield Member(info.name, problem, info.size, read, again is not None)
        if not hasattr(archive, "has_ended"):
            raise tarfile.ReadError("a header is damaged, or the end is missing")


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    if not path.name.lower().endswith(ZSTD):
        with tarfile.open(path, tarinfo=_Header) as archive:
            yield archive
        return
    import pyarrow  # Python itself reads Zstandard from 3.14 on

    with (
        pyarrow.input_stream(str(path), compression="zstd") as stream,
        tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as archive,
    ):
        yield archive


def _tar_problem(info: tarfile.TarInfo) -> str | None:
    if info.issym() or info.islnk():
        return _LINK
    return _size_problem(info.size) if info.isreg() else DEVICE


def _read_tar(archive: tarfile.TarFile, info: tarfile.TarInfo, place: str) -> bytes:
    try:
        stream = archive.extractfile(info)
        return stream.read() if stream else b""
    except _DAMAGED as error:
        raise _damaged(place, error) from None


def _size_problem(size: int) -> str | None:
    if size <= MAX_MEMBER_BYTES:
        return None
    return f"too large: {size / 2**20:.0f} MiB, more than {MAX_MEMBER_BYTES // 2**20} in an archive"
