"""Stages in another Python than that of the project."""

import subprocess
import sys
from pathlib import Path

import pytest
from projects import CHECKOUT

SCRIPTS = sorted(path.name for path in (CHECKOUT / "stages").glob("*.py"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_one_line_says_that_the_environment_is_not_active(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-E", CHECKOUT / "stages" / name]  # -S: without packages
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: this Python has no semisup: run `source .venv/bin/act")
    assert done.stderr.count("\n") == 1
    assert [*tmp_path.iterdir()] == []
