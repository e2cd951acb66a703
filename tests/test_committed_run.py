"""dvc.lock and reports/ in the repository belong to the code and parameters beside them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from dvc.dependency.param import ParamsDependency
from dvc.repo import Repo

REPOSITORY = Path(__file__).parents[1]
LOCKED: dict[str, Any] = yaml.load(  # the loader in C: each worker of the tests reads it
    (REPOSITORY / "dvc.lock").read_text("utf-8"), yaml.CSafeLoader
)["stages"]
PARAMS: dict[str, Any] = yaml.safe_load((REPOSITORY / "params.yaml").read_text("utf-8"))
AGAIN = "was edited after the last `dvc repro`"
CODE = ("src/", "stages/")


@pytest.fixture(scope="module")
def stages() -> dict[str, Any]:
    """Stages as DVC itself reads them, by name."""
    with Repo(str(REPOSITORY)) as repo:
        return {stage.addressing: stage for stage in repo.index.stages}


def test_lock_has_every_stage(stages: dict[str, Any]) -> None:
    assert set(LOCKED) == set(stages)


@pytest.mark.parametrize("name", LOCKED)
def test_lock_has_the_code_of_this_commit(stages: dict[str, Any], name: str) -> None:
    """By DVC's own hashes, of folders too."""
    code = [dep for dep in stages[name].deps if dep.def_path.startswith(CODE)]
    assert len(code) > 3
    assert [dep.def_path for dep in code if dep.changed_checksum()] == [], AGAIN
    in_lock = {dep["path"] for dep in LOCKED[name]["deps"] if dep["path"].startswith(CODE)}
    assert in_lock == {dep.def_path for dep in code}


@pytest.mark.parametrize("name", LOCKED)
def test_lock_has_the_parameters_of_this_commit(stages: dict[str, Any], name: str) -> None:
    (params,) = [dep for dep in stages[name].deps if isinstance(dep, ParamsDependency)]
    assert set(LOCKED[name]["params"]["params.yaml"]) == set(params.params)
    assert not params.workspace_status(), AGAIN


def label_curve() -> pd.DataFrame:
    return pd.read_csv(REPOSITORY / "reports/label_curve.csv", keep_default_na=False)


def test_metrics_are_the_means_of_the_label_curve() -> None:
    curve = label_curve()
    metrics = json.loads((REPOSITORY / "reports/metrics.json").read_text("utf-8"))
    tasks, budgets = PARAMS["pretext_tasks"], PARAMS["label_budgets"]
    # head and spread of each task
    classifiers = 1 + 2 * len(tasks) + 2 * len(PARAMS["finetune_tasks"])
    assert len(curve) == PARAMS["draws"] * len(budgets) * classifiers
    for (method, task, budget), rows in curve.groupby(["method", "task", "budget"]):
        branch = metrics[method] if task == "none" else metrics[method][task]
        shown = branch[f"{budget:04d}"]["top1"]
        assert shown == pytest.approx(rows["top1"].astype(float).mean(), abs=6e-5)


def test_the_comparison_of_tasks_agrees_with_the_label_curve() -> None:
    keys = ["method", "task", "budget"]
    means = label_curve().groupby(keys)["top1"].mean()
    compared = pd.read_csv(REPOSITORY / "reports/task_comparison.csv", keep_default_na=False)
    shown = compared.set_index(keys)["top1"]
    assert set(shown.index) == set(means.index)
    assert shown.to_dict() == pytest.approx(means.to_dict(), abs=1e-6)
