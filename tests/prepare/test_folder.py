"""Which images get which label, which are refused, and which settings are."""

import io
import os
import tarfile
import zipfile
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from semisup.params import sections
from semisup.prepare import decoders
from semisup.prepare.folder import candidates, class_root, warn_of_unwatched
from semisup.prepare.records import Record, Rejected
from semisup.workflow.errors import UserError

CIFAR = Path(__file__).parents[3] / "shared" / "data" / "cifar10" / "cifar10_jpeg.tar.gz"


def png(grey: int) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (8, 8), grey).save(stream, "PNG")
    return stream.getvalue()


def fill(root: Path, *names: str) -> Path:
    """Write one image of another grey under each name."""
    for grey, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(png(grey))
    return root


def settings(**places: Path | str) -> sections.Folder:
    keys = ("unlabelled", "labelled", "labels", "test", "test_labels")
    return sections.Folder(**{key: str(places[key]) if key in places else None for key in keys})


def data() -> sections.Data:
    return sections.Data.model_construct(image_size=8, fit="crop", max_megapixels=1.0)


def read(workers: int = 1, **places: Path | str) -> tuple[dict[str, Any], dict[str, str]]:
    """{source: (label, split)} of the images and {source: reason} of the rejected files."""
    images: dict[str, Any] = {}
    rejected: dict[str, str] = {}
    for found in candidates(settings(**places), data(), workers):
        if isinstance(found, Rejected):
            rejected[found.source] = found.reason
        else:
            assert found[0].source not in images
            images[found[0].source] = (found[0].label, found[0].given_split)
    return images, rejected


def test_class_folders_test_set_and_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "train", "cat/1.png", "cat/deep/er/2.png", "dog/1.png", "loose.png")
    fill(tmp_path / "test", "cat/9.png", "dog/9.png")
    fill(tmp_path / "pool", "x.png", "a/b/y.png")
    (tmp_path / "pool" / "notes.txt").write_text("no image")
    images, rejected = read(labelled="train", test="./test/", unlabelled="pool")
    assert images == {
        "train/cat/1.png": ("cat", "train"),
        "train/cat/deep/er/2.png": ("cat", "train"),
        "train/dog/1.png": ("dog", "train"),
        "test/cat/9.png": ("cat", "test"),
        "test/dog/9.png": ("dog", "test"),
        "pool/a/b/y.png": (None, "train"),
        "pool/x.png": (None, "train"),
    }
    reason = "not an image of a known format (JPEG, PNG, WebP, BMP, TIFF, GIF)"
    assert rejected == {"train/loose.png": "not in a class folder", "pool/notes.txt": reason}


def test_pool_around_the_others_yields_each_file_once(tmp_path: Path) -> None:
    fill(tmp_path, "train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "more/1.png", "2.png")
    images, rejected = read(
        unlabelled=tmp_path, labelled=tmp_path / "train", test=tmp_path / "test"
    )
    labels = {source.removeprefix(f"{tmp_path}/"): label for source, (label, _) in images.items()}
    assert labels == {
        "train/cat/1.png": "cat",
        "train/dog/1.png": "dog",
        "test/cat/1.png": "cat",
        "2.png": None,
        "more/1.png": None,
    }
    assert not rejected


def test_pool_that_is_the_labelled_folder_adds_nothing(tmp_path: Path) -> None:
    fill(tmp_path, "cat/1.png", "dog/1.png")
    images, _ = read(unlabelled=tmp_path, labelled=tmp_path)
    assert sorted(label for label, _ in images.values()) == ["cat", "dog"]


def test_test_folder_inside_labelled_is_no_class(tmp_path: Path) -> None:
    fill(tmp_path, "cat/1.png", "dog/1.png", "test/cat/1.png", "rest/1.png")
    images, _ = read(labelled=tmp_path, test=tmp_path / "test", unlabelled=tmp_path / "rest")
    assert sorted(images.values(), key=str) == [
        ("cat", "test"),
        ("cat", "train"),
        ("dog", "train"),
        (None, "train"),
    ]


def test_links_into_the_pool_are_labelled_and_not_in_the_pool(tmp_path: Path) -> None:
    fill(tmp_path / "pool", "1.png", "2.png")
    (tmp_path / "labelled" / "cat").mkdir(parents=True)
    (tmp_path / "labelled" / "cat" / "a.png").symlink_to(tmp_path / "pool" / "1.png")
    images, _ = read(unlabelled=tmp_path / "pool", labelled=tmp_path / "labelled")
    assert images == {
        f"{tmp_path}/labelled/cat/a.png": ("cat", "train"),
        f"{tmp_path}/pool/2.png": (None, "train"),
    }


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


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({}, "data.folder: names no images"),
        (
            {"unlabelled": "full", "labels": "x.csv"},
            "data.folder.labels: set, but .*labelled is null",
        ),
        ({"unlabelled": "full", "test_labels": "x.csv"}, "test_labels: set, but .*test is null"),
        ({"labelled": "full", "test": "full/"}, "labelled and data.folder.test are both full"),
        ({"unlabelled": "gone"}, "data.folder.unlabelled: gone: no such folder or archive"),
        (
            {"unlabelled": "empty"},
            "data.folder.unlabelled: empty: no usable image among its 0 files",
        ),
        ({"labelled": "empty"}, "data.folder.labelled: empty: no usable labelled image"),
        (
            {"labelled": "full", "test": "empty"},
            "data.folder.test: empty: no usable labelled image",
        ),
        ({"unlabelled": "text"}, r"among its 1 files \(the first: text/a.txt: not an image"),
        ({"labelled": "flat"}, r"the first: flat/1.png: not in a class folder"),
    ],
)
def test_bad_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: dict[str, Any], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path, "full/cat/1.png", "flat/1.png")
    (tmp_path / "empty" / "inner").mkdir(parents=True)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.txt").write_text("text")
    with pytest.raises(UserError, match=message) as caught:
        read(**places)
    assert "\n" not in str(caught.value)


