"""Places for validation or test that folders and tables give another name."""

from pathlib import Path

import pytest
from made_files import fill, records


def splits(found: dict[str, object], root: Path) -> dict[str, object]:
    return {
        source.removeprefix(f"{root}/"): record.given_split  # type: ignore[attr-defined]
        for source, record in found.items()
    }


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize("said", ["val", "train"])
@pytest.mark.parametrize("key", ["test", "validation"])
def test_one_other_part_in_all_rows_is_no_matter(tmp_path: Path, said: str, key: str) -> None:
    """A published set's table for validation serves as that of the test images."""
    root = fill(tmp_path / "im", "1.png", "2.png")
    rows = f"path,label,split\n1.png,cat,{said}\n2.png,dog,{said}\n"
    given = {key: root, f"{key}_labels": write(tmp_path / "t.csv", rows)}
    images, _, warnings = records(**given)
    assert splits(images, root) == {"1.png": key, "2.png": key}
    assert not any("name the folder or rows" in line for line in warnings)


def test_folders_in_rows_do_not_take_test_images_away(tmp_path: Path) -> None:
    root = fill(tmp_path / "r", "train/1.png", "train/2.png", "val/3.png", "val/4.png")
    train = write(tmp_path / "t.csv", "path,label\ntrain/1.png,cat\ntrain/2.png,dog\n")
    held = write(tmp_path / "v.csv", "path,label\nval/3.png,cat\nval/4.png,dog\n")
    images, _, _ = records(labelled=root, labels=train, test=root, test_labels=held)
    assert splits(images, root) == {
        **{"train/1.png": "train", "train/2.png": "train"},
        **{"val/3.png": "test", "val/4.png": "test"},
    }


def test_one_other_part_around_the_class_folders(tmp_path: Path) -> None:
    root = fill(tmp_path / "r", "val/cat/1.png", "val/dog/2.png", "unlabelled/3.png")
    images, _, _ = records(test=root)
    assert {s: images[f"{root}/{s}"].label for s in splits(images, root)} == {
        **{"val/cat/1.png": "cat", "val/dog/2.png": "dog", "unlabelled/3.png": None},
    }
    assert splits(images, root)["val/cat/1.png"] == "test"
    assert splits(images, root)["unlabelled/3.png"] == "train"


def test_several_parts_are_as_they_are_named_and_that_is_said(tmp_path: Path) -> None:
    root = fill(tmp_path / "b", "train/cat/1.png", "train/dog/2.png", "test/cat/3.png")
    images, _, warnings = records(test=root)
    assert [*splits(images, root).values()] == ["test", "train", "train"]
    assert any("data.folder.test: " in w and "2 images read as for train" in w for w in warnings)


def test_a_table_of_training_and_test_images_says_which(tmp_path: Path) -> None:
    train, held = fill(tmp_path / "a", "1.png", "2.png"), fill(tmp_path / "b", "3.png")
    rows = "path,label,split\na/1.png,cat,train\na/2.png,dog,train\nb/3.png,cat,val\n"
    table = write(tmp_path / "t.csv", rows)
    images, _, warnings = records(labelled=train, labels=table, test=held, test_labels=table)
    assert splits(images, held)["3.png"] == "validation"
    assert any("1 image read as for validation" in line for line in warnings)


def test_rows_that_are_not_unlabelled_leave_the_part_to_folders(tmp_path: Path) -> None:
    root = fill(tmp_path / "r", "train/1.png", "train/2.png", "test/3.png", "train/4.png")
    rows = [f"{name},0" for name in ("train/1.png,cat", "train/2.png,dog", "test/3.png,cat")]
    text = "\n".join(["path,label,is_unlabeled", *rows, "train/4.png,,1"])
    images, _, _ = records(labelled=root, labels=write(tmp_path / "t.csv", text))
    assert splits(images, root) == {
        **{"test/3.png": "test", "train/1.png": "train", "train/2.png": "train"},
        **{"train/4.png": "train"},
    }
    assert images[f"{root}/train/4.png"].label is None


def test_rows_that_are_not_unlabelled_stay_for_test(tmp_path: Path) -> None:
    """Where one table is of both places, so that its parts count."""
    train, held = fill(tmp_path / "a", "1.png", "2.png"), fill(tmp_path / "b", "3.png")
    text = "path,label,is_unlabeled\na/1.png,cat,0\na/2.png,,1\nb/3.png,dog,0\n"
    table = write(tmp_path / "t.csv", text)
    images, _, _ = records(labelled=train, labels=table, test=held, test_labels=table)
    assert splits(images, held)["3.png"] == "test"
