"""`semisup look` says what images would be read as, and decodes none."""

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from semisup.cli import look
from semisup.params.loading import Params
from semisup.workflow.errors import UserError

Make = Callable[..., Params]


def files(root: Path, *names: str) -> Path:
    """No images by their content."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def seen(make_params: Make, **places: Any) -> str:
    edits = {f"data.folder.{key}": given for key, given in places.items()}
    return look.look(make_params({"data.source": "folder"} | edits))


pytestmark = pytest.mark.usefixtures("in_a_folder")


def test_classes_roles_and_what_is_left_out(make_params: Make) -> None:
    names = [f"train/{label}/{n}.jpg" for label in ("cat", "dog") for n in range(3)]
    files(Path("data/raw/a"), *names, "val/cat/7.jpg", "test/Cat/8.jpg", "train/9.jpg", "a.txt")
    page = seen(make_params, labelled="data/raw/a")
    assert page.startswith("8 files to decode: 6 labelled, 1 validation, 1 test, 0 unlabelled\n")
    rows = [line.split() for line in page.splitlines()]
    assert ["cat", "3", "1", "0", "0"] in rows
    assert ["Cat", "0", "0", "1", "0"] in rows
    assert ["dog", "3", "0", "0", "0"] in rows
    assert "left out of labelled files: 1\n  data/raw/a/train/9.jpg: not in a class folder" in page
    assert "warning: classes 'Cat' (1 image) and 'cat' (4) have nearly the same name" in page


def test_rows_that_name_no_file(make_params: Make) -> None:
    files(Path("data/raw/a"), "IMG_1.jpg", "IMG_2.jpg")
    Path("data/raw/t.csv").write_text(
        "image,class\nIMG_1.JPG,cat\nIMG_2.jpg,dog\nIMAGE_2.jpg,dog\n"
    )
    page = seen(make_params, labelled="data/raw/a", labels="data/raw/t.csv")
    assert "data/raw/t.csv: 3 rows, of which 2 name a file" in page
    assert (
        "left out of rows of tables: 1\n  data/raw/a/IMAGE_2.jpg: named in data/raw/t.csv" in page
    )
    assert "did you mean data/raw/a/IMG_2.jpg?" in page


def test_thirty_classes_and_the_rest(make_params: Make) -> None:
    files(Path("data/raw/a"), *(f"kind {n:02}/{m}.jpg" for n in range(40) for m in range(2)))
    page = seen(make_params, labelled="data/raw/a")
    assert "kind 29" in page
    assert "kind 30" not in page
    assert "... and 10 more; all are in data/prepared/classes.csv" in page


def test_groups(make_params: Make) -> None:
    files(
        Path("data/raw/a"), *(f"{x}/p{n}_{m}.jpg" for x in "ab" for n in range(3) for m in range(4))
    )
    page = seen(make_params, labelled="data/raw/a", group_pattern=r"(p\d)_")
    assert "3 groups of 24 images" in page


def test_other_sources(make_params: Make) -> None:
    with pytest.raises(UserError, match=r"data\.source: glyphs: only images of your own"):
        look.look(make_params({}))


def test_no_classes_and_a_table_that_is_not_named(make_params: Make) -> None:
    files(Path("data/raw/a"), "1.jpg", "2.jpg")
    Path("data/raw/a/mine.csv").write_text("image,class\n1.jpg,cat\n2.jpg,dog\n")
    page = seen(make_params, labelled="data/raw/a")
    assert "warning: `dvc repro` would stop here: data.folder: 0 class(es) with labels" in page
    assert "; data/raw/a/mine.csv may be one: name it in data.folder.labels" in page
    page = seen(make_params, labelled="data/raw/a", labels="data/raw/a/mine.csv")
    assert "would stop" not in page


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({"unlabelled": "b.tar/pool"}, "unlabelled: b.tar/pool: b.tar has no folder 'pool' with"),
        ({"unlabelled": "c"}, r"unlabelled: c: no usable image among its 0 files; put images"),
        ({"unlabelled": "d"}, r"unlabelled: d: no usable image among its 1 files (the first: d/x."),
        ({"test": "c"}, "test: c: no usable labelled image among its 0 files"),
        ({"test": "d"}, "test: d: no usable labelled image among its 1 files (the first: d/x.txt"),
        ({"unlabelled": "a"}, ""),
        ({"unlabelled": "."}, ""),
    ],
)
def test_places_without_usable_files(make_params: Make, places: dict[str, str], said: str) -> None:
    """`prepare` stops at them, if only when it comes to them."""
    files(Path(), "a/cat/1.jpg", "a/dog/2.jpg", "d/x.txt", "in/3.jpg")
    Path("c").mkdir()
    with tarfile.open("b.tar", "w") as made:
        made.add("in", "in")
    page = seen(make_params, labelled="a", **places)
    assert ("`dvc repro` would stop here" in page) == bool(said)
    assert f"would stop here: data.folder.{said}" in page or not said


@pytest.mark.parametrize("is_there", [True, False])
def test_heic_is_told_of_where_nothing_reads_it(
    make_params: Make, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    monkeypatch.setattr(look, "has_heif", lambda: is_there)
    files(Path("data/raw/a"), "cat/1.HEIC", "cat/2.jpg", "dog/3.heic", "dog/4.jpg")
    page = seen(make_params, labelled="data/raw/a")
    assert ("(2 .heic): `prepare` leaves out what is" in page) is not is_there
    assert ("install pillow-heif" in page) is not is_there


def test_files_that_do_not_end_as_images_are_counted(make_params: Make) -> None:
    files(Path("data/raw/a"), "cat/1.dcm", "cat/2.nii.gz", "dog/3", "dog/4.jpg", "dog/5.txt")
    page = seen(make_params, labelled="data/raw/a")
    said = "3 names of these without the ending of an image that is read (1 .dcm, 1 .gz, 1 without"
    assert said in page
    assert "HEIC" not in page
    files(Path("data/raw/b"), "cat/1.png", "dog/4.jpg")
    assert "of these" not in seen(make_params, labelled="data/raw/b")


def test_budgets_that_no_class_can_fill(make_params: Make) -> None:
    files(Path("data/raw/a"), *(f"{name}/{n}.jpg" for name in ("cat", "dog") for n in range(12)))
    line = "label_budgets: 16, 32, 64: no class has so many labels (12 at the most)"
    assert line in seen(make_params, labelled="data/raw/a")
    files(Path("data/raw/a"), *(f"cat/{n}.jpg" for n in range(64)))
    assert "label_budgets" not in seen(make_params, labelled="data/raw/a")
