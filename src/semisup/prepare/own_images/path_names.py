"""Names of files and folders as paths of tables are compared with them."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

from semisup.labels.endings import EXTENSIONS
from semisup.prepare.folders.tree import is_beside

_ARCHIVE = re.compile(r"\.(zip|npz|tgz|tbz2?|txz|tzst|tar(\.\w+)?)$")
_UPLOADED = re.compile(r"[0-9a-f]{8}-(.+\.\w+)")
_ASKED = re.compile(r"([^?#]+(\.\w+))[?#].*")
_QUERY = re.compile(r"[^?]*\?\w+=(.+)")
RESPELT = (
    "with %20 and the like decoded",
    "by what stands behind ?d=",
    "without the code before the name",
    "without the query of an address",
)


def respelt(row: str) -> Iterator[tuple[str, str]]:
    """What programs may have made of a path, undone, each with a word of RESPELT.

    Label Studio encodes paths as in a URL, those of Windows too (photos%5Ccat.jpg), has them in one
    (/data/local-files/?d=photos/cat.jpg), and puts a code before names: 1a2b3c4d-cat.jpg.
    """
    plain = unquote(row)
    if "%5C" in row.upper():
        plain = plain.replace("\\", "/")
    if plain != row:
        yield RESPELT[0], plain
    if query := _QUERY.fullmatch(plain):
        yield RESPELT[1], query[1]
    if name := _UPLOADED.fullmatch(plain.rpartition("/")[2]):
        yield RESPELT[2], name[1]
    address = _ASKED.fullmatch(row)
    if address and address[2].lower() in EXTENSIONS:  # https://host/cat.jpg?raw=true
        yield RESPELT[3], unquote(address[1])


def folded_name(name: str) -> str:
    """What names share that differ in case or Unicode form only."""
    return unicodedata.normalize("NFC", name).casefold()


def called_as(folder: str) -> str:
    """What a folder, or an archive in its stead, is compared as."""
    return _ARCHIVE.sub("", folded_name(folder))


def shared_folders(folders: list[str], whole: str) -> int:
    """How many folders of a row, from the last one on, are those of the file."""
    pairs = zip(reversed(folders), reversed(whole.split("/")[:-1]), strict=False)
    same = itertools.takewhile(lambda pair: called_as(pair[0]) == called_as(pair[1]), pairs)
    return sum(1 for _ in same)


def folder_of(whole: str, up: int = 0) -> str:
    """The name of the folder that a file lies in, or of one that many levels up."""
    names = whole.split("/")[:-1]
    return names[-1 - up] if up < len(names) else ""


def without_masks(wholes: list[str], folders: Sequence[str], files: Mapping[str, str]) -> list[str]:
    """Of files that a row with these folders may mean, the images, if others are their masks.

    files: the part of each that is below its place.
    """
    if any(map(is_beside, folders)):
        return wholes
    return [w for w in wholes if not any(map(is_beside, files[w].split("/")[:-1]))] or wholes


def spellings_of(name: str) -> tuple[str, str, str, str | None]:
    """As written, and what each of the other ways to match compares; None: nothing."""
    folded = folded_name(name)
    stem, dot, ending = folded.rpartition(".")
    bare = stem if dot and f".{ending}" in EXTENSIONS else folded
    number = re.fullmatch(r"0*(\d+?)(\.0+)?", bare)
    return name, folded, bare, number[1] if number else None
