"""What stages import and read when they run is what dvc.yaml declares: no less, no more."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from pictures import write_pictures
from projects import BUDGETS, CHECKOUT, TASK, Project

pytestmark = pytest.mark.xdist_group("observed")  # one worker runs the stages for all these tests

TASKS = sorted(path.stem for path in (CHECKOUT / "src/semisup/pretext").glob("[a-z]*.py"))
NOT_DECLARED = "compute."  # how it is computed, not what


@dataclass(frozen=True)
class Seen:
    """What one stage of dvc.lock did in one configuration."""

    stage: str
    declared_params: set[str]
    declared: set[str]
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
    """Every stage with the embedded images, with folders, and `prepare` with a torchvision set.

    Of those that differ only by the budget, one.
    """
    of_kind = {stage.partition("@")[0]: stage for stage in finished.lock()}
    every = list(of_kind.values())
    budget = [BUDGETS[-1]]
    of_glyphs = finished.copy(tmp_path_factory.mktemp("glyphs"))
    of_glyphs.change({"label_budgets": budget})
    found = observe(of_glyphs, every)
    of_folders = finished.copy(tmp_path_factory.mktemp("folders"))
    of_folders.change(some_folders(of_folders))
    of_folders.change({"split.validation": "within_budget", "label_budgets": budget})
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
        if not file.endswith("/__init__.py")  # which hold docstrings only
        and not any(f"{file}/".startswith(f"{path}/") for path in one.declared)
    }
    assert all(one.imported for one in observed)
    assert missing == set()


def test_project_runs_its_own_code(finished: Project) -> None:
    done = finished.python("-c", "import semisup; print(semisup.__file__)")
    assert Path(done.stdout.strip()) == finished.root / "src/semisup/__init__.py"
