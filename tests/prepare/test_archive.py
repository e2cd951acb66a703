"""Folders, zips and tars are listed alike; what points elsewhere or is no file is refused."""

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from semisup.prepare import archive
from semisup.prepare.archive import locate
from semisup.prepare.decode import Unreadable
from semisup.prepare.records import Rejected
from semisup.workflow.errors import UserError

FILES = {"b/2.png": b"b2", "a/10.png": b"a10", "a/2.png": b"a2", "a/x/y.png": b"axy", "z.png": b"z"}
HIDDEN = [".DS_Store", "a/._2.png", "__MACOSX/a/2.png", "a/Thumbs.db", ".git/x.png", "desktop.ini"]


def make_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as stream:
        for name, content in files.items():
            stream.writestr(name, content)
    return path


def make_tar(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as stream:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            stream.addfile(info, io.BytesIO(content))
    return path


MAKERS: dict[str, Callable[[Path, dict[str, bytes]], Path]] = {
    "folder": make_folder,
    "a.zip": make_zip,
    "A.ZIP": make_zip,
    "a.tar": make_tar,
    "a.tar.gz": make_tar,
    "a.tgz": make_tar,
}


def listed(path: Path | str) -> list[tuple[str, bytes | str]]:
    """(relative path, content) or (source, reason) of every entry."""
    found: list[tuple[str, bytes | str]] = []
    for entry in locate(str(path), "data.folder.unlabelled").entries():
        if isinstance(entry, Rejected):
            found.append((entry.source, entry.reason))
            continue
        content = entry.load()
        found.append(
            (entry.path, Path(content).read_bytes() if isinstance(content, str) else content)
        )
    return found


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


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
@pytest.mark.parametrize("member", ["/etc/passwd", "../up.png", "a/../../up.png", "C:/up.png"])
def test_members_that_point_outside(tmp_path: Path, name: str, member: str) -> None:
    path = MAKERS[name](tmp_path / name, {member: b"evil", "ok.png": b"ok"})
    found = dict(listed(path))
    assert found.pop(f"{path}/{member}") == "points outside the archive"
    assert found == {"ok.png": b"ok"}


def test_backslashes_in_a_zip(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a\\1.png": b"1", "..\\up.png": b"evil"})
    found = dict(listed(path))
    assert found == {"a/1.png": b"1", f"{path}/../up.png": "points outside the archive"}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (tarfile.SYMTYPE, "link, not a file"),
        (tarfile.LNKTYPE, "link, not a file"),
        (tarfile.CHRTYPE, "device, not a file"),
        (tarfile.FIFOTYPE, "device, not a file"),
    ],
)
def test_links_and_devices_in_a_tar(tmp_path: Path, kind: bytes, reason: str) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as stream:
        info = tarfile.TarInfo("a/odd.png")
        info.type, info.linkname = kind, "/etc/passwd"
        stream.addfile(info)
    assert listed(path) == [(f"{path}/a/odd.png", reason)]


def test_link_and_encrypted_member_of_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as stream:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        stream.writestr(link, "/etc/passwd")
        stream.writestr("secret.png", b"x")
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # the flag in the directory at the file's end
    path.write_bytes(content)
    assert dict(listed(path)) == {
        f"{path}/link.png": "link, not a file",
        f"{path}/secret.png": "encrypted",
    }


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
def test_large_members_are_not_read(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 2**20)
    path = MAKERS[name](tmp_path / name, {"big.png": bytes(2**20 + 2**19), "ok.png": bytes(2**20)})
    found = dict(listed(path))
    assert found.pop(f"{path}/big.png") == "too large: 2 MiB, more than 1 in an archive"
    assert list(found) == ["ok.png"]


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


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_truncated_archive(tmp_path: Path, name: str, share: float) -> None:
    files = {f"{i}.png": os.urandom(20000) for i in range(5)}
    path = MAKERS[name](tmp_path / name, files)
    whole = path.read_bytes().rstrip(b"\0")
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UserError, match=r"truncated or damaged .* download it again") as caught:
        listed(path)
    message = str(caught.value)
    assert message.startswith(f"data.folder.unlabelled: {path}: ")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("gone", "gone: no such folder or archive; put the images there"),
        ("gone.zip/images", "no such folder or archive"),
        ("notes.txt", "notes.txt is neither a folder nor an archive"),
        ("notes.txt/images", "notes.txt is neither a folder nor an archive"),
        ("text.zip", "truncated or damaged"),
        ("text.tar.gz", "truncated or damaged"),
    ],
)
def test_paths_that_hold_nothing(tmp_path: Path, given: str, message: str) -> None:
    for name in ("notes.txt", "text.zip", "text.tar.gz"):
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
