"""dvc.yaml declares what stages use: each room of code that they import, each parameter they read.

Too little there, and an edit goes unnoticed; too much, and it reruns what it does not affect.
"""

import ast
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from pictures import write_pictures
from projects import CHECKOUT, TASK, Project

SOURCE = CHECKOUT / "src"
PACKAGE = "semisup"
PRETEXT = f"src/{PACKAGE}/pretext"
STAGES = yaml.safe_load((CHECKOUT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
TASKS = sorted(path.stem for path in (CHECKOUT / PRETEXT).glob("[a-z]*.py"))
TASK_FILE = f"{PRETEXT}/${{item.task}}.py"

NOT_DECLARED = "compute."  # how it is computed, not what


# Code


def code_file(module: str) -> Path | None:
    """File of a module of the package, None where it is no module but a name within one."""
    base = SOURCE.joinpath(*module.split("."))
    files = (base / "__init__.py", base.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


def imported_modules(file: Path) -> Iterator[str]:
    """Modules of the package that a file names in imports, anywhere in it, with their parents."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            if parts[0] == PACKAGE:
                yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def closure(start: Path) -> set[str]:
    """Every file of the package that a file imports, directly or not, as paths of dvc.yaml."""
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        for module in imported_modules(waiting.pop()):
            file = code_file(module)
            if file and file not in found:
                found.add(file)
                waiting.append(file)
    return {file.relative_to(CHECKOUT).as_posix() for file in found}


def declared_code(stage: str) -> set[str]:
    """Rooms and files, as dvc.yaml has them."""
    return {dep for dep in STAGES[stage]["deps"] if dep.startswith(("src/", "stages/"))}


def script_of(stage: str) -> str:
    return str(STAGES[stage]["cmd"].split()[1])


def needed_by(stage: str) -> set[str]:
    """Every file that a stage imports, for `pretrain` whichever task it trains."""
    script = script_of(stage)
    needed = {script} | closure(CHECKOUT / script)
    if stage == "pretrain":
        for task in TASKS:
            needed |= closure(CHECKOUT / PRETEXT / f"{task}.py")
    return {file for file in needed if not file.endswith("__init__.py")}


def lies_within(file: str, declared: Iterable[str]) -> bool:
    return any(file == room or file.startswith(f"{room}/") for room in declared)


# Files of declared rooms that the stage does not import: an edit there reruns it without need. To
# make this list anew, run the test: it shows both sides.
OVER_DECLARED = {
    "prepare": set[str](),
    "split": {"workflow/scratch.py"},
    "pretrain": set[str](),
    "embed": set[str](),
    "head": {"classify/classifier.py", "data/augment.py", "data/device_images.py"},
    "finetune": set[str](),
    "supervised": set[str](),
    "report": {"workflow/scratch.py"},
}


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_stage_imports_is_declared(stage: str) -> None:
    declared = declared_code(stage)
    tasks = {f"{PRETEXT}/{task}.py" for task in TASKS} if TASK_FILE in declared else set()
    outside = {file for file in needed_by(stage) if not lies_within(file, declared)}
    assert outside <= tasks


@pytest.mark.parametrize("stage", STAGES)
def test_no_room_is_declared_in_vain(stage: str) -> None:
    needed = needed_by(stage)
    used = {room for room in declared_code(stage) if any(lies_within(f, [room]) for f in needed)}
    assert declared_code(stage) - used == ({TASK_FILE} if stage == "pretrain" else set())


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_declared_beyond_need_is_known(stage: str) -> None:
    files = {
        file.relative_to(CHECKOUT).as_posix()
        for room in declared_code(stage)
        for file in (CHECKOUT / room).rglob("*.py")
        if file.name != "__init__.py"
    }
    unused = {file.removeprefix(f"src/{PACKAGE}/") for file in files - needed_by(stage)}
    assert unused == OVER_DECLARED[stage]


@pytest.mark.parametrize("file", sorted((SOURCE / PACKAGE).rglob("__init__.py")), ids=str)
def test_rooms_run_no_code_of_their_own(file: Path) -> None:
    """Else `prepare` would import torch, and an undeclared package could change a stage."""
    (only,) = ast.parse(file.read_text(encoding="utf-8")).body
    assert isinstance(only, ast.Expr)
    assert isinstance(only.value, ast.Constant)


@pytest.mark.parametrize("stage", STAGES)
def test_declared_code_is_listed_once(stage: str) -> None:
    deps = STAGES[stage]["deps"]
    assert len(deps) == len(set(deps))


@pytest.mark.parametrize("task", TASKS)
def test_task_needs_no_more_code_than_pretrain_declares(task: str) -> None:
    file = f"{PRETEXT}/{task}.py"
    declared = {dep.replace("${item.task}", task) for dep in declared_code("pretrain")}
    needed = {file, *closure(CHECKOUT / file)}
    assert all(lies_within(one, declared) for one in needed if not one.endswith("__init__.py"))


# Parameters


@dataclass(frozen=True)
class Seen:
    """What one stage of dvc.lock did in one configuration."""

    stage: str
    declared_params: set[str]
    declared_code: set[str]
    read: set[str]
    imported: set[str]


def observe(project: Project, stages: list[str], may_fail: bool = False) -> list[Seen]:
    """Run stages of the finished workflow's dvc.lock anew and note what they use."""
    lock = project.lock()
    commands, out = project.root / "commands.json", project.root / "seen.json"
    commands.write_text(json.dumps([lock[stage]["cmd"].split()[1:] for stage in stages]))
    observer = Path(__file__).with_name("observe_stages.py")
    done = project.python(str(observer), out.name, commands.name)
    assert done.returncode == 0, done.stderr
    observed = json.loads(out.read_text())
    assert may_fail or all(one["status"] == 0 for one in observed), done.stderr
    return [seen(s, lock[s], one) for s, one in zip(stages, observed, strict=True)]


def seen(stage: str, locked: dict[str, Any], observed: dict[str, Any]) -> Seen:
    return Seen(
        stage,
        set(locked["params"]["params.yaml"]),
        {dep["path"] for dep in locked["deps"] if dep["path"].startswith(("src/", "stages/"))},
        set(observed["read"]),
        {f"src/{path}" for path in observed["imported"]},
    )


def some_folders(project: Project) -> dict[str, Any]:
    """Labelled, test and unlabelled images in data/raw; the parameters that name them."""
    raw = project.root / "data/raw"
    for label in ("cat", "dog"):
        write_pictures(raw / "labelled" / label, 8)
    write_pictures(raw / "test", 4)
    write_pictures(raw / "unlabelled", 30)
    rows = [f"{file.name},cat" for file in sorted((raw / "test").iterdir())]
    (raw / "test.csv").write_text("\n".join(["path,label", *rows]) + "\n")
    return {
        "data.source": "folder",
        "data.folder.labelled": "data/raw/labelled",
        "data.folder.unlabelled": "data/raw/unlabelled",
        "data.folder.test": "data/raw/test",
        "data.folder.test_labels": "data/raw/test.csv",
    }


@pytest.fixture(scope="module")
def observed(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> list[Seen]:
    """Every stage with the embedded images, with folders, and `prepare` with a torchvision set."""
    every = list(finished.lock())
    of_glyphs = finished.copy(tmp_path_factory.mktemp("glyphs"))
    found = observe(of_glyphs, every)
    of_folders = finished.copy(tmp_path_factory.mktemp("folders"))
    of_folders.change(some_folders(of_folders))
    of_folders.change({"split.validation": "within_budget", "label_budgets": [1, 2]})
    found += observe(of_folders, every)
    # reading its name is enough, so that nothing is downloaded
    of_folders.change({"data.source": "torchvision", "data.torchvision.name": "NoSuchSet"})
    return found + observe(of_folders, ["prepare"], may_fail=True)


def lies_under(read: str, declared: str) -> bool:
    return read == declared or read.startswith(f"{declared}.")


def names_of(stages: list[Seen]) -> list[str]:
    return sorted({one.stage for one in stages})


def test_all_parameters_read_are_declared(observed: list[Seen]) -> None:
    undeclared = {
        (one.stage, path)
        for one in observed
        for path in one.read
        if not path.startswith(NOT_DECLARED)
        and not any(lies_under(path, declared) for declared in one.declared_params)
    }
    assert undeclared == set()


def test_all_parameters_declared_are_read(observed: list[Seen]) -> None:
    unread = set()
    for name in names_of(observed):
        runs = [one for one in observed if one.stage == name]
        read = set().union(*(one.read for one in runs))
        unread |= {
            (name, declared)
            for declared in runs[0].declared_params
            if not any(lies_under(path, declared) for path in read)
        }
    assert unread == set()


def test_every_parameter_is_read_by_some_stage(finished: Project, observed: list[Seen]) -> None:
    params = yaml.safe_load((finished.root / "params.yaml").read_text(encoding="utf-8"))
    read = set().union(*(one.read for one in observed))
    other_tasks = tuple(f"pretrain.{task}" for task in TASKS if task != TASK)
    dead = {path for path in leaves(params, "") if not path.startswith(other_tasks)} - read
    assert dead <= {"data.torchvision.root"}, "only a set that exists needs this one"


def leaves(section: dict[str, Any], prefix: str) -> Iterator[str]:
    for key, value in section.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def test_nothing_is_imported_that_is_not_declared(observed: list[Seen]) -> None:
    missing = {
        (one.stage, file)
        for one in observed
        for file in one.imported
        if not (file.endswith("__init__.py") or lies_within(file, one.declared_code))
    }
    assert missing == set()


def test_project_runs_its_own_code(finished: Project) -> None:
    done = finished.python("-c", f"import {PACKAGE}; print({PACKAGE}.__file__)")
    assert Path(done.stdout.strip()) == finished.root / f"src/{PACKAGE}/__init__.py"
