"""Tables of labels that were filled in."""

import re
from pathlib import Path

import numpy as np
import pytest

from semisup.data.dataset import Ints, Manifest
from semisup.split.chosen import read_chosen
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes

CLASSES = ["cat", "dog"]
LABELS = np.array([0, 1, -1, -1, -1, -1])
EACH = np.arange(6)
TEST = 5


def manifest(classes: list[str], same_as: Ints) -> Manifest:
    given, group, key = np.zeros(6, np.int64), np.full(6, -1), np.arange(6).astype(np.uint64)
    given[TEST] = outputs.GIVEN.index("test")
    return Manifest(LABELS, given, same_as, group, key, classes)


def chosen(
    folder: Path, classes: list[str] = CLASSES, same_as: Ints = EACH, **tables: str
) -> list[list[int]]:
    names = ["p/0.png", "p/1.png", "p/2, two.png", "p/3.png", "z.zip/4.png", "p/5.png"]
    outputs.write_table(folder / outputs.MANIFEST, [{"id": 0, "source": name} for name in names])
    broken = [{"source": "p/cut.png", "reason": "cut off"}]
    outputs.write_table(folder / outputs.REJECTED, broken)
    for name, text in tables.items():
        (folder / "labels").mkdir(exist_ok=True)
        (folder / f"labels/{name}.csv").write_text(text)
    found = read_chosen(folder / "labels", folder, manifest(classes, same_as), Notes())
    assert found.dtype == np.int64
    assert found.shape == (len(found), 2)
    return found.tolist()


def test_labels_are_those_of_all_tables(tmp_path: Path) -> None:
    first = 'path,cluster,label\nz.zip/4.png,1,dog\n"p/2, two.png",2, cat \np/3.png,3,\n'
    second = "label,path\ndog,z.zip/4.png\ncat,p/3.png\n"
    assert chosen(tmp_path, a=first) == [[2, 0], [4, 1]]
    assert chosen(tmp_path, a=f"{first}p/3.png,4,cat\n") == [[2, 0], [3, 0], [4, 1]]
    assert chosen(tmp_path, b=second) == [[2, 0], [3, 0], [4, 1]]


def test_labels_of_known_classes_are_meant_as_they_stand(tmp_path: Path) -> None:
    classes = ["1.0", "black", "black and white", "white"]
    table = "path,label\np/3.png,black and white\nz.zip/4.png,1.0\n"
    assert chosen(tmp_path, classes, a=table) == [[3, 2], [4, 0]]


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("00007", "7"),
        ("7", "7.0"),
        ("1.50", "1.5"),
        ("1.5", '"1,5"'),
        ("-3", "-3.0"),
        ("True", "TRUE"),
        ("false", "FALSE"),
    ],
)
def test_labels_as_a_spreadsheet_rewrites_them(tmp_path: Path, known: str, written: str) -> None:
    table = f"path,label\np/3.png,{known}\nz.zip/4.png,{written}\n"
    assert chosen(tmp_path, [known, "zebra"], a=table) == [[3, 0], [4, 0]]


