"""Members of archives that point elsewhere, are no files, too large or damaged are refused."""

import io
import os
import tarfile
import warnings
import zipfile
from pathlib import Path

import pytest
from made_files import MAKERS, listed, make_tar, make_zip, png, records

from semisup.prepare.files import archive, member
from semisup.workflow.errors import UserError


def make_unflagged_zip(path: Path, name: str, encoding: str, content: bytes = b"1") -> Path:
    """A zip that does not say in which letters the name of its file is."""

    class Unflagged(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
            return self.filename.encode(encoding), 0

    with zipfile.ZipFile(path, "w") as stream:
        stream.writestr(Unflagged(name), content)
    return path


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
    ("encoding", "name"),
    [("utf-8", "Käfer"), ("utf-8", "カブトムシ"), ("cp437", "Käfer"), ("cp437", "Ñandú")],
)
def test_names_in_a_zip_that_does_not_say_their_encoding(
    tmp_path: Path, encoding: str, name: str
) -> None:
    """As macOS, and old programs of Windows, write them."""
    path = make_unflagged_zip(tmp_path / "a.zip", f"{name}/1.png", encoding)
    assert listed(path) == [(f"{name}/1.png", b"1")]
    assert not any(each.is_guessed for each in archive.members(path, "key"))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("gbk", "甲虫"),
        ("shift_jis", "カブトムシ"),
        ("cp949", "고양이"),
        ("cp866", "кошка"),
        ("cp1252", "Käfer"),
    ],
)
def test_names_in_a_zip_in_letters_that_it_does_not_name_are_warned_of(
    tmp_path: Path, encoding: str, name: str
) -> None:
    """As Windows writes them in other countries; their bytes say nothing of the country."""
    path = make_unflagged_zip(tmp_path / "a.zip", f"{name}/1.png", encoding, png(0))
    odd = f"{name}/1.png".encode(encoding).decode("cp437")
    _, _, warnings = records(labelled=path)
    told = f"data.folder.labelled: {path}: the names of 1 file such as {odd} may be wrong"
    assert [line for line in warnings if line.startswith(told)]


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
        f"{path}/secret.png": (
            "encrypted: unpack the archive with its password, and give the folder"
        ),
    }


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
def test_large_members_are_not_read(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "MAX_BYTES", 2**20)
    path = MAKERS[name](tmp_path / name, {"big.png": bytes(2**20 + 2**19), "ok.png": bytes(2**20)})
    found = dict(listed(path))
    assert found.pop(f"{path}/big.png") == "too large: 2 MiB, more than 1 in an archive"
    assert list(found) == ["ok.png"]


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.zst"])
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
    for _ in range(2):  # what is kept of a listing is not all there was
        with pytest.raises(UserError, match="truncated or damaged"):
            [*archive.listing(path, "here")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.zip", b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer, not the"),
        ("a.tar.gz", b"<!DOCTYPE html>\n<p>Sign in</p>", "is a web page, as of a failed download"),
        ("a.zip", b"Rar!\x1a\x07rest", "is a rar archive, which is not read: unpack it, and name"),
        (
            "a.tar",
            b"PK\x03\x04rest",
            "is a zip archive, by its first bytes: let its name end in .zip",
        ),
        (
            "a.zip",
            b"\x1f\x8brest",
            "is a gzip archive, by its first bytes: let its name end in .tar.gz",
        ),
        ("a.parquet", b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
    ],
)
def test_what_is_no_such_archive(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message) as caught:
        listed(tmp_path / name)
    assert str(caught.value).startswith(f"data.folder.unlabelled: {tmp_path / name}: ")


@pytest.mark.parametrize("name", ["a.zip", "a.tar.zst"])  # those of gzip and the like are read
def test_a_tar_that_is_called_otherwise(tmp_path: Path, name: str) -> None:
    make_tar(tmp_path / "a.tar", {"a.png": png(1)}).rename(tmp_path / name)
    with pytest.raises(UserError, match="is a tar archive, by its first bytes: let its name end"):
        listed(tmp_path / name)


