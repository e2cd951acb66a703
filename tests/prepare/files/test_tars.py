"""What is kept of a tar's first reading gives the same files as its headers."""

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from made_files import make_tar

from semisup.prepare.files import archive, member
from semisup.prepare.files.member import Member
from semisup.workflow.errors import UserError

MODES = {"a.tar": "w", "a.tar.gz": "w:gz", "a.tar.bz2": "w:bz2", "a.tar.xz": "w:xz"}
Read = list[tuple[str, str | None, bool, bytes | None]]


def odd_tar(path: Path) -> Path:
    """Files of many sizes, folders, a link, two of one name, and one that is too large."""
    with tarfile.open(path, MODES[path.name]) as stream:
        for name, size in [("a/1.png", 3), ("a/2.png", 512), ("a/1.png", 7), ("b.png", 5000)]:
            info = tarfile.TarInfo(name)
            info.size = size
            stream.addfile(info, io.BytesIO(bytes(range(256)) * 20))
        for name, kind in [("c", tarfile.DIRTYPE), ("c/link.png", tarfile.SYMTYPE)]:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "b.png"
            stream.addfile(info)
    return path


def read(path: Path) -> Read:
    return [content_of(one) for one in archive.members(path, "here")]


def content_of(one: Member) -> tuple[str, str | None, bool, bytes | None]:
    return one.name, one.problem, one.is_again, None if one.problem else one.load()


@pytest.mark.parametrize("name", MODES)
def test_headers_are_read_once(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member, "MAX_BYTES", 4000)
    path = odd_tar(tmp_path / name)
    first = read(path)
    assert [(found[0], found[3]) for found in first if found[3]] == [
        ("a/1.png", bytes(range(3))),
        ("a/2.png", bytes(range(256)) * 2),
    ]
    assert [found[1] for found in first if found[1]] == [
        member.AGAIN.format("first"),
        "too large: 0 MiB, more than 0 in an archive",
        member.LINK,
    ]
    taken, headers = tarfile.TarFile.next, []
    monkeypatch.setattr(tarfile.TarFile, "next", lambda self: headers.append(1) or taken(self))
    tarfile.open(path).close()  # looks at the first one, to know what kind of tar it is
    to_open = len(headers)
    assert read(path) == first
    assert len(headers) == 2 * to_open
    assert [one.name for one in archive.listing(path, "here")] == [found[0] for found in first]


def test_a_changed_tar_is_read_anew(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "a.tar", {"1.png": b"one", "2.png": b"two"})
    assert [found[3] for found in read(path)] == [b"one", b"two"]
    make_tar(path, {"2.png": b"TWO", "3.png": b"three"})
    assert [(found[0], found[3]) for found in read(path)] == [
        ("2.png", b"TWO"),
        ("3.png", b"three"),
    ]


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz"])
def test_a_reading_that_broke_off_is_not_kept(tmp_path: Path, name: str) -> None:
    path = make_tar(tmp_path / name, {f"{n}.png": bytes([n]) * 3000 for n in range(5)})
    reading = archive.members(path, "here")
    assert next(reading).name == "0.png"
    reading.close()
    assert [found[0] for found in read(path)] == [f"{n}.png" for n in range(5)]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    for _ in range(2):
        with pytest.raises(UserError, match="truncated or damaged"):
            read(path)


@pytest.mark.parametrize(
    "said",
    [
        b"99999999999999999999999 path=a.png\n",
        b"24 GNU.sparse.map=0,2,x\n",
        b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n",
        bytes(2**21),
    ],
)
@pytest.mark.parametrize("files", [0, 2])
def test_a_damaged_header_that_says_more_of_a_file(tmp_path: Path, said: bytes, files: int) -> None:
    """Only the block that says how long it is has a checksum."""
    info = tarfile.TarInfo("more")
    info.type, info.size = tarfile.XHDTYPE, len(said)
    rest = make_tar(tmp_path / "rest.tar", {"a.png": b"no numbers\n" * 60}).read_bytes()
    more = info.tobuf() + said + bytes(-len(said) % tarfile.BLOCKSIZE)
    before = make_tar(tmp_path / "b.tar", {f"{n}.png": b"1" for n in range(files)}).read_bytes()
    (tmp_path / "a.tar").write_bytes(before[: files * 2 * tarfile.BLOCKSIZE] + more + rest)
    with pytest.raises(UserError, match="is truncated or damaged") as error:
        read(tmp_path / "a.tar")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", [name for name in MODES if name != "a.tar"])
def test_a_tar_damaged_in_the_middle(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with tarfile.open(path, MODES[name]) as tar:
        for number in range(5):
            info = tarfile.TarInfo(f"{number}.png")
            info.size = 300_000
            tar.addfile(info, io.BytesIO(os.urandom(info.size)))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 50] = b"#" * 50
    path.write_bytes(content)
    with pytest.raises(UserError, match="truncated or damaged"):
        read(path)


@pytest.mark.skipif(sys.platform != "linux", reason="GNU tar writes files with holes")
def test_files_with_holes(tmp_path: Path) -> None:
    content = b"start" + bytes(2**20) + b"end"
    with (tmp_path / "1.png").open("wb") as file:
        file.write(content[:5])
        file.seek(len(content) - 3)
        file.write(content[-3:])
    command = ["tar", "--sparse", "--create", "--file", "a.tar", "1.png"]
    subprocess.run(command, cwd=tmp_path, check=True)
    path = tmp_path / "a.tar"
    assert path.stat().st_size < 2**17
    for _ in range(2):
        assert [found[3] for found in read(path)] == [content]
