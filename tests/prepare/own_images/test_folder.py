"""Which images get which label, which are refused, and which settings are."""

from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_files import (
    MAKERS,
    candidates,
    compute,
    data,
    fill,
    planned,
    png,
    read,
    records,
    said,
    settings,
)

from semisup.prepare.own_images.watched import warn_of_unwatched
from semisup.prepare.records import Record, Rejected
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes

CIFAR = Path(__file__).parents[4] / "shared" / "data" / "cifar10" / "cifar10_jpeg.tar.gz"


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
    reason = "no image by its name"
    assert rejected.pop("pool/notes.txt").startswith(reason)
    assert rejected == {"train/loose.png": "not in a class folder"}


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


@pytest.mark.parametrize("kind", ["a.zip", "a.tar.gz"])
@pytest.mark.parametrize(
    "places",
    [
        {"labelled": "p", "test": "p/{}"},
        {"labelled": "p", "test": "p/{}/in"},
        {"labelled": "p/{}", "unlabelled": "p"},
        {"labelled": "p", "test": "link/{}"},
    ],
)
def test_an_archive_that_is_a_place_is_no_image_of_the_folder_it_lies_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, places: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "p", "cat/1.png", "dog/1.png")
    (tmp_path / "link").symlink_to("p")
    MAKERS[kind](tmp_path / "p" / kind, {f"in/{n}/{n}.png": png(9) for n in ("cat", "dog")})
    images, rejected = read(**{key: place.format(kind) for key, place in places.items()})
    assert len(images) == 4
    assert not rejected


def test_an_archive_with_the_table_is_no_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "p", "1.png", "2.png")
    MAKERS["a.zip"](tmp_path / "p/t.zip", {"t.csv": b"path,label\n1.png,cat\n2.png,dog\n"})
    images, rejected = read(labelled="p", labels="p/t.zip/t.csv")
    assert [label for label, _ in images.values()] == ["cat", "dog"]
    assert not rejected


def test_links_into_the_pool_are_labelled_and_not_in_the_pool(tmp_path: Path) -> None:
    fill(tmp_path / "pool", "1.png", "2.png")
    (tmp_path / "labelled" / "cat").mkdir(parents=True)
    (tmp_path / "labelled" / "cat" / "a.png").symlink_to(tmp_path / "pool" / "1.png")
    images, _ = read(unlabelled=tmp_path / "pool", labelled=tmp_path / "labelled")
    assert images == {
        f"{tmp_path}/labelled/cat/a.png": ("cat", "train"),
        f"{tmp_path}/pool/2.png": (None, "train"),
    }


def test_links_of_the_test_set_into_the_labelled_images(tmp_path: Path) -> None:
    """These are both; `split` then leaves the training image out, since it equals a test image."""
    fill(tmp_path / "l", "cat/1.png", "cat/2.png", "dog/1.png")
    (tmp_path / "t" / "cat").mkdir(parents=True)
    (tmp_path / "t" / "cat" / "a.png").symlink_to(tmp_path / "l" / "cat" / "1.png")
    images, _ = read(labelled=tmp_path / "l", test=tmp_path / "t")
    assert images[f"{tmp_path}/t/cat/a.png"] == ("cat", "test")
    assert images[f"{tmp_path}/l/cat/1.png"] == ("cat", "train")


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({}, "^params.yaml: data.folder: names no images"),
        (
            {"unlabelled": "full", "labels": "x.csv"},
            "^params.yaml: data.folder.labels: set, but .*labelled is null",
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
        ({"unlabelled": "text"}, r"among its 1 files \(the first: text/a.txt: no image by"),
        ({"labelled": "flat"}, r"the first: flat/1.png: not in a class folder"),
        (
            {"labelled": "flat", "labels": "x.csv", "test": "flat", "test_labels": "x.csv"},
            "are both flat, with the table x.csv; set data.folder.test and its table to null",
        ),
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
    (tmp_path / "x.csv").write_text("path,label\n1.png,cat\n")
    with pytest.raises(UserError, match=message) as caught:
        read(**places)
    assert "\n" not in str(caught.value)


def test_a_warning_of_images_that_dvc_does_not_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "data/raw/mine", "a/1.png", "b/1.png")
    fill(tmp_path / "elsewhere", "1.png")
    (tmp_path / "data/raw/link").symlink_to(tmp_path / "elsewhere")
    warn_of_unwatched(settings(labelled="data/raw/mine"), none := Notes())
    assert none.lines == []
    for place in ("elsewhere", "data/raw/link"):
        notes = Notes()
        warn_of_unwatched(settings(labelled="data/raw/mine", unlabelled=[place]), notes)
        notes.show()
        error = capsys.readouterr().err
        assert error.startswith(f"warning: data.folder.unlabelled: {place}: not inside data/raw")
        assert error.count("\n") == 1