def test_settings_are_checked_before_the_first_image(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        candidates(settings(unlabelled=tmp_path / "gone"), data(), 1)


def test_workers_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "CHUNK_FILES", 3)
    # more chunks than there are slots in the memory that workers share
    names = [f"{'ab'[i % 2]}/{i:02}.png" for i in range(50)]
    fill(tmp_path, *names)
    (tmp_path / "a" / "06.png").write_bytes(b"broken")

    def everything(workers: int) -> list[Any]:
        found = candidates(settings(labelled=tmp_path), data(), workers)
        return [x if isinstance(x, Rejected) else (x[0], int(x[1].pixels.mean())) for x in found]

    alone = everything(1)
    expected = [(name, i) for i, name in enumerate(names) if i != 6]
    got = [
        (record.source.removeprefix(f"{tmp_path}/"), grey)
        for record, grey in (x for x in alone if isinstance(x, tuple))
    ]
    assert got == sorted(expected)
    assert [x.source[-8:] for x in alone if isinstance(x, Rejected)] == ["a/06.png"]
    assert everything(2) == alone


def test_classes_whose_names_are_not_utf8(tmp_path: Path) -> None:
    fill(tmp_path, os.fsdecode(b"m\xfcnster/1.png"), os.fsdecode(b"m\xf6nster/1.png"), "ä/1.png")
    images, _ = read(labelled=tmp_path)
    assert {label for label, _ in images.values()} == {r"m\xfcnster", r"m\xf6nster", "ä"}
    assert all(source.encode() for source in images)


def test_a_warning_of_images_that_dvc_does_not_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "data/raw/mine", "a/1.png", "b/1.png")
    fill(tmp_path / "elsewhere", "1.png")
    (tmp_path / "data/raw/link").symlink_to(tmp_path / "elsewhere")
    warn_of_unwatched(settings(labelled="data/raw/mine"))
    assert capsys.readouterr().err == ""
    for place in ("elsewhere", "data/raw/link"):
        warn_of_unwatched(settings(labelled="data/raw/mine", unlabelled=place))
        error = capsys.readouterr().err
        assert error.startswith(f"warning: data.folder.unlabelled: {place}: not inside data/raw")
        assert error.count("\n") == 1


def test_files_that_changed_since_an_interruption(tmp_path: Path) -> None:
    fill(tmp_path, "a/2.png", "b/1.png")
    done = deque(x for x, _ in candidates(settings(labelled=tmp_path), data(), 1))
    message = "other files than when `prepare` was interrupted"
    (tmp_path / "b/1.png").unlink()
    with pytest.raises(UserError, match=message):
        list(candidates(settings(labelled=tmp_path), data(), 1, done.copy()))
    fill(tmp_path, "a/1.png", "b/1.png")
    with pytest.raises(UserError, match=message):
        list(candidates(settings(labelled=tmp_path), data(), 1, done.copy()))


def test_first_images_of_cifar() -> None:
    if not CIFAR.exists():
        pytest.skip(f"{CIFAR} is not there")
    found = candidates(settings(unlabelled=f"{CIFAR}/images/train"), data(), 1)
    first = next(found)
    assert isinstance(first, tuple)
    record, (pixels, _) = first
    assert isinstance(record, Record)
    assert record.source.startswith(f"{CIFAR}/images/train/")
    assert pixels.shape == (8, 8, 3)
    assert np.ptp(pixels) > 0


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("done", [0, 1, 3, 5, 6])
def test_what_is_done_already_is_left_out(tmp_path: Path, workers: int, done: int) -> None:
    names = ("a/1.png", "a/2.png", "b/1.png", "loose.png")
    places = {"labelled": fill(tmp_path / "l", *names), "unlabelled": fill(tmp_path / "u", "1.png")}
    (tmp_path / "u/2.txt").write_text("no image")
    whole = list(candidates(settings(**places), data(), 1))
    outcomes = deque(one if isinstance(one, Rejected) else one[0] for one in whole[:done])
    rest = list(candidates(settings(**places), data(), workers, outcomes))
    assert len(whole) == 6
    assert [str(one[0] if isinstance(one, tuple) else one) for one in rest] == [
        str(one[0] if isinstance(one, tuple) else one) for one in whole[done:]
    ]
