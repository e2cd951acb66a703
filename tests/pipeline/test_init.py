"""Stages of a project of one's own run the installed package, and again when its code changes."""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from pictures import write_pictures
from projects import CHECKOUT, NOT_COPIED, STAGES, TINY, Project

from semisup.project import shipped
from semisup.workflow import outputs

BEGINS = re.compile(r"^Running stage '(.+)':$", re.MULTILINE)
MADE = {key: value for key, value in TINY.items() if key != "data.source"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A checkout of its own, to change at will."""
    top = tmp_path / "checkout"
    shutil.copytree(CHECKOUT / "src", top / "src", ignore=NOT_COPIED)
    shipped.copy(CHECKOUT, top)
    return top


@pytest.fixture
def made(package: Path, tmp_path: Path) -> Project:
    """A project of images in two class folders, with tiny settings."""
    for label in ("cat", "dog"):
        write_pictures(tmp_path / "photos" / label, 12)
    outside = Project(tmp_path, str(package / "src"))
    outside.run("semisup", "init", "mine", "--labelled", "photos")
    project = Project(tmp_path / "mine", str(package / "src"))
    project.change(MADE)
    return project


def ran(project: Project) -> list[str]:
    return BEGINS.findall(project.dvc("repro", "split"))


def test_an_update_runs_the_stages_whose_code_changed(made: Project, package: Path) -> None:
    assert ran(made) == ["code", "prepare", "split"]
    assert ran(made) == ["code"], "which notes that nothing has changed"
    with (package / "src/semisup/split/writing.py").open("a") as file:
        file.write("# of a new version\n")
    assert ran(made) == ["code", "split"]
    with (package / "stages/prepare.py").open("a") as file:
        file.write("# of a new version\n")
    assert ran(made) == ["code", "prepare"], "and wrote what it had written"
    assert made.run("semisup", "stage", "splt", check=False).stderr == (
        "error: splt: no such stage (did you mean 'split'?); allowed: "
        f"{', '.join(sorted(STAGES))}\n"
    )


@pytest.mark.slow
def test_a_wheel_brings_all_that_a_project_needs(tmp_path: Path) -> None:
    """Installed alone into an environment of its own; the libraries are those of this one."""
    pip = [sys.executable, "-m", "pip", "--quiet"]
    wheel = [
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        tmp_path,
        tmp_path / "own",
    ]
    shutil.copytree(CHECKOUT / "src", tmp_path / "own/src", ignore=NOT_COPIED)
    shipped.copy(CHECKOUT, tmp_path / "own")
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy2(CHECKOUT / name, tmp_path / "own")
    subprocess.run([*pip, *wheel], check=True)
    (built,) = tmp_path.glob("*.whl")
    place = tmp_path / "env"
    venv.create(place, symlinks=True)
    (libraries,) = place.glob("lib/python*/site-packages")
    others = next(path for path in sys.path if path.endswith("site-packages"))
    (libraries / "others.pth").write_text(f"{others}\n")
    install = [
        "--python",
        place / "bin/python",
        "install",
        "--no-deps",
        "--ignore-installed",
        built,
    ]
    subprocess.run([*pip, *install], check=True)

    outside = Project(tmp_path)
    env = outside.cold_env | {"PATH": f"{place / 'bin'}{os.pathsep}{outside.cold_env['PATH']}"}
    del env["PYTHONPATH"]
    for label in ("cat", "dog"):
        write_pictures(tmp_path / "photos" / label, 12)
    subprocess.run(
        ["semisup", "init", "mine", "--labelled", "photos"], cwd=tmp_path, env=env, check=True
    )
    made = Project(tmp_path / "mine")
    made.change(MADE)
    repro = ["dvc", "repro", "split"]
    done = subprocess.run(
        repro, cwd=made.root, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert BEGINS.findall(done.stdout) == ["code", "prepare", "split"]
    noted = (made.root / "data/code/split/roles.py").read_text().strip()
    (installed,) = libraries.glob("semisup/split/roles.py")
    assert noted == outputs.sha256(installed)
    assert not (made.root / "data/code/project/shipped").exists(), "the stages are noted once"
