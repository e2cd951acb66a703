"""Names of what is not whole yet, and what killed processes left of it."""

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


@pytest.mark.parametrize("name", ["out", "a[1].csv", "*", "..odd"])
@pytest.mark.parametrize("is_folder", [True, False])
def test_what_killed_processes_left_goes(
    tmp_path: Path, ended: int, name: str, is_folder: bool
) -> None:
    target = tmp_path / name
    mine = half_written.name_for(target)
    assert mine == tmp_path / f".{name}.{HOST}-{os.getpid()}.tmp"
    make(mine, is_folder)
    make(tmp_path / f".{name}.{HOST}-{ended}.tmp", is_folder)
    assert half_written.only_name_for(target) == mine
    assert not [*tmp_path.iterdir()]


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
    half_written.only_name_for(tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {*stay}


def test_a_folder_that_is_not_there_yet_has_no_leftovers(tmp_path: Path) -> None:
    target = tmp_path / "new" / "out"
    assert half_written.only_name_for(target) == half_written.name_for(target)
