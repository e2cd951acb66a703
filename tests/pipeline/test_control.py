"""The control that is off by default: the baseline, self-trained."""

import json

import pandas as pd
import pytest
from projects import BUDGETS, Project
from test_observed import NOT_DECLARED, lies_under, observe

BUDGET = BUDGETS[-1]
STAGE = f"selftrain_baseline@{BUDGET}"


@pytest.mark.slow
def test_the_baseline_self_trained(project: Project) -> None:
    project.change({"control_budgets": [BUDGET]})
    project.check()
    assert project.repro() == {STAGE, "report"}
    reports = project.root / "reports"
    curve = pd.read_csv(reports / "label_curve.csv", keep_default_na=False)
    rows = curve[curve["method"] == "selftrain_baseline"]
    assert {*zip(rows["task"], rows["budget"], rows["draw"], strict=True)} == {
        ("none", BUDGET, 0),
        ("none", BUDGET, 1),
    }
    metrics = json.loads((reports / "metrics.json").read_text(encoding="utf-8"))
    assert [*metrics["selftrain_baseline"]] == [f"{BUDGET:04d}"]
    assert "the pretraining that pays" in (reports / "summary.md").read_text(encoding="utf-8")
    (seen,) = observe(project, [STAGE])
    read = {path for path in seen.read if not path.startswith(NOT_DECLARED)}
    for path in read:
        assert any(lies_under(path, declared) for declared in seen.declared_params), path
    for declared in seen.declared_params:
        assert any(lies_under(path, declared) for path in read), declared
