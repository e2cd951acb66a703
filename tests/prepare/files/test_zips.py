"""Zips that are damaged, or say of a member what is not so."""

import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from made_files import make_zip

from semisup.prepare.files.places import locate
from semisup.prepare.records import Rejected, Unreadable


def test_damaged_member_of_a_zip_costs_that_member_only(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.png": b"content of a", "b.png": b"b"})
    path.write_bytes(path.read_bytes().replace(b"content", b"CONTENT"))
    entries = locate(str(path), "key").entries()
    first = next(entries)
    assert not isinstance(first, Rejected)
    with pytest.raises(Unreadable, match=r"damaged in the archive .*CRC"):
        first.load()
    second = next(entries)
    assert not isinstance(second, Rejected)
    assert second.load() == b"b"


def test_what_is_said_of_a_damaged_member_is_short(tmp_path: Path) -> None:
    """Where the length of its name is damaged, all that follows is taken for the name."""
    path = make_zip(tmp_path / "a.zip", {"a.png": b"a", "b.png": b"b" * 5000})
    content = bytearray(path.read_bytes())
    content[26:28] = (4000).to_bytes(2, "little")
    path.write_bytes(content)
    (first, *_) = locate(str(path), "key").entries()
    assert not isinstance(first, Rejected)
    with pytest.raises(Unreadable, match=r"damaged in the archive \(File name") as error:
        first.load()
    assert len(str(error.value)) < 250


def test_a_zip_that_is_cut_off_while_it_is_read(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.png": os.urandom(9000), "b.png": os.urandom(9000)})
    _, second = locate(str(path), "key").entries()
    assert not isinstance(second, Rejected)
    os.truncate(path, 15000)
    with pytest.raises(Unreadable, match=r"damaged in the archive \(EOFError\)"):
        second.load()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_compressed_member_of_a_zip(tmp_path: Path, method: int) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as stream:
        stream.writestr("a.png", os.urandom(5000))
        stream.writestr("b.png", b"b")
    content = bytearray(path.read_bytes())
    content[100:120] = b"#" * 20
    path.write_bytes(content)
    first, second = locate(str(path), "key").entries()
    assert not isinstance(first, Rejected)
    assert not isinstance(second, Rejected)
    with pytest.raises(Unreadable, match="damaged in the archive"):
        first.load()
    assert second.load() == b"b"


def test_no_more_is_unpacked_than_a_zip_says(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as stream:
        stream.writestr("a.png", bytes(2**26))
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02") + 24  # its size, in the directory at the file's end
    content[at : at + 4] = (500).to_bytes(4, "little")
    path.write_bytes(content)
    tracemalloc.start()
    (entry,) = locate(str(path), "key").entries()
    assert not isinstance(entry, Rejected)
    with pytest.raises(Unreadable, match=r"damaged in the archive \(Bad CRC"):
        entry.load()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**22
