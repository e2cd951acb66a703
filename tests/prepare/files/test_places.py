"""Folders, zips and tars are listed alike; paths that hold nothing are refused."""

import os
from pathlib import Path

import pytest
from made_files import MAKERS, listed, make_folder

from semisup.prepare.files.places import locate
from semisup.prepare.records import Rejected
from semisup.workflow.errors import UserError

FILES = {"b/2.png": b"b2", "a/10.png": b"a10", "a/2.png": b"a2", "a/x/y.png": b"axy", "z.png": b"z"}
HIDDEN = [".DS_Store", "a/._2.png", "__MACOSX/a/2.png", "a/Thumbs.db", ".git/x.png", "desktop.ini"]


@pytest.mark.parametrize("name", MAKERS)
def test_all_kinds_list_the_same_files(tmp_path: Path, name: str) -> None:
    hidden = dict.fromkeys(HIDDEN, b"hidden")
    path = MAKERS[name](tmp_path / name, {**FILES, **hidden})
    found = listed(path)
    assert sorted(found) == sorted(FILES.items())
    if "tar" not in name and "tgz" not in name:
        assert [p for p, _ in found] == ["a/10.png", "a/2.png", "a/x/y.png", "b/2.png", "z.png"]
    else:
        assert [p for p, _ in found] == list(FILES)


@pytest.mark.parametrize("name", MAKERS)
def test_a_folder_inside(tmp_path: Path, name: str) -> None:
    path = MAKERS[name](tmp_path / name, {**FILES, "aa/no.png": b"", "./a/dot.png": b"dot"})
    found = {"10.png": b"a10", "2.png": b"a2", "x/y.png": b"axy", "dot.png": b"dot"}
    assert dict(listed(f"{path}/a")) == found
    assert dict(listed(f"{path}/a/x")) == {"y.png": b"axy"}
    if path.is_file():
        assert listed(f"{path}/no_such") == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("gone", "gone: no such folder or archive; put the images there"),
        ("gone.zip/images", "no such folder or archive"),
        ("notes.txt", "notes.txt is neither a folder nor an archive"),
        ("notes.txt/images", "notes.txt is neither a folder nor an archive"),
        ("a.7z", "a.7z is, by its name, an archive that is not read, or a part of one; unpack it"),
        ("a.zip.001", "unpack it, and name the folder"),
        ("a.tar.gz.aa", "unpack it, and name the folder"),
        ("text.zip", "truncated or damaged"),
        ("text.tar.gz", "truncated or damaged"),
    ],
)
def test_paths_that_hold_nothing(tmp_path: Path, given: str, message: str) -> None:
    for name in ("notes.txt", "text.zip", "text.tar.gz", "a.7z", "a.zip.001", "a.tar.gz.aa"):
        (tmp_path / name).write_text("no archive")
    with pytest.raises(UserError, match=message) as caught:
        listed(tmp_path / given)
    assert str(caught.value).startswith(f"data.folder.unlabelled: {tmp_path / given}: ")
    assert "\n" not in str(caught.value)


def test_links_in_a_folder(tmp_path: Path) -> None:
    pool = make_folder(tmp_path / "pool", {"1.png": b"1", "2.png": b"2"})
    root = make_folder(tmp_path / "root", {"a/own.png": b"own"})
    (root / "a" / "loop").symlink_to(root)
    (root / "file.png").symlink_to(pool / "1.png")
    (root / "folder").symlink_to(pool)
    (root / "dangling.png").symlink_to(tmp_path / "gone.png")
    (root / "self.png").symlink_to(root / "self.png")
    os.mkfifo(root / "pipe.png")
    found = dict(listed(root))
    assert found == {
        "a/own.png": b"own",
        "file.png": b"1",
        "folder/1.png": b"1",
        "folder/2.png": b"2",
        f"{root}/dangling.png": "link to a file that is not there",
        f"{root}/self.png": "cannot be read: Too many levels of symbolic links",
        f"{root}/pipe.png": "device, not a file",
    }


def test_identity_is_that_of_the_file_behind_a_link(tmp_path: Path) -> None:
    pool = make_folder(tmp_path / "pool", {"1.png": b"1"})
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "x.png").symlink_to(pool / "1.png")
    there = [e for p in ("pool", "links") for e in locate(str(tmp_path / p), "key").entries()]
    assert {e.identity for e in there if not isinstance(e, Rejected)} == {str(pool / "1.png")}


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes(b"x")
    place = locate(str(tmp_path), "key")
    (entry,) = place.entries()
    assert not isinstance(entry, Rejected)
    assert place.source(entry.path).endswith(r"caf\xe9.png")
