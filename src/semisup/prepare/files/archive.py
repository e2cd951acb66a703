"""The members of a zip or tar file, which is read in one pass and never unpacked to disk."""

import atexit
import re
import stat
import zipfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from itertools import count
from pathlib import Path

from semisup.prepare.files import npz, tars
from semisup.prepare.files.member import (
    AGAIN,
    DAMAGED,
    DEVICE,
    ENDINGS,
    LINK,
    SETS,
    Member,
    as_now,
    reading,
    size_problem,
)
from semisup.prepare.records import Unreadable
from semisup.workflow.errors import UserError

MOST_CHARACTERS = 200  # of what zipfile says
END_BYTES = 22  # of the record that ends a zip, but for its comment
UTF8_FLAG = 0x800  # of a name; without it, zipfile reads the letters of old MS-DOS
FEWEST_ACCENTS = 3  # in a name that can hardly be meant
_MS_DOS_LETTERS = bytes([*range(0x80, 0x9B), *range(0xA0, 0xA8), 0xE1, 0xF8]).decode("cp437")
SUFFIXES = (".zip", *ENDINGS, ".npz", *SETS)
_UNREAD = re.compile(  # archives of other kinds, and parts of any kind
    r".*\.((7z|rar|gz|bz2|xz|lz4|z|iso|dmg|[rz]\d\d)|(zip|7z|rar|tar(\.\w+)?|tgz)\.(\d+|[a-z]{2}|part\d*))"
)


def is_unread(name: str) -> bool:
    """Whether a file is, by its name, an archive, or a part of one, that must be unpacked first."""
    lower = name.lower()
    return not lower.endswith(SUFFIXES) and _UNREAD.fullmatch(lower) is not None


def members(archive: Path, place: str) -> Generator[Member]:
    """Every file of an archive: of a zip in sorted order, of a tar in its own.

    Of several of one name one is without problem: of a zip the last, as when it is unpacked; of a
    tar, which is read in one pass, the first.

    Raises:
        UserError: the archive cannot be read, or only up to a point; it names the `place`.
    """
    with reading(place, archive):
        yield from _members(archive, place)


def _members(archive: Path, place: str) -> Generator[Member]:
    kind = archive.suffix.lower()
    if kind == ".npz":
        yield from npz.files(archive, place)
    elif kind in SETS:
        from semisup.prepare.files import arrow_sets

        yield from arrow_sets.files(archive, place)
    elif kind == ".zip":
        yield from _zip_members(*as_now(archive))
    else:
        yield from tars.members(archive, place)


class _ReadOnce:
    """What an iterator yields, again and again: it goes on only as far as somebody asks."""

    def __init__(self, source: Iterator[Member]) -> None:
        self._source, self._known = source, list[Member]()
        self._failed: Exception | None = None

    def __iter__(self) -> Iterator[Member]:
        yield from self._known
        for at in count(len(self._known)):
            if at == len(self._known):
                if self._failed:
                    raise self._failed
                try:
                    self._known.append(next(self._source))
                except StopIteration:
                    return
                except (UserError, *DAMAGED) as error:
                    self._failed = error
                    raise
            yield self._known[at]


def listing(archive: Path, place: str) -> Iterator[Member]:
    """The same as `members`, of which only the names are asked for: read once for all who ask.

    Raises:
        UserError: as `members`.
    """
    if archive.suffix.lower() in SETS:
        from semisup.labels.arrow import ArrowFile
        from semisup.prepare.files import arrow_sets

        names = arrow_sets.names(ArrowFile(archive, place))
        yield from (Member(name, None, 0, _not_to_be_read) for name in names)
        return
    if archive.suffix.lower() == ".zip":
        yield from members(archive, place)
        return
    # what is wrong with one of these names the place
    for_whom = place if archive.suffix.lower() == ".npz" else ""
    with reading(place, archive):
        yield from _listing(for_whom, *as_now(archive))


@lru_cache(maxsize=2)  # names of all members take much memory
def _listing(place: str, archive: Path, *_: int) -> _ReadOnce:
    found = _members(archive, place)
    atexit.register(found.close)  # before what it needs is taken apart
    return _ReadOnce(replace(each, load=_not_to_be_read) for each in found)


def _not_to_be_read() -> bytes:
    raise NotImplementedError("a listing has names only")


@lru_cache(maxsize=2)  # the directory of a zip takes long to read, and much memory
def _zip_members(path: Path, *_: int) -> list[Member]:
    archive = zipfile.ZipFile(path)  # open as long as any of the members is known
    _check_count(path, archive)
    named = [(_name(info), info) for info in archive.infolist()]
    last = dict(named)
    found = []
    for name, info in sorted(named, key=lambda pair: pair[0].split("/")):
        if not name.endswith("/"):
            read = partial(_read_zip, archive, info)
            again = None if last[name] is info else AGAIN.format("last")
            problem = again or _zip_problem(info)
            kind = (again is not None, _is_guessed(info, name))
            found.append(Member(name, problem, info.file_size, read, *kind))
    return found


def _check_count(path: Path, archive: zipfile.ZipFile) -> None:
    """A damaged length of a name hides what follows it, of which zipfile says nothing."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_BYTES - len(archive.comment)))
        end = file.read(END_BYTES)
    listed = len(archive.infolist())
    said = int.from_bytes(end[10:12], "little")
    # of more than 65,535 some programs write the last 16 bits
    if end.startswith(b"PK\5\6") and said not in (0xFFFF, listed & 0xFFFF):
        raise zipfile.BadZipFile(f"its directory has {listed} entries instead of {said}")


def _name(info: zipfile.ZipInfo) -> str:
    """With slashes, where Windows tools write backslashes, and in the letters that were meant.

    macOS writes UTF-8 and does not say so; valid UTF-8 beyond ASCII is hardly anything else.
    """
    name = info.filename
    if not name.isascii() and not info.flag_bits & UTF8_FLAG:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _is_guessed(info: zipfile.ZipInfo, name: str) -> bool:
    """Whether letters of old MS-DOS were hardly meant.

    Of most other letters they make frames or Greek, of Japanese accents on every second letter.
    """
    if name.isascii() or info.flag_bits & UTF8_FLAG or name != info.filename.replace("\\", "/"):
        return False
    if any(not c.isascii() and c not in _MS_DOS_LETTERS for c in name):
        return True
    accents = [(sum(not c.isascii() for c in part), len(part)) for part in name.split("/")]
    return any(count >= FEWEST_ACCENTS and count * 2 >= length for count, length in accents)


def _zip_problem(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)  # zero where the zip was not made on Unix
    if kind == stat.S_IFLNK:
        return LINK
    if kind not in (0, stat.S_IFREG):
        return DEVICE
    if info.flag_bits & 1:
        return "encrypted: unpack the archive with its password, and give the folder"
    return size_problem(info.file_size)


def _read_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as stream:  # `archive.read` unpacks more than the zip says
            return stream.read(info.file_size)
    except (*DAMAGED, RuntimeError) as error:  # RuntimeError: a compression that is not supported
        # it may quote half of the archive
        what = " ".join(str(error).split())[:MOST_CHARACTERS] or type(error).__name__
        raise Unreadable(f"damaged in the archive ({what})") from None
