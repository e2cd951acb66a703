"""What killed stages left goes, but nothing of the user's and nothing of stages that run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from semisup.cli import lockfile
from semisup.workflow.processes import HOST

pytestmark = [
    pytest.mark.usefixtures("in_a_folder"),
    pytest.mark.skipif(sys.platform != "linux", reason="only there it is seen who has ended"),
]
RUNNING = os.getpid()


@pytest.fixture
def ended() -> Iterator[int]:
    """A process number that is still taken, since nobody asked how its process ended."""
    with subprocess.Popen(["true"]) as killed:
        os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
        yield killed.pid


@pytest.mark.parametrize(
    ("path", "goes"),
    [
        ("data/.prepared", True),
        ("data/pretrain/.rotation", True),
        ("data/checkpoints/head-rotation-4/.draw", True),
        ("reports/.figures", True),
        (".predictions.csv", True),
        ("data/raw/.photos", False),
        ("data/raw/photos/.cats", False),
    ],
)
def test_what_they_began_to_write(path: str, goes: bool, ended: int) -> None:
    left, another = (Path(f"{path}.{HOST}-{number}.tmp") for number in (ended, RUNNING))
    theirs = Path(f"{path}.another-machine-{ended}.tmp")
    for folder in (left, another, theirs):
        folder.mkdir(parents=True)
        (folder / "images.npy").touch()
    file = left.with_name(f".a{left.name}")
    file.touch()
    lockfile.mend_after_kill()
    assert [left.exists(), file.exists()] == [not goes] * 2
    assert another.exists()
    assert theirs.exists()


def test_what_they_said_while_they_ran(ended: int) -> None:
    """Else `dvc plots show data/live` would draw it for ever, were there no such stage any more."""
    about = {
        "killed": {"host": HOST, "process": ended},
        "running": {"host": HOST, "process": RUNNING},
        "elsewhere": {"host": "another-machine", "process": ended},
        "unknown": [],
    }
    for name, said in about.items():
        folder = Path("data/live", name)
        folder.mkdir(parents=True)
        (folder / "stage.json").write_text(json.dumps(said))
    Path("data/live/beginning").mkdir()
    lockfile.mend_after_kill()
    there = {path.name for path in Path("data/live").iterdir()}
    assert there == {*about, "beginning"} - {"killed"}


def test_no_empty_folder_is_left(ended: int) -> None:
    Path("data/live/killed").mkdir(parents=True)
    Path("data/live/killed/stage.json").write_text(json.dumps({"host": HOST, "process": ended}))
    lockfile.mend_after_kill()
    assert not Path("data/live").exists()


def test_checkpoints_stay() -> None:
    checkpoint = Path("data/checkpoints/pretrain-rotation/training.pt")
    checkpoint.parent.mkdir(parents=True)
    checkpoint.touch()
    lockfile.mend_after_kill()
    assert checkpoint.exists()
