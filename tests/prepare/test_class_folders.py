"""Which class an image is of: by folders, by a CSV file."""

import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from made_files import fill, png, read

from semisup.prepare.class_folders import class_root
from semisup.workflow.errors import UserError


@pytest.mark.parametrize(
    ("paths", "root"),
    [
        (["cat/1.png", "dog/1.png"], ""),
        (["cat/1.png"], ""),
        (["set/cat/1.png", "set/dog/1.png"], "set/"),
        (["a/b/cat/1.png", "a/b/dog/1.png", "README.txt"], "a/b/"),
        (["set/cat/1.png", "1.JPG"], ""),
        (["set/cat/1.png", "set/1.png"], "set/"),
        (["set/cat/x/1.png", "set/1.png"], "set/"),
        ([], ""),
    ],
)
def test_class_root(paths: list[str], root: str) -> None:
    assert class_root(paths) == root


def test_class_root_stops_reading_when_decided() -> None:
    paths = iter(["cat/1.png", "dog/1.png", "dog/2.png"])
    assert class_root(paths) == ""
    assert list(paths) == ["dog/2.png"]


@pytest.mark.parametrize("inner", ["", "/wrap", "/wrap/set"])
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_wrapped_archive(tmp_path: Path, kind: str, inner: str) -> None:
    path = tmp_path / f"a.{kind}"
    names = ["wrap/set/cat/1.png", "wrap/set/dog/1.png", "__MACOSX/wrap/set/cat/._1.png"]
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, png(1))
    else:
        source = fill(tmp_path / "source", *names)
        with tarfile.open(path, "w:gz") as tar:
            tar.add(source, ".")
    images, rejected = read(labelled=f"{path}{inner}")
    assert images == {
        f"{path}/wrap/set/cat/1.png": ("cat", "train"),
        f"{path}/wrap/set/dog/1.png": ("dog", "train"),
    }
    assert not rejected


def test_labels_csv(tmp_path: Path) -> None:
    root = fill(tmp_path / "a", "1.png", "x/2.png", "3.png", "4.png", "5.png")
    (root / "labels.csv").write_text(
        "Label , path,note\n 3 ,1.png,\n cat ,./x/2.png,hm\n,3.png,\n7,gone.png,\n7,gone.png,\n",
        encoding="utf-8-sig",
    )
    images, rejected = read(labelled=root, labels=root / "labels.csv", unlabelled=root)
    assert images == {
        f"{root}/1.png": ("3", "train"),
        f"{root}/x/2.png": ("cat", "train"),
        f"{root}/3.png": (None, "train"),
        f"{root}/4.png": (None, "train"),
        f"{root}/5.png": (None, "train"),
    }
    reason = f"named in {root}/labels.csv, but there is no such file"
    assert rejected == {f"{root}/gone.png": reason}


def test_test_images_need_a_label(tmp_path: Path) -> None:
    root = fill(tmp_path / "a", "1.png", "2.png")
    table = tmp_path / "test.csv"
    table.write_text("path,label\n1.png,cat\n")
    images, rejected = read(test=root, test_labels=table, unlabelled=root)
    assert images == {f"{root}/1.png": ("cat", "test")}
    assert rejected == {f"{root}/2.png": f"test image without a label in {table}"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("path;label\n1.png;cat\n", "must name path,label; it is path;label"),
        ("file,label\n1.png,cat\n", "must name path,label; it is file,label"),
        ("", "must name path,label; it is nothing"),
        ("path,label\n1.png,cat\n./1.png,dog\n", "1.png has two labels, 'cat' and 'dog'; keep one"),
        ("path,label\n1.png,cat\n1.png,\n", "1.png has two labels, 'cat' and ''"),
        (b"path,label\n1.png,caf\xe9\n", "cannot be read as CSV in UTF-8"),
        (None, "cannot be read as CSV in UTF-8: No such file"),
        ("path,label\ngone.png,cat\n", r"no usable labelled image .*no such file"),
    ],
)
def test_bad_labels_csv(tmp_path: Path, content: str | bytes | None, message: str) -> None:
    root, table = fill(tmp_path / "a", "1.png"), tmp_path / "labels.csv"
    if content is not None:
        table.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=message) as caught:
        read(labelled=root, labels=table)
    assert str(caught.value).startswith("data.folder.label")
    assert "\n" not in str(caught.value)


def test_classes_whose_names_are_not_utf8(tmp_path: Path) -> None:
    fill(tmp_path, os.fsdecode(b"m\xfcnster/1.png"), os.fsdecode(b"m\xf6nster/1.png"), "ä/1.png")
    images, _ = read(labelled=tmp_path)
    assert {label for label, _ in images.values()} == {r"m\xfcnster", r"m\xf6nster", "ä"}
    assert all(source.encode() for source in images)
