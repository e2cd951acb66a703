"""Small real projects to try the workflow in: Git and DVC, tiny data, tiny networks."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock
from warm import warm_python

CHECKOUT = Path(__file__).parents[2]
COPIED = [
    *("dvc.yaml", "params.yaml", ".gitignore", ".dvcignore", "stages", "src"),
    *(".dvc/.gitignore", ".dvc/config", ".dvc/plots", "data/README.md", "data/raw/README.md"),
    *(path.relative_to(CHECKOUT).as_posix() for path in CHECKOUT.glob("data/*/.gitkeep")),
]
STAGES: dict[str, Any] = yaml.safe_load((CHECKOUT / "dvc.yaml").read_text("utf-8"))["stages"]
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.pyc")
TIMEOUT_SECONDS = 600

TASK, BUDGETS = "rotation", (1, 2)
TINY = {
    "seed": 0,
    "label_budgets": list(BUDGETS),
    "pretext_tasks": [TASK],
    "finetune_tasks": [TASK],
    "control_budgets": [],
    "draws": 2,
    "data.source": "glyphs",
    "data.image_size": 16,
    "data.color": "auto",
    "data.max_rejected_fraction": 0.05,
    "data.augment.shift": 0.1,
    "data.glyphs": {"classes": 6, "train_images": 240, "test_images": 60, "clutter": 0.3},
    "split.validation": "separate",
    "split.validation_per_class": 4,
    "split.max_pool": None,
    "backbone.name": "small",
    "pretrain.epochs": 1,
    "pretrain.rotation.batch_images": 32,
    "pretrain.heldout_images": 20,
    "pretrain.augment.shift": 0.1,
    "pretrain.rotation.lr": 0.1,
    "embed.layer": "conv5",
    "embed.pool": 2,
    "embed.views": 1,
    "embed.images_per_class": 8,
    "embed.pool_images": 60,
    "neighbours.count": 5,
    "neighbours.dimensions": 16,
    "head.hidden": [16],
    "head.lr": 0.05,
    "head.epochs": 2,
    "head.min_updates": 4,
    "spread.lr": 0.02,
    "spread.batch_size": 32,
    "spread.epochs": 2,
    "spread.min_updates": 4,
    "choose.budgets": [1, 2],
    "choose.draws": 2,
    "finetune.start": "spread",
    "finetune.lr": 0.02,
    "finetune.epochs": 1,
    "finetune.min_updates": 2,
    "finetune.patience": 5,
    "selftrain.batch_size": 8,
    "selftrain.pool_batch": 16,
    "selftrain.updates": 3,
    "supervised.layer": "conv5",
    "supervised.pool": 2,
    "supervised.hidden": [16],
    "supervised.lr": 0.1,
    "supervised.epochs": 2,
    "supervised.min_updates": 8,
    "report.confidence": 0.95,
    "export.onnx": False,  # which takes seconds
    "compute": {
        "device": "cpu",
        "precision": "float32",
        "threads": 1,
        "processes": 1,
        "memory_gib": 4.0,
        "checkpoint_seconds": 30.0,
    },
}


def command_of(stage: str, task: str, budget: str) -> list[str]:
    """What dvc.yaml runs of a stage, for such an item of its matrix: a script and its arguments."""
    command = STAGES[stage]["cmd"].removeprefix("python ")
    return command.replace("${item.task}", task).replace("${item.budget}", budget).split()


def stages_by(item: str) -> list[str]:
    """Stages that dvc.yaml makes one of for each `task` or `budget`, in its order."""
    return [name for name, stage in STAGES.items() if item in stage.get("matrix", {})]


@dataclass(frozen=True)
class Project:
    """A folder that holds the workflow. No Git or DVC settings of the user count there.

    source: where the package lies, seen from there.
    """

    root: Path
    source: str = "src"

    @property
    def env(self) -> dict[str, str]:
        """With a Python and a DVC that have imported the libraries already."""
        warm, cold = warm_python(), self.cold_env
        return cold | warm.env | {"PATH": f"{warm.bin}{os.pathsep}{cold['PATH']}"}

    @property
    def cold_env(self) -> dict[str, str]:
        """With programs as they are, for tests of signals."""
        unset = ("GIT_", "DVC_", "PYTHON", "PYTEST_", "COV_")
        env = {name: v for name, v in os.environ.items() if not name.startswith(unset)}
        beside = self.root.parent
        return env | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}",
            "PYTHONPATH": self.source,
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(beside / "dvc-site"),
            "DVC_GLOBAL_CONFIG_DIR": str(beside / "dvc-global"),
            "DVC_SYSTEM_CONFIG_DIR": str(beside / "dvc-system"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A Tester",
            "GIT_AUTHOR_EMAIL": "tester@example.org",
            "GIT_COMMITTER_NAME": "A Tester",
            "GIT_COMMITTER_EMAIL": "tester@example.org",
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert not check or done.returncode == 0, (
            f"{' '.join(command)}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done

    def dvc(self, *arguments: str) -> str:
        return self.run("dvc", *arguments).stdout

    def check(self) -> None:
        """What `make repro` does first."""
        self.run("semisup", "check")

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments).stdout

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Status and output of a Python program, whatever they are."""
        return self.run("python", *arguments, check=False)

    def change(self, values: Mapping[str, Any]) -> None:
        """Set keys of params.yaml, given by their dotted paths."""
        path = self.root / "params.yaml"
        params = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key, value in values.items():
            *sections, name = key.split(".")
            section = params
            for part in sections:
                section = section[part]
            section[name] = value
        path.write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")

    def repro(self) -> set[str]:
        """`dvc repro`; returns the stages that it ran, not those that it took from the cache."""
        ran = re.findall(r"^Running stage '(.+)':$", self.dvc("repro"), re.MULTILINE)
        assert len(ran) == len(set(ran))
        return set(ran)

    def prune(self) -> None:
        """Remove results that params.yaml no longer asks for, as `make repro` does first."""
        self.run("semisup", "prune")

    def restore(self) -> None:
        """Let DVC itself bring the results from the cache: of a copy's it knows nothing."""
        for path in (self.root / "data").iterdir():
            if path.is_dir() and path.name != "raw":
                shutil.rmtree(path)
        self.git("checkout", "--quiet", "--", "data")
        self.dvc("checkout", "--quiet")

    def lock(self) -> dict[str, Any]:
        """Stages of dvc.lock by name."""
        stages: dict[str, Any] = yaml.safe_load((self.root / "dvc.lock").read_text())["stages"]
        return stages

    def hashes(self, *folders: str) -> dict[str, str]:
        """Hash of every file and the names of all folders below the given ones, but of times."""
        found = {}
        for folder in folders:
            for path in sorted((self.root / folder).rglob("*")):
                if path.name == "times.csv":  # not twice the same
                    continue
                content = path.read_bytes() if path.is_file() else b"a folder"
                found[str(path.relative_to(self.root))] = hashlib.sha256(content).hexdigest()
        return found

    def copy(self, parent: Path, ignore: Callable[..., Iterable[str]] | None = None) -> "Project":
        """The same, with its cache and history, in another place."""
        root = parent / "project"
        shutil.copytree(self.root, root, True, ignore, copy_or_link)
        return Project(root)

    def clone(self, parent: Path) -> "Project":
        """What Git alone brings to another place: no cache, no data."""
        root = parent / "clone"
        self.git("clone", "--quiet", str(self.root), str(root))
        return Project(root)


