"""dvc.yaml declares the code that stages import, by room.

Too little there, and an edit goes unnoticed; too much, and it reruns what it does not affect.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from projects import CHECKOUT, STAGES

SOURCE = CHECKOUT / "src"
PACKAGE = "semisup"
PRETEXT = f"src/{PACKAGE}/pretext"
TOP = SOURCE / PACKAGE / "__init__.py"  # which imports nothing until `semisup.load` is asked for
PARAMS = yaml.safe_load((CHECKOUT / "params.yaml").read_text(encoding="utf-8"))
TASKS = sorted(path.stem for path in (CHECKOUT / PRETEXT).glob("[a-z]*.py"))
TASK_FILE = f"{PRETEXT}/${{item.task}}.py"

CODE = ("src/", "stages/")


def code_file(module: str) -> Path | None:
    """File of a module of the package, None where it is no module but a name within one."""
    base = SOURCE.joinpath(*module.split("."))
    files = (base / "__init__.py", base.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


@cache
def imported_modules(file: Path) -> frozenset[str]:
    """Modules of the package that a file names in imports, anywhere in it, with their parents."""
    return frozenset(_imported(file))


def _imported(file: Path) -> Iterator[str]:
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
                waiting += [file] if file != TOP else []
    return {file.relative_to(CHECKOUT).as_posix() for file in found}


def files_of(dependencies: Iterable[str]) -> set[str]:
    """Files of code that dependencies name or hold, as paths of dvc.yaml."""
    found: set[str] = set()
    for dependency in dependencies:
        path = CHECKOUT / dependency
        files = path.rglob("*.py") if path.is_dir() else [path]
        found |= {file.relative_to(CHECKOUT).as_posix() for file in files}
    return found


def declared_code(stage: str, task: str = "") -> list[str]:
    """What dvc.yaml declares of a stage, and of pretrain for a task, below src and stages."""
    code = [dep for dep in STAGES[stage]["deps"] if dep.startswith(CODE)]
    return [dep.replace("${item.task}", task) for dep in code]


def script_of(stage: str) -> str:
    return str(STAGES[stage]["cmd"].split()[1])


def used_code(stage: str, task: str = "") -> set[str]:
    """What a stage imports, and its task if it is pretrain, but for the rooms' docstrings."""
    used = {script_of(stage)} | closure(CHECKOUT / script_of(stage))
    if stage == "pretrain":
        file = f"{PRETEXT}/{task}.py"
        used |= {file} | closure(CHECKOUT / file)
    return {file for file in used if not is_docstring(file)}


def is_docstring(file: str) -> bool:
    """Of `__init__.py` a test below says that they hold nothing else."""
    return file.endswith("/__init__.py")


CASES = [(stage, "") for stage in STAGES if stage != "pretrain"]
CASES += [("pretrain", task) for task in TASKS]

# What stages do not import of the rooms that they declare: an edit there reruns them in vain, for
# the sake of a dvc.yaml that names rooms. After a change of imports that is meant, run
#   pytest tests/pipeline/test_declarations.py -k rest_of_the_rooms
# and copy what it prints.
NOT_USED = {
    "split": ["workflow/scratch.py"],
    "pretrain": ["features/writing.py", "network/fused.py", "workflow/notes.py"],
    "embed": ["data/views.py", "workflow/notes.py"],
    "head": [
        "classify/classifier.py",
        "classify/network.py",
        "data/augment.py",
        "data/device_images.py",
        "data/views.py",
        "workflow/notes.py",
    ],
    "neighbours": ["workflow/notes.py"],
    "spread": [
        "classify/classifier.py",
        "classify/network.py",
        "data/augment.py",
        "data/device_images.py",
        "data/views.py",
        "workflow/notes.py",
    ],
    "choose": [
        "classify/classifier.py",
        "classify/network.py",
        "classify/results.py",
        "data/augment.py",
        "data/device_images.py",
        "data/views.py",
        "workflow/notes.py",
    ],
    "finetune": ["data/views.py", "network/fused.py", "workflow/notes.py"],
    "selftrain": ["network/fused.py", "workflow/notes.py"],
    "supervised": ["data/views.py", "network/fused.py", "workflow/notes.py"],
    "selftrain_baseline": ["network/fused.py", "workflow/notes.py"],
    "report": [
        "classify/budget.py",
        "classify/classifier.py",
        "classify/draws.py",
        "classify/learner.py",
        "classify/parallel.py",
        "classify/plans.py",
        "classify/results.py",
        "classify/validation.py",
        "data/views.py",
    ],
    "export": ["data/views.py"],
}


