"""What stages that were killed leave in data/ and reports/."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from semisup.cli import lockfile
from semisup.workflow.processes import ENDS_WITH_PARENT, HOST

pytestmark = [
    pytest.mark.usefixtures("in_a_folder"),
    pytest.mark.skipif(not ENDS_WITH_PARENT, reason="only on Linux it is seen who has ended"),
]


@pytest.fixture
def killed() -> Iterator[int]:
    """A process that has ended, and keeps its number."""
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        yield process.pid


@pytest.mark.parametrize(
    ("place", "goes"),
    [("data", True), ("data/pretrain", True), ("reports", True), ("data/raw", False)],
)
def test_what_stages_began_to_write_goes_but_nothing_of_the_users(
    place: str, goes: bool, killed: int
) -> None:
    left, runs = (Path(place, f".out.{HOST}-{number}.tmp") for number in (killed, os.getpid()))
    for folder in (left, runs):
        folder.mkdir(parents=True)
        (folder / "encoder.safetensors").touch()
    lockfile.mend_after_kill()
    assert [left.exists(), runs.exists()] == [not goes, True]


@pytest.mark.parametrize(
    ("edit", "goes"), [({}, True), ({"host": "other"}, False), ({"process": os.getpid()}, False)]
)
def test_curves_of_a_stage_that_ended_go(edit: dict[str, object], goes: bool, killed: int) -> None:
    about = Path("data/live/head-gan-4/stage.json")
    about.parent.mkdir(parents=True)
    about.write_text(json.dumps({"host": HOST, "process": killed} | edit))
    lockfile.mend_after_kill()
    assert about.parent.exists() != goes


def test_checkpoints_stay() -> None:
    left = Path("data/checkpoints/pretrain-gan/rotation.pt")
    left.parent.mkdir(parents=True)
    left.touch()
    lockfile.mend_after_kill()
    assert left.exists()
