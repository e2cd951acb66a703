"""What is said where nothing at a place is an image of a class."""

from pathlib import Path

import pyarrow as pa
import pytest
from made_files import MAKERS, fill, planned, png, with_table
from pyarrow import parquet

from semisup.prepare.own_images.plan_checks import check_classes
from semisup.workflow.errors import UserError


@pytest.mark.parametrize("kind", ["folder", "a.zip", "a.tar"])
def test_archives_at_a_place(tmp_path: Path, kind: str) -> None:
    """Those in an archive can't be named as places."""
    path = MAKERS[kind](tmp_path / kind, {"cat.zip": b"PK", "dog.zip": b"PK"})
    with pytest.raises(UserError, match=f"{path}/cat.zip is an archive: unpack it") as error:
        check_classes(planned(labelled=path))
    assert str(error.value).endswith(", or name it in data.folder") is (kind == "folder")


@pytest.mark.parametrize("name", ["set/cat.tar.gz", "cat.7z", "cat.zip.001", "set/cat.part1.rar"])
def test_archives_further_down_or_of_other_kinds(tmp_path: Path, name: str) -> None:
    path = MAKERS["folder"](tmp_path / "a", {name: b"PK", "set/about.txt": b""})
    with pytest.raises(UserError, match=f"{path}/{name} is an archive: unpack it"):
        check_classes(planned(labelled=path))


def test_a_parquet_table_beside_images_is_no_archive(tmp_path: Path) -> None:
    fill(tmp_path, "images/1.png")
    parquet.write_table(pa.table({"file": ["1.png"], "label": ["a"]}), tmp_path / "about.parquet")
    with pytest.raises(UserError, match=r"about\.parquet may be one: name it"):
        check_classes(planned(labelled=tmp_path))


def test_an_archive_that_wants_a_password(tmp_path: Path) -> None:
    path = MAKERS["a.zip"](tmp_path / "a.zip", {"cat/1.png": b"x", "dog/1.png": b"y"})
    content = path.read_bytes()
    for start in (at for at in range(len(content)) if content.startswith(b"PK\x01\x02", at)):
        content = content[: start + 8] + b"\x01" + content[start + 9 :]
    path.write_bytes(content)
    said = r"among its 2 files \(the first that can't be read: .*cat/1.png: encrypted: unpack"
    with pytest.raises(UserError, match=said):
        check_classes(planned(labelled=path))


@pytest.mark.parametrize("has_table", [True, False])
def test_a_place_that_is_named_twice(tmp_path: Path, has_table: bool) -> None:
    given = with_table(tmp_path, "path,label\nx/1.png,x\ny/2.png,y\n", "x/1.png", "y/2.png")
    twice = [f"{tmp_path}/a", f"{tmp_path}/x/../a"]
    (tmp_path / "x").mkdir()
    said = rf"data.folder.labelled: {twice[0]} and {twice[1]} are the same; leave one out"
    with pytest.raises(UserError, match=said):
        planned(labelled=twice, **given if has_table else {})
    planned(unlabelled=twice)


def test_a_level_below_all_folders(tmp_path: Path) -> None:
    fill(tmp_path, "x/1.png", "y/2.png")
    with pytest.raises(UserError, match=r"; data.folder.class_level is 3: set it to auto, or"):
        check_classes(planned(labelled=tmp_path, class_level=3))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["cat.{}.jpg", "dog.{}.jpg"], "cat, dog"),
        (["x/rolled-in_scale_{}.bmp", "x/Cr_{}.bmp"], "Cr, rolled-in_scale"),
        (["yes ({}).png", "no ({}).png"], "no, yes"),
        (["cloudy{}.jpg", "rain{}.jpg"], "cloudy, rain"),
    ],
)
def test_classes_in_the_names_of_files_are_hinted_at(
    tmp_path: Path, names: list[str], words: str
) -> None:
    path = fill(tmp_path / "a", *(name.format(n) for name in names for n in range(12)))
    with pytest.raises(UserError, match=f"begin with {words}: if these are the classes, move"):
        check_classes(planned(labelled=path))


@pytest.mark.parametrize(
    "name", ["IMG_{}.jpg", "IMG{}.jpg", "0{}.jpg", "p{}_1.jpg", "Train_{}.jpg"]
)
def test_other_names_of_files_are_not(tmp_path: Path, name: str) -> None:
    more = ["Test_{}.jpg"] if name.startswith("Train") else []
    path = fill(tmp_path / "a", *(each.format(n) for each in [name, *more] for n in range(12)))
    with pytest.raises(UserError, match="0 class") as error:
        check_classes(planned(labelled=path))
    assert "begin with" not in str(error.value)


def test_a_table_in_each_part(tmp_path: Path) -> None:
    """As Roboflow has them, and Hugging Face."""
    fill(tmp_path, "valid/1.png", "train/2.png", "test/3.png")
    for part in ("valid", "train", "test"):
        (tmp_path / f"{part}/_classes.csv").write_text("filename,a,b\n")
    said = r"/train/_classes\.csv may be one, of the images beside it: name its folder .*of other"
    with pytest.raises(UserError, match=said):
        check_classes(planned(labelled=tmp_path))


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (["train", "test", "meta"], "3 without ending"),
        (["train_X.bin", "train_y.bin", "about"], "2 .bin, 1 without ending"),
        (["a-images-idx3-ubyte.gz", "a-labels-idx1-ubyte.gz"], "2 .gz"),
        (["1.x/a.tfrecord-00000-of-00002", "a.tfrecord-00001-of-00002", "b"], "2 .tfrecord, 1 "),
    ],
)
def test_data_in_other_forms(tmp_path: Path, names: list[str], kinds: str) -> None:
    path = MAKERS["folder"](tmp_path / "a", dict.fromkeys(names, b"x"))
    said = rf"none of its {len(names)} files is an image \({kinds}.*data.source: torchvision"
    with pytest.raises(UserError, match=said):
        check_classes(planned(labelled=path))


@pytest.mark.parametrize("ending", [".cls", ".txt"])
@pytest.mark.parametrize("kind", ["folder", "a.tar"])
def test_files_that_say_the_class_of_the_image_beside_them(
    tmp_path: Path, kind: str, ending: str
) -> None:
    files = {f"{n:03}.jpg": png(n) for n in range(4)}
    files |= {f"{n:03}{ending}": b"1" for n in range(4)}
    place = MAKERS[kind](tmp_path / kind, files)
    with pytest.raises(UserError, match=rf"; 000{ending} beside the image of that name may say"):
        check_classes(planned(labelled=place))


def test_a_class_called_as_no_label_is_named(tmp_path: Path) -> None:
    fill(tmp_path, "true/1.png", "null/1.png")
    with pytest.raises(
        UserError, match=r"only 'true'\), besides folders read as no label \('null'"
    ):
        check_classes(planned(labelled=tmp_path))
