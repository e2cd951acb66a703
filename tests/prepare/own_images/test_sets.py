"""Parquet and Arrow files with images in a column, as Hugging Face's `datasets` writes them."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from made_files import planned, png, records
from pyarrow import parquet

from semisup.prepare.own_images.plan_checks import check_classes
from semisup.prepare.records import Record
from semisup.workflow.errors import UserError

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
CLASSES = {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}


def images(count: int, first: int = 0, names: bool = True) -> pa.Array:
    rows = [{"bytes": png(first + n), "path": f"{n}.png" if names else None} for n in range(count)]
    return pa.array(rows, IMAGE)


def table(count: int, first: int = 0, features: Any = CLASSES, **columns: Any) -> pa.Table:
    """`count` images, of cat and dog in turn, as `datasets` describes them."""
    given = {"image": images(count, first), "label": [n % 2 for n in range(count)]} | columns
    about = {"info": {"features": {"image": {"_type": "Image"}} | features}}
    made = pa.table({name: column for name, column in given.items() if column is not None})
    return made.replace_schema_metadata({"huggingface": json.dumps(about)})


def save(path: Path, content: pa.Table) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        parquet.write_table(content, path, row_group_size=2)
        return path
    with pa.OSFile(str(path), "wb") as stream, pa.ipc.new_stream(stream, content.schema) as writer:
        writer.write_table(content, max_chunksize=2)
    return path


def found(images: dict[str, Record], root: Path) -> dict[str, Any]:
    return {
        source.removeprefix(f"{root}/"): (record.label, record.given_split)
        for source, record in images.items()
    }


LAYOUTS = {
    "shards": (
        "data/train-00000-of-00002.parquet",
        "data/train-00001-of-00002.parquet",
        "data/validation-00000-of-00001.parquet",
        "data/test-00000-of-00001.parquet",
    ),
    "converted": (
        "default/train/0000.parquet",
        "default/train/0001.parquet",
        "default/validation/0000.parquet",
        "default/test/0000.parquet",
    ),
    "save_to_disk": (
        "train/data-00000-of-00002.arrow",
        "train/data-00001-of-00002.arrow",
        "validation/data-00000-of-00001.arrow",
        "test/data-00000-of-00001.arrow",
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_classes_roles_and_pixels(tmp_path: Path, layout: str) -> None:
    roles = ("train", "train", "validation", "test")
    for first, name in zip((0, 10, 20, 30), LAYOUTS[layout], strict=True):
        save(tmp_path / name, table(3, first))
    (tmp_path / "dataset_dict.json").write_text('{"splits": []}')
    (tmp_path / "README.md").write_text("---\n")
    read, rejected, warnings = records(labelled=tmp_path, max_rejected_fraction=0.0)
    assert found(read, tmp_path) == {
        f"{name}/{n}.png": (("cat", "dog")[n % 2], role)
        for name, role in zip(LAYOUTS[layout], roles, strict=True)
        for n in range(3)
    }
    assert {item.meant for item in rejected} == {"aside"}
    assert any("names of files are read as the split: " in line for line in warnings)


def test_one_file_is_a_place(tmp_path: Path) -> None:
    path = save(tmp_path / "train.parquet", table(4))
    read, rejected, _ = records(labelled=path)
    assert [record.label for record in read.values()] == ["cat", "dog", "cat", "dog"]
    assert rejected == []
    read, rejected, _ = records(unlabelled=path)
    assert [record.label for record in read.values()] == [None] * 4


def test_rows_without_names_of_files(tmp_path: Path) -> None:
    path = save(tmp_path / "a.parquet", table(2, image=images(2, names=False)))
    read, _, _ = records(labelled=path)
    assert [*found(read, path)] == ["000000.png", "000001.png"]


@pytest.mark.parametrize("name", [".net.png", "@tmp/1.png", "Thumbs.db"])
def test_rows_that_are_called_as_junk(tmp_path: Path, name: str) -> None:
    """None of them vanishes."""
    rows = [{"bytes": png(n), "path": path} for n, path in enumerate(("1.png", name))]
    path = save(tmp_path / "a.parquet", table(2, image=pa.array(rows, IMAGE)))
    for place in (path, tmp_path):
        read, _, _ = records(labelled=place)
        assert [record.label for record in read.values()] == ["cat", "dog"]


ERRORS: dict[str, tuple[Any, str]] = {
    "no labels": (table(2, features={}, label=None), "no column is named label or the like"),
    "two kinds of classes": (
        table(
            2,
            features={"fine": CLASSES["label"], "coarse": CLASSES["label"]},
            label=None,
            fine=[0, 1],
            coarse=[0, 1],
        ),
        r"say in data.folder.columns.label which it is; there are image,fine,coarse",
    ),
    "a number of no class": (table(2, label=[0, 7]), "7 is the number of a class, of which"),
    "a table of labels": (
        pa.table([["1.png", "2.png"], ["cat", "dog"]], ["path", "label"]),
        "no column holds images; there are path, label: call the one of encoded images `image`",
    ),
    "two columns of one name": (
        pa.table([images(2), pa.array([0, 1]), pa.array([0, 1])], ["image", "label", "label"]),
        "has two columns named 'label'; rename one",
    ),
    "one class": (table(2, label=[0, 0]), r"1 class\(es\) with labels \(only 'cat'\)"),
}


@pytest.mark.parametrize("what", ERRORS)
@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_sets_that_can_not_be(tmp_path: Path, what: str, ending: str) -> None:
    content, message = ERRORS[what]
    path = save(tmp_path / f"a.{ending}", content)
    with pytest.raises(UserError, match=message) as error:
        check_classes(planned(labelled=path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_files_that_are_cut_off(tmp_path: Path, ending: str, share: float) -> None:
    path = save(tmp_path / f"set/a.{ending}", table(8))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    for place in (path, path.parent):
        with pytest.raises(UserError, match=r"cannot be read as Parquet or Arrow \(") as error:
            records(labelled=place)
        assert "\n" not in str(error.value)


def test_rows_without_an_image(tmp_path: Path) -> None:
    rows = [{"bytes": png(1), "path": "a.png"}, {"bytes": None, "path": "b.png"}, None]
    path = save(tmp_path / "a.parquet", table(3, image=pa.array(rows, IMAGE)))
    read, rejected, _ = records(labelled=path)
    assert [record.label for record in read.values()] == ["cat"]
    assert [(item.reason, item.label) for item in rejected] == [
        ("no image in this row, only the path b.png", "dog"),
        ("no image in this row", "cat"),
    ]


def test_columns_of_split_and_group_and_another_class(tmp_path: Path) -> None:
    about = {"fine": {"names": ["x", "y"], "_type": "ClassLabel"}}
    content = table(
        4,
        features=CLASSES | about,
        fine=[1, 1, 0, 0],
        patient=["p", "p", "q", "q"],
        split=["train", "train", "test", "test"],
    )
    path = save(tmp_path / "a.parquet", content)
    read, _, _ = records(labelled=path, label="fine")
    assert [(r.label, r.given_split, r.group) for r in read.values()] == [
        ("y", "train", "p"),
        ("y", "train", "p"),
        ("x", "test", "q"),
        ("x", "test", "q"),
    ]


def test_several_columns_of_images_are_said(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.parquet",
        table(2, features=CLASSES | {"mask": {"_type": "Image"}}, mask=images(2, 90)),
    )
    read, _, warnings = records(labelled=path)
    assert len(read) == 2
    assert any("images are read from the column image, not from mask" in w for w in warnings)


def test_what_datasets_keeps_beside_is_no_second_copy(tmp_path: Path) -> None:
    save(tmp_path / "data-00000-of-00001.arrow", table(2))
    save(tmp_path / "cache-0123.arrow", table(2, 50))
    read, rejected, _ = records(labelled=tmp_path)
    assert [*found(read, tmp_path)] == [f"data-00000-of-00001.arrow/{n}.png" for n in range(2)]
    assert [item.meant for item in rejected] == ["aside"]


def test_a_test_file_of_its_own(tmp_path: Path) -> None:
    """Whatever part it is called."""
    train = save(tmp_path / "train-0.parquet", table(2))
    test = save(tmp_path / "validation-0.parquet", table(2, 9))
    read, _, _ = records(labelled=train, test=test)
    assert [record.given_split for record in read.values()] == ["train"] * 2 + ["test"] * 2


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
@pytest.mark.parametrize("name", ["test", "held/out"])
def test_a_test_file_in_the_folder_of_others(tmp_path: Path, ending: str, name: str) -> None:
    """Its rows are none of the folder's."""
    save(tmp_path / f"train.{ending}", table(3))
    test = save(tmp_path / f"{name}.{ending}", table(3, 20))
    read, rejected, warnings = records(labelled=tmp_path, test=test)
    assert [record.given_split for record in read.values()] == ["train"] * 3 + ["test"] * 3
    assert rejected == []
    assert not any("read as the split" in line for line in warnings)


