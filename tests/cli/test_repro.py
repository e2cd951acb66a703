"""`semisup repro` where another DVC is busy, where a stage fails, and where Ctrl-C comes."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from semisup.cli import progress, repro, workflow
from semisup.cli.workflow import Stages
from semisup.workflow.errors import UserError

PARENTS = {"a": set[str](), "b": set[str](), "c": {"a"}}
BUSY = (
    "ERROR: Unable to acquire lock. Most likely another DVC process is running",
    "ERROR: 'data/x' is busy, it is being blocked by:",
)
Answer = Callable[[str], tuple[int, str]]  # of a stage: its status, what it says of errors


@pytest.fixture
def dvc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[str]]:
    """Stands for DVC with three stages to run; gives the stages as they are started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(repro, "PAUSE_SECONDS", 0.0)
    stages = Stages(PARENTS, {*PARENTS}, [], [*PARENTS])
    monkeypatch.setattr(workflow, "read", lambda: stages)

    def answer_by(answer: Answer) -> list[str]:
        started: list[str] = []

        def run(
            command: list[str], env: Mapping[str, str], **_: Any
        ) -> "subprocess.CompletedProcess[str]":
            assert command[-3:-1] == ["repro", "--single-item"]
            assert env["PATH"].startswith(f"{Path(sys.executable).parent}:")
            assert env["OMP_WAIT_POLICY"] == "passive"  # threads of several stages share the cores
            started.append(command[-1])
            status, said = answer(command[-1])
            return subprocess.CompletedProcess(command, status, "", said)

        monkeypatch.setattr(subprocess, "run", run)
        return started

    return answer_by


@pytest.mark.parametrize("said", BUSY)
def test_a_stage_waits_for_another_dvc(
    dvc: Callable[[Answer], list[str]], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [(1, said), (1, said)]
    started = dvc(lambda name: answers.pop() if name == "a" and answers else (0, ""))
    repro.repro(1)
    assert started == ["a", "a", "a", "b", "c"]
    shown = capsys.readouterr()
    assert [line.split(":")[0] for line in shown.out.splitlines()] == ["a", "b", "c"]
    assert shown.err == ""


def test_it_waits_no_longer_than_it_may(
    dvc: Callable[[Answer], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    started = dvc(lambda name: (1, f"{BUSY[0]}\n") if name == "a" else (0, ""))
    with pytest.raises(UserError, match="failed: a; its own message stands above"):
        repro.repro(2)
    assert started.count("a") == repro.TRIES
    assert "c" not in started
    assert capsys.readouterr().err == f"a: failed\n{BUSY[0]}\n"


def test_what_is_wrong_otherwise_is_not_tried_again(dvc: Callable[[Answer], list[str]]) -> None:
    started = dvc(lambda name: (1, "ERROR: failed to reproduce 'a'") if name == "a" else (0, ""))
    with pytest.raises(UserError, match="failed: a;"):
        repro.repro(1)
    assert sorted(started) == ["a", "b"]  # b was under way already


def test_ctrl_c_in_a_stage_starts_no_other(
    dvc: Callable[[Answer], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not even one that waits for its turn."""
    stages = Stages({**PARENTS, "d": set()}, {*PARENTS, "d"}, [], [*PARENTS, "d"])
    monkeypatch.setattr(workflow, "read", lambda: stages)
    interrupted = threading.Event()
    monkeypatch.setattr(repro, "Event", lambda: interrupted)

    def answer(name: str) -> tuple[int, str]:
        if name == "a":
            raise KeyboardInterrupt
        assert interrupted.wait(5)
        time.sleep(0.2)  # until those that wait are called off
        return 1, "interrupted"

    started = dvc(answer)
    with pytest.raises(KeyboardInterrupt):
        repro.repro(1)
    assert started in (["a"], ["a", "b"])
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_ends_the_wait_of_a_stage_for_another_dvc(
    dvc: Callable[[Answer], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It says nothing: DVC's message is about the interruption."""
    monkeypatch.setattr(repro, "PAUSE_SECONDS", 5.0)
    monkeypatch.setattr(repro, "TRIES", 2)
    waits = threading.Event()

    def answer(name: str) -> tuple[int, str]:
        if name == "a":
            waits.set()
            return 1, BUSY[0]
        assert waits.wait(5)
        raise KeyboardInterrupt

    started = dvc(answer)
    with pytest.raises(KeyboardInterrupt):
        repro.repro(2)
    assert sorted(started) == ["a", "b"]
    assert capsys.readouterr() == ("", "")


def test_progress_knows_of_it_between_two_stages(
    dvc: Callable[[Answer], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DVC, which starts anew for each stage, has no lock for seconds."""
    monkeypatch.setattr(os, "getpid", os.getppid)  # of another process than progress
    seen: list[bool] = []

    def look(_: str) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: 0)
            seen.append(progress._dvc_runs())
        return 0, ""

    assert not progress._dvc_runs()
    dvc(look)
    repro.repro(1)
    assert seen == [True] * len(PARENTS)
    assert not repro.LOCK.exists()
