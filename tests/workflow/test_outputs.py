"""Folders are replaced whole or not at all; tables have one format."""

import csv
import io
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from semisup.workflow import outputs
from semisup.workflow.errors import NoMeans, UserError


@dataclass(frozen=True)
class Line:
    name: str
    value: float
    count: int


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_success_replaces_all_that_was_there(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old.txt").write_text("old")
    (target / "deep").mkdir()
    with outputs.replacing(target) as folder:
        (folder / "new.txt").write_text("new")
        assert (target / "old.txt").exists()
    assert names(target) == {"new.txt"}
    assert names(tmp_path) == {"out"}


@pytest.mark.parametrize("error", [RuntimeError, UserError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_the_old_folder(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old.txt").write_text("old")

    def fail() -> None:
        with outputs.replacing(target) as folder:
            (folder / "half.txt").write_text("half")
            raise error("stop")

    with pytest.raises(error, match="stop"):
        fail()
    assert names(target) == {"old.txt"}
    assert names(tmp_path) == {"out"}


def test_an_exception_leaves_no_folder_where_none_was(tmp_path: Path) -> None:
    def fail() -> None:
        with outputs.replacing(tmp_path / "out"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert names(tmp_path) == set()


def test_a_full_disk_is_the_users_matter(tmp_path: Path) -> None:
    def fail() -> None:
        with outputs.replacing(tmp_path / "out"):
            raise OSError(28, os.strerror(28))

    with pytest.raises(UserError, match="out: can't be written: No space left on device"):
        fail()
    assert names(tmp_path) == set()


def test_files_are_written_together_or_none_and_the_first_is_named(tmp_path: Path) -> None:
    def write(two: str) -> None:
        with outputs.replacing_files(tmp_path / "one", tmp_path / two) as written:
            for file in written:
                file.write_text("x")

    write("two")
    assert names(tmp_path) == {"one", "two"}
    (tmp_path / "folder").mkdir()
    with pytest.raises(NoMeans, match=r"one: can't be written: Is a directory; free or unlock it"):
        write("folder")
    assert names(tmp_path) == {"one", "two", "folder"}


def test_a_place_that_can_not_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"  # not even root may make a folder below a file
    file.write_text("x")
    target = file / "out"
    with pytest.raises(UserError, match=r"out: can't be written: Not a directory") as caught:
        outputs.replacing(target).__enter__()
    assert str(caught.value).startswith(str(target))
    assert file.read_text() == "x"


def test_leftovers_of_a_killed_process_with_the_same_number(tmp_path: Path) -> None:
    with outputs.replacing(tmp_path / "out") as folder:
        scratch = folder
    scratch.mkdir()
    (scratch / "half.txt").write_text("half")
    with outputs.replacing(tmp_path / "out") as folder:
        (folder / "whole.txt").write_text("whole")
    assert names(tmp_path) == {"out"}
    assert names(tmp_path / "out") == {"whole.txt"}


def test_table(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    lines = [Line("a", 0.123456789, 3), Line("b", math.nan, 0), Line("c,d", 1e-9, -1)]
    outputs.write_table(path, lines)
    expected = 'name,value,count\na,0.123457,3\nb,,0\n"c,d",1e-09,-1\n'
    assert path.read_bytes() == expected.encode()


def test_table_of_dicts_and_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    outputs.write_table(path, [{"x": 2.0, "y": "é"}, {"x": 1 / 3, "y": None}])
    assert path.read_text("utf-8") == "x,y\n2,é\n0.333333,\n"
    outputs.write_table(path, [], ["x", "y"])
    assert path.read_text("utf-8") == "x,y\n"


def test_json_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "info.json"
    values = {"layer": "conv5", "probe": {"conv1": 0.25}, "n": [1, 2]}
    outputs.write_json(path, values)
    assert outputs.read_json(path) == values == json.loads(path.read_text())
    first = path.read_bytes()
    outputs.write_json(path, values)
    assert path.read_bytes() == first
    assert first.endswith(b"\n")


def test_inputs_that_are_not_there(tmp_path: Path) -> None:
    for act in (
        lambda: outputs.read_json(tmp_path / "gone.json"),
        lambda: outputs.copy(tmp_path / "gone.json", tmp_path),
        lambda: outputs.sha256(tmp_path / "gone.json"),
        lambda: outputs.read_array(tmp_path / "gone.json"),
        lambda: outputs.read_rows(tmp_path / "gone.json"),
    ):
        with pytest.raises(UserError, match=r"gone\.json: not there yet; run `dvc repro`"):
            act()


def test_copy(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "to").mkdir()
    outputs.copy(tmp_path / "a.json", tmp_path / "to")
    assert (tmp_path / "to" / "a.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("stage", "item", "folder"),
    [
        ("pretrain", ["rotation"], "data/pretrain/rotation"),
        ("embed", ["rotation"], "data/features/rotation"),
        ("head", ["rotation", 4], "data/head/rotation-4"),
        ("supervised", [4], "data/supervised/4"),
    ],
)
def test_each_stage_item_has_a_folder_of_its_own(
    stage: str, item: list[str | int], folder: str
) -> None:
    assert outputs.folder_of(stage, *item) == Path(folder)


def test_what_belongs_to_each_of_several_encoders(tmp_path: Path) -> None:
    assert outputs.repeats(tmp_path) == [tmp_path]
    for number in (1, 2):
        outputs.of_repeat(tmp_path, number).mkdir()
    found = outputs.repeats(tmp_path)
    assert found == [tmp_path, tmp_path / "repeat_1", tmp_path / "repeat_2"]
    assert [outputs.of_draw(found, draw) for draw in range(3)] == found
    assert [outputs.of_draw(found[:1], draw) for draw in range(3)] == [tmp_path] * 3


@pytest.mark.parametrize("name", ["a\rb", "a\nb", "a\r\nb", 'a"b', "a,b", "\r", "plain"])
def test_a_name_of_any_kind_is_one_cell(tmp_path: Path, name: str) -> None:
    outputs.write_rows(tmp_path / "a.csv", ["name", "next"], [[name, 1], ["other", None]])
    content = (tmp_path / "a.csv").read_bytes().decode()
    rows = [*csv.reader(io.StringIO(content, newline=""))]
    assert rows == [["name", "next"], [name, "1"], ["other", ""]]
    assert [*outputs.read_lines(tmp_path / "a.csv")] == rows
    expected = [{"name": name, "next": "1"}, {"name": "other", "next": ""}]
    assert [*outputs.read_rows(tmp_path / "a.csv")] == expected
    assert content.endswith("other,\n")
    assert content.startswith("name,next\n")


def test_rows_may_lack_columns(tmp_path: Path) -> None:
    outputs.write_table(tmp_path / "a.csv", [{"a": 1}, {"a": 2, "b": 0.5}])
    assert (tmp_path / "a.csv").read_text() == "a,b\n1,\n2,0.5\n"
