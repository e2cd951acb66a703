"""A run that is killed or interrupted goes on, and ends as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from pictures import write_pictures
from projects import TASK, Project

LONG = {"compute.checkpoint_seconds": 0.0, "supervised.min_updates": 100, "pretrain.epochs": 8}
WHOLE = {"seed": 5, "compute.checkpoint_seconds": 0.0, "supervised.min_updates": 100}
TRAININGS = {
    f"pretrain@{TASK}": f"data/pretrain/{TASK}",
    "supervised@1": "data/supervised/1",
}
CHECKPOINTS = "data/checkpoints"


def start(project: Project, *stages: str) -> subprocess.Popen[str]:
    """`dvc repro` in a process group of its own, as in a terminal."""
    return subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", *stages],
        cwd=project.root,
        env=project.cold_env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # a shell that starts this in the background may have switched Ctrl-C off
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )


def wait_for_checkpoint(project: Project, running: subprocess.Popen[str]) -> None:
    while not list((project.root / CHECKPOINTS).glob("*/*.safetensors")):
        assert running.poll() is None, running.communicate()[0]
        time.sleep(0.02)


@pytest.mark.parametrize("stage", TRAININGS)
def test_killed_while_it_trains(project: Project, stage: str) -> None:
    project.change(LONG)
    project.dvc("repro", stage)
    expected = project.hashes(TRAININGS[stage])
    lock = project.root / "dvc.lock"
    finished = lock.read_text()
    project.git("checkout", "--quiet", "dvc.lock")
    running = start(project, "--force", "--single-item", stage)
    wait_for_checkpoint(project, running)
    time.sleep(0.3)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    assert list((project.root / CHECKPOINTS).glob("*/*.safetensors"))
    done = project.run("dvc", "repro", "--force", "--single-item", stage)
    assert "the work starts anew" not in done.stderr
    assert project.hashes(TRAININGS[stage]) == expected
    assert lock.read_text() == finished
    assert not (project.root / CHECKPOINTS).exists()


def test_ctrl_c_ends_promptly_with_one_line(project: Project) -> None:
    project.change(LONG | {"supervised.min_updates": 4000, "compute.threads": 2})
    running = start(project, "supervised@1")
    wait_for_checkpoint(project, running)
    os.killpg(running.pid, signal.SIGINT)
    asked = time.monotonic()
    said = running.communicate(timeout=60)[0]
    assert time.monotonic() - asked < 10
    assert said.count("interrupted: nothing was written; run it again to go on") == 1
    assert "Traceback" not in said
    assert running.returncode != 0
    assert not list((project.root / "data").rglob("*.tmp"))


@pytest.mark.parametrize(  # while processes start, import, decode
    "seconds",
    [pytest.param(0.0, marks=pytest.mark.slow), 0.4, pytest.param(1.0, marks=pytest.mark.slow)],
)
def test_ctrl_c_while_files_are_decoded(project: Project, seconds: float) -> None:
    for name in ("cat", "dog"):
        write_pictures(project.root / f"data/raw/labelled/{name}", 4000)
    project.change(
        {
            "compute.threads": 2,
            "data.source": "folder",
            "data.folder.labelled": "data/raw/labelled",
        }
    )
    running = start(project, "--single-item", "prepare")
    while not (project.root / CHECKPOINTS / "prepare/outcomes.jsonl").exists():
        assert running.poll() is None, running.communicate()[0]
        time.sleep(0.02)
    time.sleep(seconds)
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate(timeout=20)[0]
    assert "Traceback" not in said
    assert said.count("interrupted: nothing was written; run it again to go on") == 1


def test_a_checkpoint_of_other_parameters_is_refused_with_a_line(project: Project) -> None:
    project.change(LONG)
    running = start(project, "supervised@1")
    wait_for_checkpoint(project, running)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    project.change({"supervised.weight_decay": 0.02, "supervised.min_updates": 8})
    done = project.python("stages/supervised.py", "--budget", "1")
    assert done.returncode == 0
    assert "made with other parameters, inputs or code; the work starts anew" in done.stderr


@pytest.mark.slow
def test_two_processes_killed_while_they_train(project: Project) -> None:
    """Losses, which each process sums up for itself between evaluations, included."""
    project.change(LONG | {"compute.processes": 2, "pretrain.epochs": 40})
    stage, folder = f"pretrain@{TASK}", TRAININGS[f"pretrain@{TASK}"]
    project.dvc("repro", "--force", "--single-item", stage)
    expected = project.hashes(folder)
    running = start(project, "--force", "--single-item", stage)
    wait_for_checkpoint(project, running)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    time.sleep(1)  # the processes end with the one that started them
    done = project.run("dvc", "repro", "--force", "--single-item", stage)
    assert "the work starts anew" not in done.stderr
    assert project.hashes(folder) == expected


@pytest.fixture(scope="module")
def undisturbed(
    finished: Project, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, float]:
    """The whole workflow with `WHOLE`, and the seconds that it takes."""
    project = finished.copy(tmp_path_factory.mktemp("undisturbed"))
    project.change(WHOLE)
    began = time.monotonic()
    project.dvc("repro")
    return project, time.monotonic() - began


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_killed_at_a_random_moment(
    project: Project, undisturbed: tuple[Project, float], seed: int
) -> None:
    """Of the whole workflow: prepare, split, trainings, features, report."""
    expected, seconds = undisturbed
    project.change(WHOLE)
    running = start(project)
    time.sleep(random.Random(seed).uniform(0.5, 0.7 * seconds))
    assert running.poll() is None, "it was too fast to be killed"
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    project.check()  # as `make repro` does, see the next test
    project.dvc("repro")
    results = ("data", "reports")
    assert project.hashes(*results) == expected.hashes(*results)
    assert project.lock() == expected.lock()


def test_a_lock_that_dvc_was_writing_when_it_was_killed(stubs: Project) -> None:
    """DVC writes it in place; `make repro` goes on, and nothing is trained twice."""
    stubs.change({"head.lr": 0.03})
    assert stubs.repro()
    expected, lock = stubs.hashes("data", "reports"), stubs.root / "dvc.lock"
    finished = lock.read_text()
    lock.write_text(finished[: finished.rindex("cmd:")])
    assert "dvc.lock' validation failed" in stubs.python("-m", "dvc", "repro").stderr
    stubs.check()
    assert stubs.repro() == {"report"}  # which DVC does not cache
    assert stubs.hashes("data", "reports") == expected
    assert lock.read_text() == finished
