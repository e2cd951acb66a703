"""Accidents that people have had, of the kinds that once gave wrong results without a word."""

from pathlib import Path
from typing import Any

import pytest
from made_files import fill, png, records

from semisup.workflow.errors import UserError

Found = dict[str, tuple[str | None, str]]  # by path below the place: class and role


def read(root: Path, **given: Any) -> tuple[Found, list[str]]:
    images, _, warnings = records(labelled=root, **given)
    return {
        source.removeprefix(f"{root}/"): (record.label, record.given_split)
        for source, record in images.items()
    }, warnings


def said(warnings: list[str], words: str) -> bool:
    return any(words in line for line in warnings)


# Folders


@pytest.mark.parametrize(
    ("paths", "role"),
    [
        (
            ("s/Train/a/1.png", "s/Train/b/2.png", "s/TEST/a/3.png", "s/TEST/b/4.png"),
            "test",
        ),
        (
            ("training_data/a/1.png", "training_data/b/2.png", "validation_data/b/4.png"),
            "validation",
        ),
        (("a/train/1.png", "b/train/2.png", "a/test/3.png", "b/test/4.png"), "test"),
    ],
)
def test_folders_of_parts(tmp_path: Path, paths: tuple[str, ...], role: str) -> None:
    found, _ = read(fill(tmp_path, *paths))
    assert {label for label, _ in found.values()} == {"a", "b"}
    assert {part for _, part in found.values()} == {"train", role}


def test_images_beside_labels_of_boxes(tmp_path: Path) -> None:
    """As YOLO has it: nothing there says what class an image is of."""
    fill(tmp_path, "train/images/1.png", "val/images/2.png")
    (tmp_path / "train/labels").mkdir()
    (tmp_path / "train/labels/1.txt").write_text("0 0.5 0.5 1 1")
    images, rejected, _ = records(labelled=tmp_path)
    assert {record.label for record in images.values()} == {"images"}
    assert [item.meant for item in rejected] == ["aside"]


def test_augmented_copies_in_folders_of_their_own_are_warned_of(tmp_path: Path) -> None:
    """Copies of an image that are not equal would lie on both sides of a split."""
    parts = [
        f"{kind}/{label}/{n}.png"
        for kind in ("original", "augmented")
        for label in "ab"
        for n in range(2)
    ]
    found, warnings = read(fill(tmp_path, *parts))
    assert {label for label, _ in found.values()} == {"a", "b"}
    assert said(warnings, "augmented: by the name copies of other images")


# Tables


def table(tmp_path: Path, content: str, *files: str) -> dict[str, Any]:
    fill(tmp_path / "a", *files)
    (tmp_path / "labels.csv").write_text(content)
    return {"labels": tmp_path / "labels.csv"}


@pytest.mark.parametrize(
    ("column", "yes"), [("is_valid", "validation"), ("is_test", "test"), ("isTrain", "train")]
)
@pytest.mark.parametrize(("one", "zero"), [("True", "False"), ("1", "0"), ("1.0", "0.0")])
def test_columns_of_yes_and_no(tmp_path: Path, column: str, yes: str, one: str, zero: str) -> None:
    """fast.ai writes is_valid."""
    given = table(
        tmp_path, f"name,label,{column}\n1.png,a,{one}\n2.png,b,{zero}\n", "1.png", "2.png"
    )
    found, _ = read(tmp_path / "a", **given)
    no = "test" if yes == "train" else "train"
    assert found == {"1.png": ("a", yes), "2.png": ("b", no)}


@pytest.mark.parametrize("word", ["n.a.", "Not Available", "NaN", "<NA>", "TODO"])
def test_more_words_for_no_label(tmp_path: Path, word: str) -> None:
    given = table(
        tmp_path, f"path,label\n1.png,a\n2.png,b\n3.png,{word}\n", *(f"{n}.png" for n in (1, 2, 3))
    )
    found, warnings = read(tmp_path / "a", **given)
    assert found["3.png"] == (None, "train")
    assert said(warnings, f"read as no label: {word!r} (1)")


@pytest.mark.parametrize("words", [("7", "7.0"), ("p1", " p1 ")])
def test_one_group_in_two_spellings(tmp_path: Path, words: tuple[str, str]) -> None:
    rows = "".join(f"{n}.png,a,{word}\n" for n, word in enumerate(words))
    given = table(tmp_path, f"path,label,patient\n{rows}", "0.png", "1.png")
    images, _, _ = records(labelled=tmp_path / "a", **given)
    assert len({record.group for record in images.values()}) == 1


@pytest.mark.parametrize("word", ["", "nan", "NA", "None"])
def test_unknown_patients_are_no_group(tmp_path: Path, word: str) -> None:
    rows = "".join(f"{n}.png,a,{word}\n" for n in range(3))
    given = table(
        tmp_path, f"path,label,patient\n{rows}9.png,b,p1\n", *(f"{n}.png" for n in (0, 1, 2, 9))
    )
    images, _, _ = records(labelled=tmp_path / "a", **given)
    assert [record.group for record in images.values()] == [None, None, None, "p1"]


def test_a_class_of_which_all_rows_name_no_file(tmp_path: Path) -> None:
    """However few of all rows these are."""
    rows = "".join(f"{n}.png,{'ab'[n % 2]}\n" for n in range(60))
    files = [f"{n}.png" for n in range(60)]
    given = table(tmp_path, f"path,label\n{rows}x.png,c\n", *files)
    images, rejected, _ = records(0.05, labelled=tmp_path / "a", **given)
    assert {record.label for record in images.values()} == {"a", "b"}
    assert [(item.meant, item.label) for item in rejected] == [("row", "c")]


@pytest.mark.parametrize("row", ["a/1.png", "b/1.png"])
def test_equal_names_in_several_folders_are_told_apart(tmp_path: Path, row: str) -> None:
    given = table(tmp_path, f"path,label\n{row},x\n", "a/1.png", "b/1.png")
    found, _ = read(tmp_path / "a", **given)
    assert {path for path, (label, _) in found.items() if label == "x"} == {row}


# Archives


def test_a_windows_zip_in_a_folder_of_its_name(tmp_path: Path) -> None:
    from made_files import make_zip

    files = {f"photos\\photos\\{label}\\1.png": png(n) for n, label in enumerate("ab")}
    place = make_zip(tmp_path / "photos.zip", {**files, "photos\\Thumbs.db": b"x"})
    found, _ = read(place)
    assert {label for label, _ in found.values()} == {"a", "b"}


def test_two_configurations_of_one_set_are_asked_about(tmp_path: Path) -> None:
    import test_sets

    for name in ("small", "large"):
        test_sets.save(tmp_path / name / "train-0.parquet", test_sets.table(2))
    with pytest.raises(UserError, match=r"several folders \(large, small\), .*name one of them"):
        records(labelled=tmp_path)
