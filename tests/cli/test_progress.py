"""How far a run is, in words."""

import os
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from semisup.cli import progress
from semisup.cli.workflow import Stages
from semisup.workflow.errors import UserError
from semisup.workflow.live import RunningStage
from semisup.workflow.times import Spent

PARENTS = {
    "prepare": set[str](),
    "head@a-1": {"prepare"},
    "head@a-2": {"prepare"},
    "report": {"head@a-1", "head@a-2"},
}
BEGAN = 1000.0
KNOWN = [Spent("prepare", "", "", 10.0), Spent("head", "a", "1", 60.0), Spent("report", "", "", 5)]


def page(
    changed: set[str],
    running: dict[str, dict[str, Any]],
    spent: list[Spent],
    passed: float = 15.0,
) -> list[str]:
    stages = Stages(PARENTS, changed, [], [*PARENTS])
    shown = [(RunningStage(name, BEGAN, Path()), trainings) for name, trainings in running.items()]
    return progress.page(stages, shown, spent, BEGAN + passed).splitlines()


def test_all_is_done() -> None:
    assert page(set(), {}, KNOWN) == ["all 4 stages are done"]


def test_all_is_done_by_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress.workflow, "read", lambda: Stages(PARENTS, set(), [], [*PARENTS]))
    monkeypatch.setattr(progress.code, "has_changed", lambda: True)
    assert progress.progress().startswith("all 4 stages are done, but by other code than that of")


ALL = "0 of 4 stages done; left, at most: 1 prepare, 2 head, 1 report"
ONE_HEAD = "2 of 4 stages done; left, at most: 1 head, 1 report"


@pytest.mark.parametrize(
    ("changed", "running", "spent", "left", "time_left"),
    [
        ({"report"}, {}, [], "3 of 4 stages done; left, at most: 1 report", None),
        ({"report"}, {}, KNOWN, "3 of 4 stages done; left, at most: 1 report", "0:05"),
        ({"head@a-2"}, {}, KNOWN, ONE_HEAD, "1:05"),  # as long as head@a-1 took
        ({"head@a-2"}, {"head@a-2": {}}, KNOWN, ONE_HEAD, "0:50"),
        ({"prepare"}, {"prepare": {}}, KNOWN, ALL, "2:05"),  # no less than nothing of prepare
        ({"prepare"}, {}, KNOWN[:1], ALL, None),  # of most nothing is known
        # two side by side share what is left: (45 + 45 + 5) / 2
        (
            {"head@a-1", "head@a-2"},
            {"head@a-1": {}, "head@a-2": {}},
            KNOWN,
            "1 of 4 stages done; left, at most: 2 head, 1 report",
            "0:48",
        ),
    ],
)
def test_what_is_left(
    changed: set[str],
    running: dict[str, dict[str, Any]],
    spent: list[Spent],
    left: str,
    time_left: str | None,
) -> None:
    told = f"; about {time_left} to go, judging by like stages" if time_left else ""
    assert page(changed, running, spent)[0] == left + told


def test_a_training_of_a_kind_that_never_ran_tells_of_itself() -> None:
    spent = [KNOWN[0], KNOWN[2]]
    trainings = {"draw 1": {"step": 10, "of": 40}, "draw 2": {"step": 20, "of": 40}}
    lines = page({"head@a-2"}, {"head@a-2": trainings}, spent)
    assert "about 0:30 to go" in lines[0]  # 15 s for 3/8: 25 s more, and the report's 5
    assert lines[1:] == [
        "head@a-2: running for 0:15",
        "  draw 1: update 10 of 40",
        "  draw 2: update 20 of 40",
    ]


@pytest.mark.parametrize(
    ("stage", "merit"), [("head@a-2", "accuracy"), ("pretrain@rotation", "merit")]
)
def test_figures_of_unfinished_trainings(stage: str, merit: str) -> None:
    figures = {"train": {"loss": 0.51234, "merit": 0.75}, "heldout": {"loss": 1.0, "merit": 0.5}}
    trainings = {"one": {"step": 3, "of": 4, **figures}, "ended": {"step": 4, "of": 4, **figures}}
    assert page({"report"}, {stage: trainings}, KNOWN)[2:] == [
        f"  one: update 3 of 4; in training: loss 0.5123, {merit} 0.75; "
        f"held out: loss 1, {merit} 0.5"
    ]


def test_between_stages() -> None:
    assert page({"report"}, {}, KNOWN)[1].startswith("no stage is running")


@pytest.mark.parametrize(
    ("lock", "content", "runs"),
    [
        ("rwlock", '{"write": {"/a": {"pid": PID, "cmd": "dvc repro"}}, "read": {}}', True),
        ("lock", " PID\n", True),
        ("lock", "", False),
        ("rwlock", '{"write": {}}', False),
    ],
)
def test_dvc_starts_a_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: str, content: str, runs: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".dvc/tmp").mkdir(parents=True)
    Path(".dvc/tmp", lock).write_text(content.replace("PID", str(os.getppid())))
    assert progress._dvc_runs() == runs
    stages = Stages(PARENTS, {"report"}, [], [*PARENTS])
    line = progress.page(stages, [], KNOWN, BEGAN, between=runs).splitlines()[1]
    assert line.startswith("between two stages" if runs else "no stage is running")


def test_what_trainings_say_is_read_from_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "head-a-2"
    one = "head-a-2-draw-1-of-2-lr-0.05"
    for name, content in {one: '{"step": 1, "of": 2}', "half": '{"step": '}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "metrics.json").write_text(content)
    assert progress._trainings(folder) == {"draw 1 of 2 lr 0.05": {"step": 1, "of": 2}}
    assert progress._trainings(tmp_path / "gone") == {}


def test_what_is_no_number_is_not_said() -> None:
    trainings = {"one": {"step": 3, "of": 4, "train": {"merit": 0.5}}}
    assert page({"report"}, {"head@a-2": trainings}, KNOWN)[2:] == [
        "  one: update 3 of 4; in training: accuracy 0.5"
    ]


def test_a_lock_that_is_just_being_written_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = [{"report"}, UserError("dvc.lock: half of it"), {"report"}, set[str]()]

    def read() -> Stages:
        match ends.pop(0):
            case UserError() as error:
                raise error
            case changed:
                return Stages(PARENTS, changed, [], [*PARENTS])

    times = iter(range(9))
    monkeypatch.setattr(progress.workflow, "read", read)
    monkeypatch.setattr(progress, "_lock_time", lambda: next(times))
    monkeypatch.setattr(progress.time, "sleep", lambda _: None)
    monkeypatch.setattr(progress.live, "running", list)
    monkeypatch.setattr(progress.recorded, "read", list)
    pages = [*progress.watch()]
    assert pages[-1] == "all 4 stages are done"
    assert len(pages) == 4


def test_a_stage_that_ends_while_the_lock_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    time_of_lock, left = 0, {"report"}

    def read() -> Stages:
        nonlocal time_of_lock, left
        found, time_of_lock, left = Stages(PARENTS, left, [], [*PARENTS]), 1, set()
        return found

    monkeypatch.setattr(progress.workflow, "read", read)
    monkeypatch.setattr(progress, "_lock_time", lambda: time_of_lock)
    monkeypatch.setattr(progress.time, "sleep", lambda _: None)
    monkeypatch.setattr(progress.live, "running", list)
    monkeypatch.setattr(progress.recorded, "read", list)
    assert [*islice(progress.watch(), 9)][-1] == "all 4 stages are done"
