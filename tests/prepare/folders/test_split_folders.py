"""Folders named as train and test, where a table names the classes."""

from pathlib import Path

import pytest
from made_files import fill, said, understood, with_table

from semisup.prepare.folders.split_folders import folders_of_parts
from semisup.prepare.folders.tree import Folder
from semisup.workflow.notes import Notes


def with_rows(tmp_path: Path, *named: str, others: tuple[str, ...] = ()) -> tuple[str | None, str]:
    """What the images of a table are for, in one word each, and the warnings."""
    rows = "".join(f"{path},{'xy'[n % 2]}\n" for n, path in enumerate(named))
    given = with_table(tmp_path, f"path,label\n{rows}", *named)
    fill(tmp_path / "a", *others)
    found, warnings = understood(tmp_path / "a", **given)
    return " ".join(found[path][1] for path in named), "\n".join(warnings)


@pytest.mark.parametrize(
    ("named", "others"),
    [
        (("data/{}/1.png",), ("docs/fig.png",)),
        (("{}/1.png",), ("docs/fig.png",)),
        (("data/my_{}/1.png",), ("data/docs/fig.png", "notes/x/fig.png")),
        (("images/{}/1.png",), ("masks/train/1.png", "masks/test/1.png")),
        (("siteA/{}/1.png", "siteB/{}/2.png"), ()),
        (("2020/siteA/{}/1.png", "2021/siteB/{}/2.png"), ("2021/test/fig.png", "docs/fig.png")),
    ],
)
def test_other_folders_beside_or_around_them(
    tmp_path: Path, named: tuple[str, ...], others: tuple[str, ...]
) -> None:
    paths = [path.format(part) for path in named for part in ("train", "test")]
    roles, warnings = with_rows(tmp_path, *paths, others=others)
    assert roles == " ".join(["train", "test"] * len(named))
    assert "test, " in warnings
    assert "train are read as the split" in warnings


def test_sites_that_are_a_part_each(tmp_path: Path) -> None:
    roles, _ = with_rows(tmp_path, "siteA/train/1.png", "siteB/test/2.png", "siteC/test/3.png")
    assert roles == "train test test"


@pytest.mark.parametrize(("around", "last"), [("", "x/3.png"), ("site{}/", "site2/x/test/3.png")])
def test_folders_beside_them_with_rows_are_told_of(tmp_path: Path, around: str, last: str) -> None:
    paths = (f"{around.format(k)}{part}/{k}.png" for k in (1, 2) for part in ("train", "test"))
    roles, warnings = with_rows(tmp_path, *paths, last)
    assert roles == "train test train test train"
    assert said([warnings], "folders test, train are read as the split, x beside them as no part")


def test_folds_of_a_cross_validation_are_no_split(tmp_path: Path) -> None:
    paths = [f"d/fold{k}/{part}/{k}.png" for k in (1, 2) for part in ("train", "test")]
    roles, warnings = with_rows(tmp_path, *paths)
    assert roles == "train train train train"
    assert said([warnings], "fold1, fold2 each hold train and test: in a cross-validation")


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ("cat/1.png dog/2.png", "cat/1.png dog/2.png"),
        ("p1/left/1.png p2/right/2.png test/3.png", "p1/left/1.png p2/right/2.png"),
        ("a/test/1.png b/c/2.png", "a/test/1.png b/c/2.png"),
        ("1.png a/train/1.png b/test/2.png", "1.png"),
    ],
)
def test_no_such_folders(files: str, named: str) -> None:
    notes = Notes()
    top, of_rows = Folder.of(files.split()), Folder.of(named.split())
    assert folders_of_parts(top, of_rows, "here", notes) is None
    assert notes.lines == []
