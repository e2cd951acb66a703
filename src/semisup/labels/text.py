"""The text of a table: its encoding and what separates its cells."""

import codecs
import re

from semisup.workflow.errors import UserError
from semisup.workflow.merges import marked_line

Line = tuple[int, list[str]]  # of a table: its number and cells
PARQUET, ARROW = b"PAR1", b"ARROW1"  # how such tables begin; streams of Arrow have no mark
SEPARATORS = (",", ";", "\t", "|")
# a first line by which Excel knows it: sep=; or sep= and a tab
_SAYS_SEPARATOR = re.compile(r'[ \t]*"?sep=([^\s"]|\t)[^\r\n]*(\r\n|\r|\n|$)', re.IGNORECASE)
_MARKS = (  # the first bytes, and the encoding that they mean
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = (
    (b"PK\x03\x04", "an Excel or zip file"),
    (b"\xd0\xcf\x11\xe0", "an Excel file"),
    (b"\x1f\x8b", "a compressed file"),
    (b"SQLite format 3", "a database"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x80", "a pickle or the like"),
)
_OTHER_TEXT = (
    (b"<?xml", "an XML file"),
    (b"%pdf", "a PDF document"),
    (b"{\\rtf", "a text document"),
)
STAND_INS = (  # what lies in the place of files that did not come
    (b"version https://git-lfs", "a Git LFS pointer, not the file: run `git lfs pull`"),
    (b"/annex/objects/", "a git-annex pointer, not the file: run `git annex get`"),
    (b"<!doctype html", "a web page, as of a failed download: download it again"),
    (b"<html", "a web page, as of a failed download: download it again"),
)


def stand_in(content: bytes) -> str | None:
    """What a file is by its first bytes, if it only stands for the one that was meant."""
    start = content[:64].lstrip(codecs.BOM_UTF8 + b" \r\n").lower()
    return next((what for mark, what in STAND_INS if start.startswith(mark)), None)


def decoded(content: bytes, where: str) -> tuple[str, str]:
    """The text of a table, and its separator.

    Raises:
        UserError: no text, or in an encoding that can't be told.
    """
    for mark, kind in _NO_TEXT:
        if content.startswith(mark):
            raise UserError(f"{where}: is {kind}, no text; save it as CSV in UTF-8")
    if what := stand_in(content):
        raise UserError(f"{where}: is {what}")
    for mark, kind in _OTHER_TEXT:
        if content[:64].lstrip(codecs.BOM_UTF8 + b" \r\n").lower().startswith(mark):
            raise UserError(f"{where}: is {kind}, no table; save path and label as CSV in UTF-8")
    encoding = _encoding(content)
    if encoding == "utf-8" and b"\0" in content:
        raise UserError(f"{where}: is no text, for it holds zero bytes; save it as CSV in UTF-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UserError(
            f"{where}: line {line} is not UTF-8; save it as UTF-8 (Excel: CSV UTF-8)"
        ) from None
    text = text.lstrip("\ufeff")
    if merged := marked_line(text):
        raise UserError(
            f"{where}: line {merged}: a merge left its marks; keep the rows that are right, and "
            "take out the marks"
        )
    if said := _SAYS_SEPARATOR.match(text):
        return text[said.end() :], said[1]
    head = next((line for line in text.splitlines() if line.strip()), "")
    return text, max(SEPARATORS, key=lambda mark: (head.count(mark), -SEPARATORS.index(mark)))


def lines_in(text: str) -> list[str]:
    """Without other signs that Python ends a line at, such as U+2028, which a cell may hold."""
    return re.split(r"\r\n|\r|\n", text)


def _encoding(content: bytes) -> str:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    start = content[:200]
    more = start[1::2].count(0) - start[::2].count(0)
    if abs(more) > len(start) / 8:  # of UTF-16 without its mark: every second byte of plain letters
        return "utf-16-le" if more > 0 else "utf-16-be"
    return "utf-8"