def copy_or_link(source: str, target: str) -> None:
    """What Git and DVC store by its hash is never written again: half of the files."""
    if "/.git/objects/" in source or "/.dvc/cache/" in source:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def use_stubs(project: Project) -> None:
    """Replace each command of dvc.yaml by `stub_stage.py`; all else that it declares stays."""
    path = project.root / "dvc.yaml"
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    declared = {}
    for name, stage in workflow["stages"].items():
        items = [f"{item}=${{item.{item}}}" for item in stage.get("matrix", {})]
        stage["cmd"] = " ".join(["python", "stub_stage.py", name, *items])
        outs = [*stage["outs"], *stage.get("metrics", [])]
        declared[name] = {key: stage[key] for key in ("deps", "params")} | {
            "outs": [out if isinstance(out, str) else next(iter(out)) for out in outs]
        }
    path.write_text(yaml.safe_dump(workflow, sort_keys=False), encoding="utf-8")
    (project.root / "stubs.json").write_text(json.dumps(declared))
    shutil.copy2(Path(__file__).with_name("stub_stage.py"), project.root)


def new_project(root: Path, stubs: bool = False) -> Project:
    """The workflow of this checkout with the tiny parameters, committed and never run.

    Args:
        root: of the project, not there yet.
        stubs: whether its stages only pretend to work, see `stub_stage.py`.
    """
    for name in COPIED:
        source, target = CHECKOUT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=NOT_COPIED)
        else:
            shutil.copy2(source, target)
    project = Project(root)
    project.change(TINY)
    if stubs:
        use_stubs(project)
    project.git("init", "--quiet", "--initial-branch", "main")
    project.commit("Workflow")
    return project


def finished_once(base: Path, worker: str, name: str, stubs: bool = False) -> Project:
    """A project whose workflow has run and is committed, made once for all workers of xdist.

    Args:
        base: the session's folder for temporary files, which workers have below a common one.
        worker: pytest-xdist's `worker_id`.
        name: of the project's folder.
        stubs: as of `new_project`.
    """
    shared = base if worker == "master" else base.parent
    place, done = shared / name, shared / f"{name}.done"
    with FileLock(shared / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(place, ignore_errors=True)  # of a worker that failed
            project = new_project(place / "project", stubs)
            project.dvc("repro")
            project.commit("Results")
            project.git("gc", "--quiet")  # few files, quick to copy
            done.touch()
    return Project(place / "project")
