"""Rows that name files among many of the same name."""

import pytest
from made_tables import rows as read

from semisup.labels.table import Row
from semisup.prepare.own_images import matching
from semisup.prepare.own_images.file_index import FileIndex
from semisup.workflow.notes import Notes

FILES = 300


@pytest.mark.parametrize("inner", ["", "study1/", "a/b/c/"])
@pytest.mark.parametrize("row", ["C/train/patient{}/{}1.jpg", "x/Patient{}/{}1.JPG"])
def test_rows_are_compared_with_few_files(
    monkeypatch: pytest.MonkeyPatch, inner: str, row: str
) -> None:
    """As CheXpert has 200,000 files, half of them study1/view1_frontal.jpg."""
    compared = 0
    fits = FileIndex._fits

    def counting(self: FileIndex, folders: list[str], whole: str, way: int) -> bool:
        nonlocal compared
        compared += 1
        return fits(self, folders, whole, way)

    monkeypatch.setattr(FileIndex, "_fits", counting)
    files = [f"patient{n}/{inner}1.jpg" for n in range(FILES)]
    wholes = {f"data/C/train/{file}": file for file in files}
    rows = [row.format(n, inner) for n in range(FILES)]
    found = matching.match(dict.fromkeys(rows, Row(None)), wholes, "labels.csv", "labels", Notes())
    assert found.rows == dict(zip(wholes, rows, strict=True))
    assert compared <= 4 * FILES


def test_folders_around_a_place_are_none_of_its_own() -> None:
    """Of many files of one name, those right in a place come into question for any row."""
    wholes = {f"data/p{n}/s/1.jpg": "s/1.jpg" for n in range(FILES)}
    rows = [f"p{n}/s/1.jpg" for n in range(FILES)] + ["elsewhere/s/1.jpg"]
    found = matching.match(dict.fromkeys(rows, Row(None)), wholes, "labels.csv", "labels", Notes())
    assert found.rows == dict(zip(wholes, rows, strict=False))
    assert "fits 300 files" in found.absent["elsewhere/s/1.jpg"]


@pytest.mark.parametrize("folders", [("train", "test"), ("a/Training", "a/testing")])
def test_names_that_begin_anew_in_train_and_test(folders: tuple[str, str]) -> None:
    """The column of the split tells which file each row means."""
    inner = [f"{folder}/{n}.png" for folder in folders for n in range(3)]
    wholes = {f"data/{file}": file for file in inner}
    text = "".join(
        f"{n}.png,{'ab'[n % 2 == at]},{part}\n"
        for at, part in enumerate(("train", "test"))
        for n in range(3)
    )
    table, _ = read(f"file,label,split\n{text}")
    found = matching.match(table, wholes, "labels.csv", "labels", Notes())
    assert not found.absent
    assert [table[found.rows[whole]].part for whole in wholes] == ["train"] * 3 + ["test"] * 3
    assert [table[found.rows[whole]].label for whole in wholes] == [*"babaab"[:3], *"aba"]
    half = {row: it for row, it in table.items() if it.part == "test"}  # files of train: unnamed
    assert [*matching.match(half, wholes, "l.csv", "l", Notes()).rows] == [*wholes][3:]
