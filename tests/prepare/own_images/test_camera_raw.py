"""Raw files of cameras, beside images and alone."""

from pathlib import Path

import pytest
from made_files import MAKERS, encoded, png, quadrants, records, with_table

NEF = encoded(quadrants(), "TIFF")  # which their first bytes say that they are
ALONE = "a camera's raw file, not decoded: save it as JPEG or TIFF"


@pytest.mark.parametrize("name", ["folder", "a.zip", "a.tar", "a.tar.gz"])
@pytest.mark.parametrize("ending", ["NEF", "cr2", "DNG"])
def test_a_raw_file_beside_its_image_is_left_out(tmp_path: Path, name: str, ending: str) -> None:
    files: dict[str, bytes] = {}
    for number, label in enumerate("ab"):
        files |= {f"{label}/IMG_1.{ending}": NEF, f"{label}/IMG_1.JPG": png(number)}
    images, rejected, warnings = records(
        labelled=MAKERS[name](tmp_path / name, files), max_rejected_fraction=0.0
    )
    assert [Path(source).suffix for source in images] == [".JPG", ".JPG"]
    assert [(item.meant, item.reason) for item in rejected] == [
        ("aside", "a camera's raw file of the image beside it")
    ] * 2
    assert not warnings


def test_a_raw_file_alone_is_no_usable_image(tmp_path: Path) -> None:
    files = {"a/1.png": png(1), "b/2.png": png(2), "b/3.nef": NEF, "b/dir/1.nef": NEF}
    images, rejected, _ = records(labelled=MAKERS["folder"](tmp_path / "a", files))
    assert len(images) == 2
    assert [(item.meant, item.label, item.reason) for item in rejected] == [
        ("labelled", "b", ALONE)
    ] * 2


def test_a_row_without_ending_means_the_image(tmp_path: Path) -> None:
    given = with_table(tmp_path, "path,label\n1,x\n2,y\n", "1.jpg", "1.nef", "2.jpg")
    images, rejected, _ = records(labelled=tmp_path / "a", **given)
    assert [record.label for record in images.values()] == ["x", "y"]
    assert [item.meant for item in rejected] == ["aside"]


def test_a_row_of_a_raw_file(tmp_path: Path) -> None:
    given = with_table(tmp_path, "path,label\n1.nef,x\n2.jpg,y\n", "1.jpg", "1.nef", "2.jpg")
    _, rejected, _ = records(labelled=tmp_path / "a", **given)
    assert ("labelled", ALONE) in [(item.meant, item.reason) for item in rejected]
