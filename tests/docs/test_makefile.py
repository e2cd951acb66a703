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
  "-m venv .venv"|"-m venv --clear .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
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


def set_up(folder: Path) -> str:
    """What `make setup` says of the programs that it runs, the fast ones in place of the slow."""
    done = make(folder, "setup", f"PYTHON={program(folder.parent / 'python', PYTHON)}")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(params=ODD)
def clone(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """What `make setup` needs of one, in a folder of an odd name."""
    folder = tmp_path / str(request.param)
    folder.mkdir()
    for file in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy2(CHECKOUT / file, folder)
    return folder


def test_the_environment_is_set_up_in_any_folder(clone: Path) -> None:
    set_up(clone)
    assert (clone / "said").read_text().splitlines()[-1].endswith("--no-deps --editable .")
    assert (clone / ".venv/.installed").exists()
    assert "-m venv" not in set_up(clone), "it is there"


def test_an_environment_of_another_place_is_made_anew(clone: Path) -> None:
    """The clone was moved or copied: programs have the path of the first place inside."""
    set_up(clone)
    moved = clone.with_name(f"{clone.name}, moved")
    clone.rename(moved)
    assert "-m venv --clear .venv" in set_up(moved)
    assert "-m venv" not in set_up(moved)
    (moved / "pyproject.toml").touch()
    assert "-m venv  .venv" in set_up(moved), "with what is there"


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