def test_files_that_changed_since_an_interruption(tmp_path: Path) -> None:
    fill(tmp_path, "a/2.png", "b/1.png")
    done = deque(x for x, _ in candidates(planned(labelled=tmp_path), data(), compute()))
    message = "other files or labels than when `prepare` was interrupted"
    (tmp_path / "b/1.png").unlink()
    with pytest.raises(UserError, match=message):
        list(candidates(planned(labelled=tmp_path), data(), compute(), done.copy()))
    fill(tmp_path, "a/1.png", "b/1.png")
    with pytest.raises(UserError, match=message):
        list(candidates(planned(labelled=tmp_path), data(), compute(), done.copy()))


def test_labels_that_changed_since_an_interruption(tmp_path: Path) -> None:
    root, table = fill(tmp_path / "a", "1.png", "2.png"), tmp_path / "labels.csv"
    given = {"labelled": root, "labels": table}
    table.write_text("path,label\n1.png,cat\n2.png,dog\n")
    done = deque(x for x, _ in candidates(planned(**given), data(), compute()))
    table.write_text("path,label\n1.png,dog\n2.png,dog\n")
    with pytest.raises(
        UserError, match="other files or labels than when `prepare` was interrupted"
    ):
        list(candidates(planned(**given), data(), compute(), done))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("done", [0, 1, 3, 5, 6])
def test_what_is_done_already_is_left_out(tmp_path: Path, workers: int, done: int) -> None:
    names = ("a/1.png", "a/2.png", "b/1.png", "loose.png")
    places = {"labelled": fill(tmp_path / "l", *names), "unlabelled": fill(tmp_path / "u", "1.png")}
    (tmp_path / "u/2.txt").write_text("no image")
    whole = list(candidates(planned(**places), data(), compute()))
    outcomes = deque(one if isinstance(one, Rejected) else one[0] for one in whole[:done])
    rest = list(candidates(planned(**places), data(), compute(workers), outcomes))
    assert len(whole) == 6
    assert [str(one[0] if isinstance(one, tuple) else one) for one in rest] == [
        str(one[0] if isinstance(one, tuple) else one) for one in whole[done:]
    ]


def test_first_images_of_cifar() -> None:
    if not CIFAR.exists():
        pytest.skip(f"{CIFAR} is not there")
    found = candidates(planned(unlabelled=f"{CIFAR}/images/train"), data(), compute())
    first = next(found)
    assert isinstance(first, tuple)
    record, (pixels, _) = first
    assert isinstance(record, Record)
    assert record.source.startswith(f"{CIFAR}/images/train/")
    assert pixels.shape == (8, 8, 3)
    assert np.ptp(pixels) > 0


def test_a_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    fill(tmp_path / "mine", "1.png", "2.png")
    (tmp_path / "t.csv").write_text("path,label\n1.png,cat\n2.png,dog\n")
    images, rejected = read(labelled="~/mine", labels="~/t.csv")
    assert [label for label, _ in images.values()] == ["cat", "dog"]
    assert rejected == {}


@pytest.mark.parametrize("names", [("train", "test"), ("train.zip", "val_images.zip")])
def test_a_test_set_among_labelled_places_is_told_of(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    places = []
    for at, name in enumerate(names):
        files = {f"{label}/{at}.png": png(n + 2 * at) for n, label in enumerate(("cat", "dog"))}
        places.append(str(MAKERS["a.zip" if "." in name else "folder"](tmp_path / name, files)))
    _, _, warnings = records(labelled=places)
    part = "test" if names[1] == "test" else "validation"
    assert said(
        warnings, f"{places[1]}: read as images to train on, though it is named as for {part}"
    )
    assert not said(warnings, f"{places[0]}:")
    assert not said(records(labelled=places[1])[2], "named as for")


def test_of_a_place_without_usable_images_the_first_broken_one_is_named(tmp_path: Path) -> None:
    """Not the text that lies beside them."""
    fill(tmp_path, "a/1.png", "b/1.png")
    for name in ("a/1.png", "b/1.png"):
        (tmp_path / name).write_bytes(b"no image")
    (tmp_path / "a/0.json").write_text("{}")
    with pytest.raises(UserError, match=r"the first: .*/a/1\.png: not an image"):
        read(labelled=tmp_path)
