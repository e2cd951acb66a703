"""Run a study in a copy of the workflow, so that the project's own data and results stay.

The copy lies in .studies/NAME and shares DVC's cache with the project. It stays there: what was
interrupted goes on, what ran need not run again.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from semisup.cli import lockfile, workflow
from semisup.params.loading import PARAMS_FILE, Params, load, load_and_check_tasks
from semisup.studies import overlay, results
from semisup.studies.overlay import Study
from semisup.workflow.errors import UserError
from semisup.workflow.outputs import RAW

COPIES = Path(".studies")
CODE = ("src", "stages")
FILES = ("dvc.yaml", ".dvcignore", ".dvc/config")


def study(name: str, quick: bool) -> Path:
    """Run what changed of a study, write its results; returns their folder.

    Args:
        name: of a file of studies/.
        quick: whether in the form for two cores.

    Raises:
        UserError: where the study, its data or its settings are not as they must be, or a stage
            failed.
    """
    load(PARAMS_FILE)  # which says what is wrong with it
    chosen = overlay.read(name)
    called = f"{name}-quick" if quick else name
    copy = COPIES / called
    with TemporaryDirectory() as scratch:  # what is refused leaves no copy
        settings = Path(scratch) / PARAMS_FILE
        overlay.write_over(PARAMS_FILE, chosen.overlay(quick), settings)
        try:
            params = load_and_check_tasks(settings)
        except UserError as error:
            raise UserError(f"{overlay.FOLDER / name}.yaml, over {error}") from None
        there = _raw_files(chosen, params)
        _copy_workflow(copy)
        shutil.copyfile(settings, copy / PARAMS_FILE)
    _link_raw(there, copy)
    _run(copy)
    return results.write(called, chosen, params, copy)


def _copy_workflow(copy: Path) -> None:
    """Code and stages as they are now; data and results of an earlier run stay."""
    for name in CODE:
        shutil.rmtree(copy / name, ignore_errors=True)
        shutil.copytree(name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-*"))
    for name in FILES:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(name, copy / name)
    for kept in Path("data").glob("*/.gitkeep"):  # folders that the report depends on
        (copy / kept).parent.mkdir(parents=True, exist_ok=True)
        (copy / kept).touch()
    (copy / "reports").mkdir(exist_ok=True)
    _set_dvc(copy / ".dvc/config.local", {"core": {"no_scm": True}, "cache": {"dir": _cache()}})


def _set_dvc(file: Path, settings: dict[str, dict[str, object]]) -> None:
    """As DVC writes it: a path may have signs that mean something there."""
    from configobj import ConfigObj

    written = ConfigObj(settings, encoding="utf-8")
    written.filename = str(file)
    written.write()


def _cache() -> str:
    """Where the project's DVC keeps results."""
    command = [*workflow.DVC, "cache", "dir"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"DVC: {' '.join(done.stderr.split())}")
    return done.stdout.strip()


def _raw_files(chosen: Study, params: Params) -> list[str]:
    """The names of the study's own part of data/raw that are there."""
    gone = [RAW / name for name in chosen.raw if not (RAW / name).exists()]
    if gone and params.data.source != "torchvision":  # which downloads what is missing
        raise UserError(f"{gone[0]}: not there; {chosen.needs}")
    return [name for name in chosen.raw if RAW / name not in gone]


def _link_raw(names: Sequence[str], copy: Path) -> None:
    """Put these parts of data/raw into the copy: each file by another name, which takes no room."""
    (copy / RAW).mkdir(parents=True, exist_ok=True)
    for name in names:
        source, target = RAW / name, copy / RAW / name
        if target.is_dir():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, copy_function=_link)
        else:
            _link(str(source), str(target))


def _link(source: str, target: str) -> None:
    try:
        os.link(Path(source).resolve(), target)
    except OSError:  # another disk
        shutil.copyfile(source, target)


def _run(copy: Path) -> None:
    """As `make repro` does; what the stages print is shown."""
    with chdir(copy):
        lockfile.mend_after_kill()
    env = workflow.environment() | {"PYTHONPATH": str((copy / "src").resolve())}
    prune = [*workflow.DVC, "checkout", "--allow-missing", "--quiet"]
    subprocess.run(prune, cwd=copy, env=env, check=False, capture_output=True)
    if subprocess.run([*workflow.DVC, "repro"], cwd=copy, env=env, check=False).returncode:
        raise workflow.failure()
