"""Results that one clone has are not computed again in another, as docs/dvc.md advises."""

import re
from pathlib import Path
from typing import Any

import pytest
from projects import TASK, Project


def share(project: Project, tmp_path: Path) -> None:
    """Give the project a remote and commit that."""
    project.restore()
    project.dvc("remote", "add", "--default", "shared", str(tmp_path / "shared"))
    project.commit("Shared results")


def stages_run(said: str) -> list[str]:
    return re.findall(r"^Running stage '(.+)':$", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ({}, []),
        (
            {"finetune.lr": 0.03, "label_budgets": [2]},
            [f"finetune@{TASK}-2", f"selftrain@{TASK}-2", "report", "export"],
        ),
    ],
)
def test_a_clone_fetches_what_was_pushed(
    stubs: Project, tmp_path: Path, edit: dict[str, Any], expected: list[str]
) -> None:
    share(stubs, tmp_path)
    stubs.dvc("push", "--run-cache")
    clone = stubs.clone(tmp_path)
    clone.change(edit)
    assert stages_run(clone.dvc("repro", "--pull")) == expected


def test_a_clone_takes_a_stage_that_another_has_run(stubs: Project, tmp_path: Path) -> None:
    """Although its dvc.lock names other results, which nobody pushed."""
    edit = {"pretrain.rotation.lr": 0.05}
    share(stubs, tmp_path)
    stubs.change(edit)
    stubs.dvc("repro", f"pretrain@{TASK}")
    stubs.dvc("push", "--run-cache")
    clone = stubs.clone(tmp_path)
    clone.change(edit)
    said = clone.dvc("repro", "--pull")
    assert f"Stage 'pretrain@{TASK}' is cached" in said
    assert f"pretrain@{TASK}" not in stages_run(said)
    assert "report" in stages_run(said)


def test_a_lock_that_was_cut_off_is_mended_by_git(stubs: Project) -> None:
    stubs.restore()
    lock = stubs.root / "dvc.lock"
    finished = lock.read_text()
    lock.write_text(finished[: finished.index(":", len(finished) // 2)])  # within a key
    assert stubs.python("-m", "dvc", "repro").returncode != 0
    stubs.git("checkout", "dvc.lock")
    assert stubs.repro() == set()
    lock.unlink()
    assert stubs.repro() <= {"report"}, "which DVC does not cache"
    assert lock.read_text() == finished