@pytest.mark.parametrize(("name", "kept"), [("a.zip", 2), ("a.tar", 1), ("a.tar.gz", 1)])
def test_two_members_of_one_name_are_one_image(tmp_path: Path, name: str, kept: int) -> None:
    path, members = tmp_path / name, [("cat/1.png", 1), ("cat/1.png", 2), ("dog/1.png", 3)]
    if name == "a.zip":
        with zipfile.ZipFile(path, "w") as stream, warnings.catch_warnings(action="ignore"):
            for member, grey in members:
                stream.writestr(member, png(grey))
    else:
        with tarfile.open(path, "w:gz" if name.endswith("gz") else "w") as tar:
            for member, grey in members:
                info = tarfile.TarInfo(member)
                info.size = len(png(grey))
                tar.addfile(info, io.BytesIO(png(grey)))
    contents = [content for member, content in listed(path) if member == "cat/1.png"]
    assert contents == [png(kept)]
    images, rejected, said = records(labelled=path, max_rejected_fraction=0.0)
    assert [record.label for record in images.values()] == ["cat", "dog"]
    assert [item.reason.split(";")[0] for item in rejected] == [
        "second file of this name in the archive"
    ]
    assert any("1 files of archives have the name of another one there" in line for line in said)


@pytest.mark.parametrize("ending", ["tar.bz2", "tar.xz", "tbz2", "txz"])
def test_other_compressions(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    with tarfile.open(path, "w:bz2" if "b" in ending else "w:xz") as tar:
        info = tarfile.TarInfo("x/1.png")
        info.size = 3
        tar.addfile(info, io.BytesIO(b"abc"))
    assert listed(path) == [("x/1.png", b"abc")]


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tar.zst"])
def test_two_tars_in_one_file_are_refused(tmp_path: Path, name: str) -> None:
    """The second would be passed over, as by programs that unpack them."""
    one = MAKERS[name](tmp_path / f"one_{name}", {"1.png": b"1"})
    two = MAKERS[name](tmp_path / f"two_{name}", {"2.png": b"2"})
    both = tmp_path / name
    both.write_bytes(one.read_bytes() + two.read_bytes())
    with pytest.raises(UserError, match=rf"{name}: .*files follow its end mark; of two .*"):
        listed(both)


def test_padding_of_old_programs(tmp_path: Path) -> None:
    """What lay in their memory, which is no header."""
    path = MAKERS["a.tar"](tmp_path / "a.tar", {"1.png": b"1"})
    path.write_bytes(path.read_bytes() + b"left over " * 200)
    assert listed(path) == [("1.png", b"1")]


def test_a_checksum_counts_where_all_headers_are_whole(tmp_path: Path) -> None:
    path = MAKERS["a.tar.gz"](tmp_path / "a.tar.gz", {"1.png": b"1"})
    whole = path.read_bytes()
    path.write_bytes(whole[:-8] + bytes(4) + whole[-4:])
    with pytest.raises(UserError, match=r"truncated or damaged .*CRC"):
        listed(path)


@pytest.mark.parametrize("comment", [b"", b"made by hand"])
def test_entries_that_a_damaged_directory_hides(tmp_path: Path, comment: bytes) -> None:
    path = make_zip(tmp_path / "a.zip", {f"{n}.png": b"1" for n in range(4)})
    with zipfile.ZipFile(path, "a") as stream:
        stream.comment = comment
    content = bytearray(path.read_bytes())
    assert len(listed(path)) == 4
    second = content.index(b"PK\1\2", content.index(b"PK\1\2") + 1)
    entry = 46 + len("1.png")
    content[second + 32 : second + 34] = entry.to_bytes(2, "little")  # the third is its comment
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"directory has 3 entries instead of 4"):
        listed(path)


def test_more_entries_than_two_bytes_count(tmp_path: Path) -> None:
    """As programs write it that do not know of larger directories."""
    path = make_zip(tmp_path / "a.zip", {"1.png": b"1", "2.png": b"2"})
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\5\6")
    content[at + 10 : at + 12] = b"\xff\xff"
    path.write_bytes(content)
    assert len(listed(path)) == 2
