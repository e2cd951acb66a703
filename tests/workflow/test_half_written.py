"""What is written is whole or not there, and what killed processes left of it goes."""

import os
import subprocess
from pathlib import Path

import pytest

from semisup.workflow import half_written
from semisup.workflow.processes import HOST


@pytest.fixture
def ended() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def make(path: Path, is_folder: bool) -> None:
    if is_folder:
        path.mkdir()
        (path / "part").touch()
    else:
        path.touch()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["out", "a[1].csv", "*", "..odd"])
@pytest.mark.parametrize("is_folder", [True, False])
def test_what_killed_processes_left_goes(
    tmp_path: Path, ended: int, name: str, is_folder: bool
) -> None:
    mine = tmp_path / f".{name}.{HOST}-{os.getpid()}.tmp"
    make(mine, is_folder)
    make(tmp_path / f".{name}.{HOST}-{ended}.tmp", is_folder)
    with half_written.files(tmp_path / name) as [written]:
        assert written == mine
        assert not names(tmp_path)
        written.touch()
    assert names(tmp_path) == {name}


def test_what_others_write_stays(tmp_path: Path, ended: int) -> None:
    """Machines may share the folder, and process numbers are those of one of them."""
    stay = [
        f".out.{HOST}-{os.getppid()}.tmp",
        f".out.{HOST}_2-{ended}.tmp",
        f".out.{HOST}-mine.tmp",
        f".out.csv.{HOST}-{ended}.tmp",
        f".other.{HOST}-{ended}.tmp",
        f".out.{HOST}-{ended}",
        "out",
    ]
    for name in stay:
        make(tmp_path / name, is_folder=True)
    with half_written.folder(tmp_path / "out"):
        pass
    assert names(tmp_path) == {*stay}
    assert {path.name for path in half_written.left_in(tmp_path)} == {
        *(f".{name}.{HOST}-{ended}.tmp" for name in ("out.csv", "other")),
        *(f".out.{HOST}-{of}.tmp" for of in (os.getppid(), "mine")),
    }


def test_what_is_left_anywhere_below(tmp_path: Path, ended: int) -> None:
    stay = [f".out.{HOST}-{os.getppid()}.tmp", f".out.{HOST}_2-{ended}.tmp", "out"]
    (tmp_path / "of" / "stage").mkdir(parents=True)
    for name in [*stay, f".out.{HOST}-{ended}.tmp"]:
        make(tmp_path / name, is_folder=True)
        make(tmp_path / "of" / "stage" / name, is_folder=False)
    half_written.remove_left_below(tmp_path)
    assert names(tmp_path) == {*stay, "of"}
    assert names(tmp_path / "of" / "stage") == {*stay}


def test_files_take_their_places_together(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("old")
    with half_written.files(first, second) as written:
        for file in written:
            file.write_text("new")
        assert first.read_text() == "old"
        assert not second.exists()
    assert first.read_text() == second.read_text() == "new"
    assert names(tmp_path) == {"first", "second"}


def test_where_writing_fails_files_stay_as_they_were(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("old")

    def fail() -> None:
        with half_written.files(first, second) as written:
            written[0].write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert first.read_text() == "old"
    assert names(tmp_path) == {"first"}


def test_a_file_that_cannot_take_its_place_is_not_left(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    def fail() -> None:
        with half_written.files(tmp_path / "out") as [written]:
            written.write_text("new")

    with pytest.raises(IsADirectoryError):
        fail()
    assert names(tmp_path) == {"out"}


def test_no_folder_is_made_for_a_file(tmp_path: Path) -> None:
    def fail() -> None:
        with half_written.files(tmp_path / "new" / "out") as [written]:
            written.touch()

    with pytest.raises(FileNotFoundError):
        fail()
    assert not names(tmp_path)


def test_a_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    with half_written.folder(tmp_path / "new" / "out") as written:
        (written / "part").touch()
    assert names(tmp_path / "new") == {"out"}
    assert names(tmp_path / "new" / "out") == {"part"}