def test_a_number_that_may_be_two_classes_is_neither(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no class is named '7'"):
        chosen(tmp_path, ["007", "07"], a="path,label\np/3.png,7\n")


def test_one_message_counts_all_rows_that_can_not_be(tmp_path: Path) -> None:
    table = "path,label\np/3.png,Cat\nz.zip/4.png,DOG\n"
    with pytest.raises(UserError, match=r"p/3\.png: .*'cat'\?.* \(and 1 more such row\)$"):
        chosen(tmp_path, a=table)
    table = "path,label\np/8.png,cat\np/9.png,cat\np/3.png,dog\n"
    said = r"a\.csv: p/8\.png: .* images that are no longer there \(and 1 more such row\)$"
    with pytest.raises(UserError, match=said):
        chosen(tmp_path, a=table)


def test_a_new_class_is_told_where_to_begin(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cat, dog; a new one needs labels there first; .* empty$"):
        chosen(tmp_path, a="path,label\np/3.png,zebra\n")


def test_what_the_source_says_too_is_no_news(tmp_path: Path) -> None:
    assert chosen(tmp_path, a="path,label\np/0.png,cat\np/3.png,dog\n") == [[3, 1]]


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.csv").write_text("path,label\np/3.png,dog\n")
    with pytest.raises(UserError, match=r"/manifest\.csv: not there yet; run `dvc repro`"):
        read_chosen(tmp_path / "labels", tmp_path, manifest(CLASSES, EACH), Notes())


def test_no_tables_and_other_files(tmp_path: Path) -> None:
    assert chosen(tmp_path) == []
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.html").write_text("path,label\np/3.png,dog\n")
    assert chosen(tmp_path, empty="path,cluster,label\np/3.png,0,\n") == []


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("p/3.png,dgo", r"a\.csv: p/3\.png: no class is named 'dgo' \(did you mean 'dog'\?\); .*"),
        ("p/3.png,DOG", r"a\.csv: p/3\.png: no class is named 'DOG' \(did you mean 'dog'\?\); .*"),
        ("p/9.png,dog", r"a\.csv: p/9\.png: no such image in .*manifest\.csv; write paths as"),
        (
            "4.png,dog",
            r"a\.csv: 4\.png: no such image .* \(did you mean 'z\.zip/4\.png'\?\); write",
        ),
        ("p/3.png,?", r"no class is named '\?'; .* there first; where none fits, leave it empty$"),
        (
            "p/cut.png,dog\np/9.png,dog",
            r"a\.csv: p/cut\.png: no usable image \(cut off\); mend the file, or take out its row "
            r"\(and 1 more such row\)$",
        ),
        ("p/0.png,dog", r"a\.csv: p/0\.png is 'dog', but 'cat' in the source; keep one"),
        ("p/5.png,dog", r"a\.csv: p/5\.png is a test image, which can't be trained on"),
        ("p/3.png,dog\np/3.png,cat", r"a\.csv: p/3\.png has two labels, 'dog' and 'cat'"),
        ("p/4.png,dog\nz.zip/4.png,cat", r"a\.csv: p/4\.png: no such image"),
    ],
)
def test_tables_that_can_not_be(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        chosen(tmp_path, a=f"path,label\n{table}\n")
    assert "\n" not in str(error.value)


def test_tables_without_any_label_are_named(tmp_path: Path) -> None:
    """As where labels were saved elsewhere, or written into another column."""
    chosen(tmp_path, a="path,label\np/3.png,dog\np/1.png,\n", b="path,rank,label\np/3.png,dog,\n")
    notes = Notes()
    read_chosen(tmp_path / "labels", tmp_path, manifest(CLASSES, EACH), notes)
    (line,) = notes.lines
    assert re.search(r"/b\.csv: its column label is empty so far; fill it in", line)


def test_tables_that_contradict_each_other(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"b\.csv: p/3\.png is 'cat', but 'dog' in .*a\.csv; keep"):
        chosen(tmp_path, a="path,label\np/3.png,dog\n", b="path,label\np/3.png,cat\n")


@pytest.mark.parametrize(
    ("same_as", "other"), [([0, 1, 2, 3, 3, 5], "z.zip/4.png"), ([0, 1, 2, 1, 4, 5], "p/3.png")]
)
def test_equal_images_have_one_label(tmp_path: Path, same_as: list[int], other: str) -> None:
    """Of two that the tables label, and of one that the source labels."""
    table = "path,label\np/3.png,cat\nz.zip/4.png,dog\n"
    said = rf"a\.csv: {other} is '...', but an image with the same pixels is '...'; remove the row"
    with pytest.raises(UserError, match=said):
        chosen(tmp_path, same_as=np.array(same_as), a=table)
    same = "path,label\np/3.png,dog\nz.zip/4.png,dog\n"
    assert chosen(tmp_path, same_as=np.array(same_as), a=same) == [[3, 1], [4, 1]]


def test_a_table_without_its_columns(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"labels/a\.csv: no column is named path or the like;"):
        chosen(tmp_path, a="where,what\np/3.png,dog\n")


@pytest.mark.parametrize("name", ["a.xlsx", "a.tsv", "a.txt", "new/a.csv", "new/a.tsv"])
def test_tables_that_would_be_passed_over(tmp_path: Path, name: str) -> None:
    chosen(tmp_path, a="path,label\np/3.png,dog\n")
    (tmp_path / "labels/new").mkdir()
    (tmp_path / "labels/.ipynb_checkpoints").mkdir()
    names = ("._a.csv", ".DS_Store", "~$a.xlsx", "a.html", "a.csv.dvc", "README", "new/README")
    for junk in (*names, ".ipynb_checkpoints/a.csv"):
        (tmp_path / "labels" / junk).write_bytes(b"\0")
    chosen(tmp_path, a="path,label\np/3.png,dog\n")
    (tmp_path / "labels" / name).write_text("path,label\np/4.png,dog\n")
    with pytest.raises(UserError, match=rf"{name}: only .csv files right in .*labels are read"):
        chosen(tmp_path, a="path,label\np/3.png,dog\n")
