"""dvc.lock and reports/ in the repository belong to the code and parameters beside them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

REPOSITORY = Path(__file__).parents[1]
STAGES: dict[str, Any] = yaml.safe_load((REPOSITORY / "dvc.lock").read_text("utf-8"))["stages"]
PARAMS: dict[str, Any] = yaml.safe_load((REPOSITORY / "params.yaml").read_text("utf-8"))


def value_of(key: str) -> Any:
    value: Any = PARAMS
    for part in key.split("."):
        value = value[part]
    return value


@pytest.mark.parametrize("name", STAGES)
def test_lock_has_the_code_and_parameters_of_this_commit(name: str) -> None:
    stage = STAGES[name]
    for dependency in stage["deps"]:
        path = REPOSITORY / dependency["path"]
        if path.suffix == ".py":
            content = hashlib.md5(path.read_bytes()).hexdigest()
            assert content == dependency["md5"], f"{path} was edited after the last `dvc repro`"
    for key, value in stage.get("params", {}).get("params.yaml", {}).items():
        assert value_of(key) == value, f"{key} was edited after the last `dvc repro`"


def test_lock_has_every_stage_of_params() -> None:
    budgets, tasks = PARAMS["label_budgets"], PARAMS["pretext_tasks"]
    wanted = {"prepare", "split", "report", *(f"supervised@{b}" for b in budgets)}
    for task in tasks:
        wanted |= {f"pretrain@{task}", f"embed@{task}"}
        wanted |= {f"{stage}@{task}-{b}" for stage in ("head", "finetune") for b in budgets}
    assert set(STAGES) == wanted


def test_metrics_are_the_means_of_the_label_curve() -> None:
    curve = pd.read_csv(REPOSITORY / "reports/label_curve.csv", keep_default_na=False)
    metrics = json.loads((REPOSITORY / "reports/metrics.json").read_text("utf-8"))
    assert len(curve) == PARAMS["draws"] * len(PARAMS["label_budgets"]) * (
        1 + 2 * len(PARAMS["pretext_tasks"])
    )
    for (method, task, budget), rows in curve.groupby(["method", "task", "budget"]):
        branch = metrics[method] if task == "none" else metrics[method][task]
        shown = branch[f"{budget:04d}"]["top1"]
        assert shown == pytest.approx(rows["top1"].astype(float).mean(), abs=6e-5)


def test_fine_tuning_with_half_the_labels_beats_the_baseline_in_every_draw() -> None:
    curve = pd.read_csv(REPOSITORY / "reports/label_curve.csv", keep_default_na=False)
    most = PARAMS["label_budgets"][-1]
    by = curve.set_index(["method", "task", "budget", "draw"]).sort_index()["top1"].astype(float)
    tuned, base = by["finetune", "rotation", most // 2], by["supervised", "none", most]
    assert len(tuned) == len(base) == PARAMS["draws"]
    assert (tuned > base).all()
