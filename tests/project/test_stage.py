"""A stage's script in a project of one's own ends as it does in the repository."""

import sys
from pathlib import Path

import pytest

from semisup.cli.main import main
from semisup.project import code, shipped, stage

SCRIPT = """\
from semisup.workflow import command

def main():
    {does}

command.run(main)
"""


def run_slow(does: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    """`semisup stage slow` in a folder; gives its status."""
    script = folder / "slow.py"
    script.write_text(SCRIPT.format(does=does))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(shipped, "stages", lambda: {"slow": script})
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "argv", ["semisup", "stage", "slow"])
    with pytest.raises(SystemExit) as leaving:
        main()
    return leaving.value.code


@pytest.mark.parametrize(
    ("does", "status", "said"),
    [
        (
            "raise KeyboardInterrupt",
            130,
            "interrupted: nothing was written; run it again to go on\n",
        ),
        ("raise command.UserError('a: b; do c')", 2, "error: a: b; do c\n"),
    ],
)
def test_what_ends_it_is_said_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    does: str,
    status: int,
    said: str,
) -> None:
    assert run_slow(does, tmp_path, monkeypatch) == status
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(("by_dvc", "status"), [(True, 3), (False, 2)])
def test_without_dvc_a_stage_wants_the_hashes_of_the_installed_version(
    by_dvc: bool,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """They are part of what says whether a checkpoint counts; `code` makes them under DVC."""
    monkeypatch.delenv("DVC_STAGE", raising=False)
    if by_dvc:
        monkeypatch.setenv("DVC_STAGE", "slow")
    (tmp_path / code.FOLDER).mkdir(parents=True)
    assert run_slow("raise SystemExit(3)", tmp_path, monkeypatch) == status
    told = "error: data/code: of another version of semisup than the installed one; run `semisup co"
    assert capsys.readouterr().err.startswith(told) != by_dvc
    (tmp_path / "params.yaml").touch()
    code.write()
    assert run_slow("raise SystemExit(3)", tmp_path, monkeypatch) == 3


def test_its_help_names_the_stages(capsys: pytest.CaptureFixture[str]) -> None:
    stage.run("--help", [])
    assert "semisup stage NAME; the names are choose, embed, export, " in capsys.readouterr().out