@pytest.mark.parametrize(("stage", "task"), CASES)
def test_what_a_stage_imports_is_declared(stage: str, task: str) -> None:
    assert used_code(stage, task) - files_of(declared_code(stage, task)) == set()


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_is_declared_in_vain(stage: str) -> None:
    """Pretrain: what no task uses; a room for one task alone would not do either."""
    used = set().union(*(used_code(name, task) for name, task in CASES if name == stage))
    for task in TASKS if stage == "pretrain" else [""]:
        for dependency in declared_code(stage, task):
            assert files_of([dependency]) & used, f"{stage} uses nothing of {dependency}"


def test_the_rest_of_the_rooms_is_as_listed() -> None:
    found = {}
    for stage in STAGES:
        cases = [task for name, task in CASES if name == stage]
        used = set().union(*(used_code(stage, task) for task in cases))
        declared = set().union(*(files_of(declared_code(stage, task)) for task in cases))
        found[stage] = sorted(
            file.removeprefix(f"src/{PACKAGE}/")
            for file in declared - used
            if not is_docstring(file)
        )
    found = {stage: files for stage, files in found.items() if files}
    assert found == NOT_USED, f"NOT_USED = {json.dumps(found, indent=4)}"


def test_the_package_itself_imports_nothing() -> None:
    code = "import sys, semisup; print(*(m for m in sys.modules if m.startswith('semisup.')))"
    command = [sys.executable, "-c", f"{code}; print('torch' in sys.modules)"]
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=True)
    assert done.stdout == "\nFalse\n"


@pytest.mark.parametrize(
    "file", sorted({*SOURCE.rglob("__init__.py")} - {TOP}), ids=lambda file: file.parent.name
)
def test_rooms_hold_no_code_of_their_own(file: Path) -> None:
    """Who imports a file of a room imports its `__init__.py` too: it must cost nothing."""
    (only,) = ast.parse(file.read_text(encoding="utf-8")).body
    assert isinstance(only, ast.Expr)
    assert isinstance(only.value, ast.Constant)
    assert isinstance(only.value.value, str)


@pytest.mark.parametrize("stage", STAGES)
def test_only_pretrain_depends_on_tasks(stage: str) -> None:
    of_tasks = [dep for dep in STAGES[stage]["deps"] if dep.startswith(PRETEXT)]
    expected = [f"{PRETEXT}/shared", TASK_FILE] if stage == "pretrain" else []
    assert of_tasks == expected


@pytest.mark.parametrize("stage", STAGES)
def test_declared_code_is_listed_once(stage: str) -> None:
    deps = STAGES[stage]["deps"]
    assert len(deps) == len(set(deps))
    nested = {(a, b) for a in deps for b in deps if b.startswith(f"{a}/")}
    assert nested == set(), "a file of a room that is listed too"


def names_in(section: dict[str, Any]) -> set[str]:
    inner = [names_in(value) for value in section.values() if isinstance(value, dict)]
    return set(section).union(*inner)


def test_dvc_sees_every_parameter() -> None:
    """DVC's cache of runs leaves keys of these names out of what it compares, at any depth."""
    assert not names_in(PARAMS) & {"size", "nfiles"}
