"""Stages in another Python than that of the project; Ctrl-C while packages are imported."""

import os
import shutil
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


@pytest.mark.parametrize(("is_checkout", "top"), [(True, "here"), (False, "installed")])
def test_the_code_that_runs_is_that_beside_the_stages(
    is_checkout: bool, top: str, tmp_path: Path
) -> None:
    """As in a clone that shares the environment of another; also in what a stage starts."""
    said = "import environment\nfrom multiprocessing import get_context\nimport semisup\n"
    said += "if __name__ == '__main__':\n    with get_context('spawn').Pool(1) as pool:\n"
    said += "        print(pool.apply(eval, ['__import__(\"semisup\").__file__']))\n"
    said += "        print(semisup.__file__)\n"
    for name in ("installed", *(["here/src"] * is_checkout)):
        (tmp_path / name / "semisup").mkdir(parents=True)
        (tmp_path / name / "semisup/__init__.py").touch()
    (tmp_path / "here/stages").mkdir(parents=True)
    shutil.copy(CHECKOUT / "stages/environment.py", tmp_path / "here/stages")
    (tmp_path / "here/stages/split.py").write_text(said)
    done = subprocess.run(
        [sys.executable, "stages/split.py"],
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
        cwd=tmp_path / "here",
        capture_output=True,
        text=True,
        check=True,
    )
    assert [Path(line).relative_to(tmp_path).parts[0] for line in done.stdout.split()] == [top] * 2


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        ("KeyboardInterrupt", -2, "interrupted: nothing was written; run it again to go on\n"),
        ("ZeroDivisionError", 1, "Traceback (most recent call last):\n"),
    ],
)
def test_ctrl_c_while_packages_are_imported_is_one_line(
    raised: str, status: int, said: str, tmp_path: Path
) -> None:
    """Which lasts longer than many a stage."""
    (tmp_path / "numpy.py").write_text(f"raise {raised}\n")
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, CHECKOUT / "stages/head.py"],
        env=os.environ | {"PYTHONPATH": paths},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    assert done.stderr.startswith(said)
    assert said.startswith("Trace") or done.stderr == said
