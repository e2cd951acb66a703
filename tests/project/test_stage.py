"""A stage's script in a project of one's own ends as it does in the repository."""

import sys
from pathlib import Path

import pytest

from semisup.cli.main import main
from semisup.project import shipped

SCRIPT = """\
from semisup.workflow import command

def main():
    {does}

command.run(main)
"""


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
    script = tmp_path / "slow.py"
    script.write_text(SCRIPT.format(does=does))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shipped, "stages", lambda: {"slow": script})
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "argv", ["semisup", "stage", "slow"])
    with pytest.raises(SystemExit) as leaving:
        main()
    assert leaving.value.code == status
    assert capsys.readouterr().err == said
