"""What is said of stages that run now."""

import json
import os
import time
from pathlib import Path

import pytest

from semisup.workflow import live
from semisup.workflow.errors import UserError

ABOUT = Path("data/live/head-gan-4/stage.json")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()


def names() -> list[str]:
    return [stage.name for stage in live.running()]


def test_stages_that_run_are_named_as_dvc_names_them() -> None:
    assert names() == []
    with live.shown("prepare", {}), live.shown("head", {"task": "gan", "budget": 4}):
        assert names() == ["prepare", "head@gan-4"]
        assert time.time() - 5 < live.running()[0].began <= time.time()
    assert names() == []
    assert [*Path("data").iterdir()] == []


def test_a_stage_that_fails_runs_no_longer() -> None:
    with pytest.raises(KeyboardInterrupt), live.shown("split", {}):
        raise KeyboardInterrupt
    assert names() == []


@pytest.mark.parametrize(
    ("edit", "counts"),
    [
        ({}, True),
        ({"process": 2**22 + 1}, False),  # more than Linux gives out: it was killed
        ({"host": "another"}, False),
    ],
)
def test_only_processes_of_this_machine_count(edit: dict[str, object], counts: bool) -> None:
    with live.shown("head", {"task": "gan", "budget": 4}):
        ABOUT.write_text(json.dumps(json.loads(ABOUT.read_text()) | edit))
        assert names() == ["head@gan-4"] * counts


@pytest.mark.parametrize("content", ["", "{", "{}", "[]"])
def test_what_another_program_wrote_is_no_stage(content: str) -> None:
    ABOUT.parent.mkdir(parents=True)
    ABOUT.write_text(content)
    assert names() == []


def test_what_a_killed_stage_left_is_gone() -> None:
    left = ABOUT.parent / "draw-1/metrics.json"
    left.parent.mkdir(parents=True)
    left.write_text("{}")
    with live.shown("head", {"task": "gan", "budget": 4}):
        assert not left.exists()


def test_a_stage_that_still_runs_is_not_run_a_second_time() -> None:
    """Its DVC was killed, or somebody started it by hand: both would write the same files."""
    with live.shown("head", {"task": "gan", "budget": 4}):
        said = f"^head@gan-4: process {os.getpid()} runs it already, .* kill {os.getpid()}$"
        with (
            pytest.raises(UserError, match=said),
            live.shown("head", {"task": "gan", "budget": 4}),
        ):
            pytest.fail("it ran")
        assert names() == ["head@gan-4"]
    with live.shown("head", {"task": "gan", "budget": 4}):
        assert names() == ["head@gan-4"]


def test_the_number_of_a_killed_stage_may_be_another_program_by_now() -> None:
    ABOUT.parent.mkdir(parents=True)
    about = {"name": "head@gan-4", "began": 0, "host": live.HOST, "process": os.getppid()}
    ABOUT.write_text(json.dumps(about))
    with live.shown("head", {"task": "gan", "budget": 4}):
        assert json.loads(ABOUT.read_text())["process"] == os.getpid()


def test_where_the_disk_knows_no_locks_stages_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no locks")

    monkeypatch.setattr(live.fcntl, "flock", refuse)
    ABOUT.parent.mkdir(parents=True)
    ABOUT.touch()
    with live.shown("head", {"task": "gan", "budget": 4}):
        assert names() == ["head@gan-4"]


def test_processes_that_train_together_leave_it_to_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with live.shown("pretrain", {"task": "gan"}):
        monkeypatch.setenv("WORLD_SIZE", "2")
        with live.shown("pretrain", {"task": "gan"}):
            assert names() == ["pretrain@gan"]
        assert names() == ["pretrain@gan"]


def test_without_a_place_for_it_stages_go_on() -> None:
    Path("data").rmdir()
    with live.shown("prepare", {}):
        assert names() == []
    assert not Path("data").exists()


def test_the_process_is_this_one() -> None:
    with live.shown("prepare", {}):
        about = json.loads(Path("data/live/prepare/stage.json").read_text())
        assert about["process"] == os.getpid()
