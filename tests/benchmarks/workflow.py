"""The whole workflow: a budget more, nothing to do, and what each stage costs beside its work."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import yaml
from basics import REPOSITORY, Line, medians, seconds

STAGE = "head"  # the shortest that imports torch
ANOTHER_BUDGET = 24


def lines(scratch: Path) -> Iterator[Line]:
    """In a clone of the last commit, with the default parameters."""
    clone = scratch / "clone"
    subprocess.run(["git", "clone", "--quiet", REPOSITORY, clone], check=True)
    bare = "import sys; sys.path[:0] = ['src', 'stages']"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PYTHONPATH": str(clone / "src"), "PATH": path, "DVC_NO_ANALYTICS": "1"}

    def run(*command: str) -> float:
        call = [sys.executable, *command]
        return seconds(
            lambda: subprocess.run(call, cwd=clone, env=env, check=True, capture_output=True)
        )

    whole = run("-m", "dvc", "repro", "--force")
    nothing = run("-m", "dvc", "repro")
    yield Line("`dvc repro` with nothing to do, seconds", nothing, "<= 5", "default parameters")
    leave = "import os; os._exit(0)"  # as stages do
    works = {
        "python": ("-c", leave),
        "torch": ("-c", f"import torch; {leave}"),
        "imports": ("-c", f"{bare}; import runpy; runpy.run_path('stages/{STAGE}.py'); {leave}"),
        "reading": ("-c", f"{bare}; {_READING}; {leave}"),
        "training": ("-c", f"{bare}; {_TRAINING}; {leave}"),
        **{f"stage {b}": _stage(b) for b in (1, 2, 4)},
        "DVC": _dvc(1),
        "DVC of three": _dvc(1, 2, 4),
    }
    found = medians(*(partial(run, *command) for command in works.values()))
    took = dict(zip(works, found, strict=True))
    fixed = took["DVC"] - (took["training"] - took["reading"])
    yield Line(
        f"what a stage ({STAGE}) costs beside its work, seconds",
        fixed,
        "<= 4",
        f"`dvc repro` of it alone: DVC {took['DVC'] - took['stage 1']:.1f}, "
        f"python {took['python']:.1f}, torch {took['torch'] - took['python']:.1f}, "
        f"other imports {took['imports'] - took['torch']:.1f}, "
        f"reading {took['reading'] - took['imports']:.1f}",
    )
    stages = took["stage 2"] + took["stage 4"]
    further = (took["DVC of three"] - took["DVC"] - stages) / 2
    yield Line(
        "the same of each further stage in one `dvc repro`, seconds",
        further + took["reading"],
        "<= 4",
        f"DVC {further:.1f}, python, imports and reading {took['reading']:.1f}",
    )
    params = clone / "params.yaml"
    values = yaml.safe_load(params.read_text("utf-8"))
    values["label_budgets"] = sorted([*values["label_budgets"], ANOTHER_BUDGET])
    params.write_text(yaml.safe_dump(values, sort_keys=False), "utf-8")
    added = run("-m", "dvc", "repro")
    yield Line(
        "a budget more in a finished default run, against the whole run",
        added / whole,
        "<= 0.2",
        f"{added:.0f} s ({ANOTHER_BUDGET} labels per class) against {whole:.0f} s",
    )


def _stage(budget: int) -> tuple[str, ...]:
    return f"stages/{STAGE}.py", "--task", "rotation", "--budget", str(budget)


def _dvc(*budgets: int) -> tuple[str, ...]:
    stages = (f"{STAGE}@rotation-{budget}" for budget in budgets)
    return "-m", "dvc", "repro", "--force", "--single-item", *stages


_READING = """
from functools import partial
from semisup.compute import device
from semisup.workflow import outputs
from semisup.data.dataset import open_data
from semisup.classify.draws import train_draws
from semisup.features.stored import FeatureSet
from semisup.classify.budget import BudgetRun
from semisup.head import head_learner
from semisup.params.loading import load
params = load()
data = open_data()
runtime = device.start(params.compute)
features = FeatureSet.read(outputs.folder_of("embed", 'rotation'))
"""
_TRAINING = (
    _READING
    + """
run = BudgetRun('head', 'rotation', 1, params, data, runtime, 0)
make = partial(head_learner, run, [features])
list(train_draws(run, make, params.head))
"""
)
_READING, _TRAINING = (
    "; ".join(line for line in text.splitlines() if line) for text in (_READING, _TRAINING)
)
