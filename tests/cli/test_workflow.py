"""Which stages run; real runs are in tests/pipeline."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import CHECKOUT

from semisup.cli import checks, progress, repro, times, workflow
from semisup.cli.main import check
from semisup.cli.workflow import Stages
from semisup.workflow.errors import UserError

PARENTS = {
    "split": set[str](),
    "pretrain@a": {"split"},
    "pretrain@b": {"split"},
    "head@a-1": {"split", "pretrain@a"},
    "report": {"head@a-1", "pretrain@b"},
}


@pytest.mark.parametrize(
    ("changed", "runs"),
    [
        (set(), set()),
        ({"report"}, {"report"}),
        ({"pretrain@b"}, {"pretrain@b", "report"}),
        ({"pretrain@a"}, {"pretrain@a", "head@a-1", "report"}),
        ({"split"}, set(PARENTS)),
        ({"head@a-1", "pretrain@b"}, {"head@a-1", "pretrain@b", "report"}),
    ],
)
def test_what_runs(changed: set[str], runs: set[str]) -> None:
    assert Stages(PARENTS, changed, [], []).left() == runs


def test_folders_that_no_stage_makes_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after `rm -r data`; of the others each has a stage that writes it."""
    shutil.copy2(CHECKOUT / "dvc.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("data/head").mkdir(parents=True)
    checks.make_folders()
    kept = {path.parent.relative_to(CHECKOUT) for path in CHECKOUT.glob("data/*/.gitkeep")}
    made = {*Path("data").iterdir()} - {Path("data/raw")}
    assert made == {*kept}, "give each .gitkeep, and a line in .gitignore"
    assert workflow.folders_gone() == []


def test_a_file_in_the_project_is_not_taken_for_a_module(tmp_path: Path) -> None:
    (tmp_path / "random.py").write_text("raise SystemExit(9)\n")
    command = [*workflow.DVC, "--version"]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(("path", "then"), [("/a:/b", "/a:/b"), (None, os.defpath)])
def test_stages_find_the_programs_beside_this_python_first(
    path: str | None, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PATH")
    if path:
        monkeypatch.setenv("PATH", path)
    assert workflow.environment()["PATH"] == f"{Path(sys.executable).parent}:{then}"
    assert os.environ.get("PATH") == path


@pytest.mark.parametrize("command", [progress.progress, lambda: repro.repro(1)])
def test_a_folder_below_the_projects_is_refused(
    command: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where DVC would find the project, and name its stages by another path."""
    for name in (".dvc/tmp", "data"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    (tmp_path / "dvc.yaml").write_text("stages: {one: {cmd: touch ran, outs: [ran]}}\n")
    monkeypatch.chdir(tmp_path / "data")
    with pytest.raises(UserError, match=r"^dvc\.yaml: no such file; run this in the project's top"):
        command()
    assert not (tmp_path / "ran").exists()


WHOLE = (CHECKOUT / "dvc.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no stages"),
        ("stages: {}\n", "has no stages"),
        ("stages:\n", r"can't be read \(expected a dictionary"),
        ("- 1\n", r"can't be read \(expected a dictionary"),
        ("stages:\n  split:\n    deps: [data]\n", "can't be read .*required key not provided"),
        (WHOLE.replace("\n  split:", "\n<<<<<<< HEAD\n  split:"), "can't be read .*corrupted"),
        (WHOLE + "\0", "can't be read "),
    ],
    ids=range(7),
)
@pytest.mark.parametrize(
    "command", [progress.progress, lambda: repro.repro(1), times.stages, check]
)
def test_a_file_of_no_use_is_refused_in_one_line(
    command: Callable[[], object],
    text: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copy2(CHECKOUT / "params.yaml", tmp_path)
    (tmp_path / "dvc.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=rf"^dvc\.yaml: {said}.*; take the last commit's: ") as e:
        command()
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    ("line", "edit", "said"),
    [
        ("draws: 3", "draws: 3\ndraws: 4", "not readable as YAML: line 16: found duplicate key"),
        ("control_budgets: []", "", "control_budgets: missing; add it"),
        ("finetune_tasks: [rotation]", "finetune_tasks: rotation", "finetune_tasks: 'rotation' sh"),
    ],
)
@pytest.mark.parametrize("command", [progress.progress, lambda: repro.repro(1)])
def test_a_mistake_in_the_settings_that_dvc_stumbles_over_is_named(
    command: Callable[[], object],
    line: str,
    edit: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DVC would say nothing of the key, or end by a traceback."""
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    (tmp_path / "dvc.yaml").write_text(WHOLE)
    text = (CHECKOUT / "params.yaml").read_text(encoding="utf-8")
    assert f"\n{line}" in text
    (tmp_path / "params.yaml").write_text(text.replace(f"\n{line}", f"\n{edit}", 1))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=rf"^params\.yaml: {said}"):
        command()
