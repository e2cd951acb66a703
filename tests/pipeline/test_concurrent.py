"""Stages side by side, and several processes for one stage, end as one after the other would."""

import csv
import re
from pathlib import Path

import pytest
from projects import TASK, Project, new_project

STILL = {f"pretrain.augment.{key}": 0.0 for key in ("shift", "rotate", "scale", "color")}


def jobs(project: Project, number: int) -> str:
    return project.run("semisup", "repro", "--jobs", str(number)).stdout


FROM_HEAD = ("head", "spread", "finetune", "selftrain")


def ran(said: str) -> set[str]:
    return {line.partition(":")[0] for line in said.splitlines() if ": done in " in line}


def test_two_jobs_write_the_lock_of_one(stubs: Project, tmp_path: Path) -> None:
    beside = stubs.copy(tmp_path / "beside")
    for one in (stubs, beside):
        one.change({"head.lr": 0.03, "label_budgets": [2]})
        one.prune()
    expected = stubs.repro()
    assert expected == {
        *("report", "export"),
        f"choose@{TASK}",
        *(f"{stage}@{TASK}-2" for stage in FROM_HEAD),
    }
    assert ran(jobs(beside, 2)) == expected
    assert (beside.root / "dvc.lock").read_text() == (stubs.root / "dvc.lock").read_text()
    assert beside.hashes("data", "reports") == stubs.hashes("data", "reports")
    assert jobs(beside, 2) == ""
    assert beside.repro() == set()


def test_a_stage_that_fails_stops_those_after_it(project: Project) -> None:
    project.change({"head.lr": 1000000000000.0, "head.epochs": 30, "choose.budgets": []})
    done = project.run("semisup", "repro", "--jobs", "2", check=False)
    assert done.returncode == 2
    assert "the loss is no longer a number" in done.stderr
    assert done.stderr.splitlines()[-1].startswith(f"error: failed: head@{TASK}-")
    assert "report" not in ran(done.stdout)


def test_a_lock_that_is_wrong_is_refused_in_one_line(stubs: Project) -> None:
    lock = stubs.root / "dvc.lock"
    for text, says in (
        ("<<<<<<< HEAD\n" + lock.read_text(), r"dvc\.lock: a merge left its marks"),
        ("schema: '2.0'\nstages: 3\n", r"DVC: .*dvc\.lock"),
    ):
        lock.write_text(text)
        done = stubs.run("semisup", "repro", "--jobs", "2", check=False)
        assert done.returncode == 2
        assert re.fullmatch(f"error: {says}.*\\n", done.stderr)


@pytest.mark.slow
def test_four_jobs_from_nothing(finished: Project, tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    assert ran(jobs(project, 4)) == set(finished.lock())
    assert (project.root / "dvc.lock").read_text() == (finished.root / "dvc.lock").read_text()


def test_two_processes_pretrain_as_one_does(project: Project) -> None:
    project.change(STILL | {"pretrain.rotation.lr": 0.005, "pretrain.epochs": 3})
    curves = []
    for processes in (1, 2):
        project.change({"compute.processes": processes})
        done = project.python("stages/pretrain.py", "--task", TASK)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        with (project.root / f"data/pretrain/{TASK}/history.csv").open() as file:
            curves.append([[float(v) for v in row.values()] for row in csv.DictReader(file)])
    for one, two in zip(*curves, strict=True):
        losses = [0, 1, 2, 3, 5]  # accuracies over few images move by whole images
        assert [two[i] for i in losses] == pytest.approx([one[i] for i in losses], rel=2e-4)
