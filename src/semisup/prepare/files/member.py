"""A file of an archive, and what is said where it, or the archive, cannot be read."""

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from semisup.labels.text import stand_in
from semisup.workflow.errors import UserError

ZSTD = (".tar.zst", ".tzst")
ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", *ZSTD)
SETS = (".parquet", ".arrow")  # how files end that have images in a column
MAX_BYTES = 256 * 2**20  # since it is read into memory whole
_BY_BYTES = "by its first bytes: let its name end in"
UNREAD = "which is not read: unpack it, and name the folder"
TAR_MARK, TAR_MARK_AT = b"ustar", 257
ARCHIVES: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (  # first bytes, what, how they may end
    (b"PK\x03\x04", "a zip archive", (".zip", ".npz")),
    (b"Rar!", "a rar archive", ()),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", ()),
    (b"\x1f\x8b", "a gzip archive", (".tar.gz", *ENDINGS)),
    (b"BZh", "a bzip2 archive", (".tar.bz2", *ENDINGS)),
    (b"\xfd7zXZ\x00", "an xz archive", (".tar.xz", *ENDINGS)),
)
DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError)
DEVICE = "device, not a file"
LINK = "link, not a file"
AGAIN = "second file of this name in the archive; the {} one is read"


@dataclass(frozen=True)
class Member:
    """A file of an archive: its raw name, what speaks against it, its size, how to read it.

    `is_again`: what speaks against it is that another one of its name is read. `is_guessed`: the
    letters of its name may be others.

    `load` is called before the next member is asked for, or never. It raises Unreadable where this
    member is damaged, UserError where the whole archive is.
    """

    name: str
    problem: str | None
    size: int
    load: Callable[[], bytes]
    is_again: bool = False
    is_guessed: bool = False


def as_now(file: Path) -> tuple[Path, int, int]:
    """A file, and what changes with it: what was read of it is kept by that."""
    about = file.stat()
    return file, about.st_mtime_ns, about.st_size


def size_problem(size: int) -> str | None:
    """What speaks against a file of so many bytes."""
    if size <= MAX_BYTES:
        return None
    return f"too large: {size / 2**20:.0f} MiB, more than {MAX_BYTES // 2**20} in an archive"


@contextmanager
def reading(place: str, file: Path | None = None) -> Iterator[None]:
    """What an archive that cannot be read raises as one line; by first bytes of `file`, if any."""
    try:
        yield
    except DAMAGED as error:
        raise _damaged(place, error, file) from None


def _damaged(place: str, error: Exception, file: Path | None = None) -> UserError:
    if isinstance(error, PermissionError):
        return UserError(f"{place}: cannot be read: {error.strerror}")
    if file and (what := _what_it_is(file)):
        return UserError(f"{place}: is {what}")
    what = " ".join(str(error).split()) or type(error).__name__
    return UserError(
        f"{place}: the archive is truncated or damaged ({what}); copy or download it again"
    )


def _what_it_is(file: Path) -> str | None:
    """Of a file that is called as another kind of archive."""
    with file.open("rb") as stream:
        start = stream.read(TAR_MARK_AT + len(TAR_MARK))
    for mark, what, endings in ARCHIVES:
        if start.startswith(mark) and not file.name.lower().endswith(endings):
            return f"{what}, {_BY_BYTES} {endings[0]}" if endings else f"{what}, {UNREAD}"
    if start[TAR_MARK_AT:] == TAR_MARK and not file.name.lower().endswith(".tar"):
        return f"a tar archive, {_BY_BYTES} .tar"
    return stand_in(start)
