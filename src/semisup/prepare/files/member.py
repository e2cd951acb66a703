"""A file of an archive, and what is said where it, or the archive, cannot be read."""

import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from semisup.workflow.errors import UserError

SETS = (".parquet", ".arrow")  # how files end that have images in a column
MAX_BYTES = 256 * 2**20  # since it is read into memory whole
DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError)
DEVICE = "device, not a file"
LINK = "link, not a file"
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


def size_problem(size: int) -> str | None:
    """What speaks against a file of so many bytes."""
    if size <= MAX_BYTES:
        return None
    return f"too large: {size / 2**20:.0f} MiB, more than {MAX_BYTES // 2**20} in an archive"


def damaged(place: str, error: Exception) -> UserError:
    """What to raise where an archive cannot be read."""
    if isinstance(error, PermissionError):
        return UserError(f"{place}: cannot be read: {error.strerror}")
    what = " ".join(str(error).split()) or type(error).__name__
    return UserError(
        f"{place}: the archive is truncated or damaged ({what}); copy or download it again"
    )
