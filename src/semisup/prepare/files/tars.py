"""The members of a tar file, in its own order.

To read a header takes as long as to decode a small image, and places of one archive are read one
after the other: what the first reading found is kept for the next ones, which skip the headers.
"""

import tarfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from tarfile import EOFHeaderError, ReadError  # type: ignore[attr-defined]
from typing import IO, Any, cast

from semisup.prepare.files.member import (
    AGAIN,
    DEVICE,
    LINK,
    ZSTD,
    Member,
    as_now,
    reading,
    size_problem,
)

BLOCK = tarfile.BLOCKSIZE
MOST_SAID = 2**20  # bytes of a long name, or of what else a header says of the next file
SAY_MORE = b"".join(
    [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE]
)


class _Header(tarfile.TarInfo):
    """Takes note of the end mark: where a header is damaged or cut off, tarfile just stops."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Header":
        """Of one block; some only say more of the next file, which is read into memory whole."""
        header = super().frombuf(buf, encoding, errors)
        if header.type in SAY_MORE and header.size > MOST_SAID:
            raise tarfile.ReadError(f"a header of {header.size} bytes")
        return header

    @classmethod
    def fromtarfile(cls, tarfile: Any) -> "_Header":
        """Read the next one."""
        try:
            return super().fromtarfile(tarfile)
        except EOFHeaderError:
            tarfile.has_ended = True
            raise
        except (ValueError, OverflowError) as error:  # no numbers, or too large ones
            raise ReadError(f"a header is damaged: {error}") from None


class _Index:
    """The members of a whole tar, in little memory."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.sizes, self.offsets = array("q"), array("q")
        self.problems: dict[int, tuple[str, bool]] = {}  # with `is_again`
        self.is_simple = True  # each file lies there in one piece

    def add(self, member: Member, info: tarfile.TarInfo) -> None:
        """Enter the next one."""
        if member.problem:
            self.problems[len(self.names)] = member.problem, member.is_again
        self.names.append(member.name)
        self.sizes.append(member.size)
        self.offsets.append(info.offset_data)
        self.is_simple = self.is_simple and not info.issparse()

    def members(self, file: IO[bytes], place: str) -> Iterator[Member]:
        """The same as those that were entered."""
        for number, name in enumerate(self.names):
            problem, is_again = self.problems.get(number, (None, False))
            size = self.sizes[number]
            read = partial(_read_at, file, self.offsets[number], size, place)
            yield Member(name, problem, size, read, is_again)


@lru_cache(maxsize=2)  # names of all members take much memory
def _index_of(path: Path, *_: int) -> list[_Index]:
    """Of a tar as it is now: nothing until one reading has come to its end."""
    return []


def members(path: Path, place: str) -> Iterator[Member]:
    """Every file of a tar; of several of one name the first is without problem.

    Raises:
        UserError: on loading: the archive is damaged; it names the `place`.
    """
    known = _index_of(*as_now(path))
    with _opened(path) as archive:
        if known:
            yield from known[0].members(cast(IO[bytes], archive.fileobj), place)
            return
        index = _Index()
        yield from _read_headers(archive, place, index)
        if index.is_simple and not _is_zstd(path):
            known[:] = [index]


def _read_headers(archive: tarfile.TarFile, place: str, index: _Index) -> Iterator[Member]:
    seen: set[int] = set()  # hashes of names, which take less memory
    while (info := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # it keeps every header: gigabytes
        if info.isdir():
            continue
        name = hash(info.name.removeprefix("./"))
        again = AGAIN.format("first") if name in seen else None
        seen.add(name)
        read = partial(_read, archive, info, place)
        member = Member(info.name, again or _problem(info), info.size, read, again is not None)
        index.add(member, info)
        yield member
    if not hasattr(archive, "has_ended"):
        raise tarfile.ReadError("a header is damaged, or the end is missing")
    _check_rest(cast(IO[bytes], archive.fileobj))


def _check_rest(file: IO[bytes]) -> None:
    """Only padding follows the end mark; at the end of the stream its checksum is compared.

    Damage may look like an end mark, and so does the end of the first of several archives in a row.
    """
    while block := file.read(BLOCK):
        if block.strip(b"\0"):
            with suppress(tarfile.HeaderError):
                tarfile.TarInfo.frombuf(block, tarfile.ENCODING, "surrogateescape")
                raise tarfile.ReadError(
                    "files follow its end mark; of two archives in one `tar --ignore-zeros` has all"
                )


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    if not _is_zstd(path):
        with tarfile.open(path, tarinfo=_Header) as archive:
            yield archive
        return
    import pyarrow  # Python itself reads Zstandard from 3.14 on

    with (
        pyarrow.input_stream(str(path), compression="zstd") as stream,
        tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as archive,
    ):
        yield archive


def _is_zstd(path: Path) -> bool:
    """Whether one cannot go on to a place in it without reading what lies before."""
    return path.name.lower().endswith(ZSTD)


def _problem(info: tarfile.TarInfo) -> str | None:
    if info.issym() or info.islnk():
        return LINK
    return size_problem(info.size) if info.isreg() else DEVICE


def _read(archive: tarfile.TarFile, info: tarfile.TarInfo, place: str) -> bytes:
    with reading(place):
        stream = archive.extractfile(info)
        return stream.read() if stream else b""


def _read_at(file: IO[bytes], offset: int, size: int, place: str) -> bytes:
    with reading(place):
        file.seek(offset)
        return file.read(size)