def test_two_configurations_of_one_set_are_asked_about(tmp_path: Path) -> None:
    for name in ("small", "large"):
        save(tmp_path / name / "train-0.parquet", table(2))
    with pytest.raises(UserError, match=r"several folders \(large, small\), .*name one of them"):
        records(labelled=tmp_path)


@pytest.mark.parametrize("alone", [False, True])
def test_a_missing_file_of_numbered_ones_is_told(tmp_path: Path, alone: bool) -> None:
    first = save(tmp_path / "r/train-00000-of-00003.parquet", table(4))
    save(tmp_path / "r/train-00002-of-00003.parquet", table(4, 4))
    save(tmp_path / "r/test-00000-of-00001.parquet", table(4, 8))
    _, _, warnings = records(labelled=first if alone else tmp_path / "r")
    said = [line for line in warnings if "not there, by the numbers" in line]
    names = ["train-00001-of-00003.parquet", *["train-00002-of-00003.parquet"] * alone]
    assert [line.split(": ")[2] for line in said] == [", ".join(names)]


def test_a_folder_of_tables_whose_images_have_another_name(tmp_path: Path) -> None:
    content = pa.table({"image_bytes": pa.array([png(0), png(1)]), "class": ["cat", "dog"]})
    save(tmp_path / "train.parquet", content)
    with pytest.raises(UserError, match=r"no column of train.parquet is known to hold images"):
        check_classes(planned(labelled=tmp_path))
