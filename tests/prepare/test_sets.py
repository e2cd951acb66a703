"""Parquet and Arrow files with images in a column, as Hugging Face's `datasets` writes them."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from made_files import png, records
from pyarrow import parquet

from semisup.prepare.records import Record

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
CLASSES = {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
PART_FILES = {"train": "train-00000-of-00001", "validation": "validation-00000-of-00001"}


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
