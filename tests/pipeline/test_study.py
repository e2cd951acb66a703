"""A study runs beside the project, shares its cache, and goes on after a kill."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml
from projects import Project

STUDY = """\
title: Letters, faintly
needs: nothing
params: {report: {confidence: 0.9}}
quick: {label_budgets: [1], pretext_tasks: [random], finetune_tasks: [], choose: {budgets: [1]}}
published: [{name: Rival, source: 'https://example.org', top1: {1: 99.5}}]
"""
MAIN = "from semisup.cli.main import main; main()"
FILES = {
    *("README.md", "summary.md", "label_curve.csv", "task_comparison.csv", "metrics.json"),
    *("hardware.json", "params.yaml", "times.md", "figures"),
}


@pytest.fixture
def prepared(project: Project) -> Project:
    (project.root / "studies").mkdir()
    (project.root / "studies/letters.yaml").write_text(STUDY)
    return project


def ran(shown: str) -> set[str]:
    lines = [line for line in shown.splitlines() if line.startswith("Running stage")]
    return {line.split("'")[1] for line in lines}


@pytest.mark.slow
def test_what_the_project_has_run_comes_from_its_cache(prepared: Project) -> None:
    before = prepared.hashes("data", "reports")
    done = prepared.run("semisup", "study", "letters")
    # data/raw of the copy has other files
    assert ran(done.stdout) == {"prepare", "report"}
    assert done.stdout.splitlines()[-1].startswith("reports/studies/letters: ")
    folder = prepared.root / "reports/studies/letters"
    assert {path.name for path in folder.iterdir()} == FILES
    after = prepared.hashes("data", "reports")
    assert {path: after[path] for path in before} == before, "the project's own results stay"
    assert (folder / "label_curve.csv").read_bytes() == (
        prepared.root / "reports/label_curve.csv"
    ).read_bytes()
    settings = yaml.safe_load((folder / "params.yaml").read_text())
    assert settings["report"]["confidence"] == 0.9
    assert "Rival (published)" in (folder / "README.md").read_text()
    assert ran(prepared.run("semisup", "study", "letters").stdout) == set()
    assert "studies" not in prepared.git("status", "--porcelain", ".studies")
    assert prepared.repro() == set()


@pytest.mark.slow
def test_killed_it_goes_on(prepared: Project) -> None:
    copy = prepared.root / ".studies/letters-quick"
    command = ["python", "-c", MAIN, "study", "letters", "--quick"]
    with subprocess.Popen(
        command, cwd=prepared.root, env=prepared.cold_env, start_new_session=True
    ) as running:
        _wait_for(copy / "data/pretrain/random", running)
        os.killpg(running.pid, signal.SIGKILL)
    done = prepared.run("semisup", "study", "letters", "--quick")
    again = ran(done.stdout)
    assert "prepare" not in again
    assert "head@random-1" in again
    curve = pd.read_csv(prepared.root / "reports/studies/letters-quick/label_curve.csv")
    assert {*curve["task"]} == {"none", "random"}
    assert {*curve["budget"]} == {1}


def _wait_for(path: Path, running: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 240
    while not path.exists():
        assert running.poll() is None, "it ended before"
        assert time.monotonic() < until, path
        time.sleep(0.05)
