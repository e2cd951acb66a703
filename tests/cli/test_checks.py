"""What is refused before a stage runs."""

from pathlib import Path

import pytest

from semisup.cli import checks
from semisup.workflow.errors import UserError


def test_a_project_without_git_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"no Git repository here, .* run `git init`, or `dvc conf"):
        checks.check_git()
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    checks.check_git()
    (tmp_path / ".dvc/config").unlink()
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path / ".dvc")
    checks.check_git()
