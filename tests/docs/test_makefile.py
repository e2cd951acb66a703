"""`make` where the project lies in an odd place, or the caller's shell has odd settings."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from projects import CHECKOUT

from semisup.project import derived

ODD = ["a place", "it's", "a&b", "$x", "(1)"]
PYTHON = """\
#!/bin/sh
case "$*" in
  "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *) echo "$@" >> said ;;
esac
"""


def program(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def make(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],  # as where make itself runs the tests
        cwd=folder,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ODD)
def test_the_environment_is_set_up_in_any_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    for file in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy2(CHECKOUT / file, folder)
    done = make(folder, "setup", f"PYTHON={program(tmp_path / 'python', PYTHON)}")
    assert done.returncode == 0, done.stderr
    assert (folder / "said").read_text().splitlines()[-1].endswith("--no-deps --editable .")
    assert (folder / ".venv/.installed").exists()


def made_up(folder: Path, is_own: bool) -> None:
    """A project where `make setup` has nothing to do; is_own: as `semisup init` makes it."""
    text = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    (folder / "Makefile").write_text(derived.makefile(text) if is_own else text)
    for file in ("pyproject.toml", "requirements.lock", ".venv/.installed"):
        program(folder / file, "")


@pytest.mark.parametrize("is_own", [False, True])
def test_a_shell_runs_simple_commands_too(is_own: bool, tmp_path: Path) -> None:
    """Where make 3.81, that of macOS, does it by itself, it does not look into .venv/bin."""
    made_up(tmp_path, is_own)
    done = make(tmp_path, "check-params", PATH="/usr/bin:/bin")
    assert re.match("sh: .*semisup: .*not found", done.stderr), done.stderr


@pytest.mark.parametrize("is_own", [False, True])
def test_warnings_that_the_caller_made_errors_end_nothing(is_own: bool, tmp_path: Path) -> None:
    """DVC would end by one of its own."""
    made_up(tmp_path, is_own)
    program(tmp_path / ".venv/bin/semisup", '#!/bin/sh\necho "<$PYTHONWARNINGS>"\n')
    assert make(tmp_path, "check-params", PYTHONWARNINGS="error").stdout == "<>\n"
