import math
import statistics
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from semisup.report.tables import curve
from semisup.workflow.errors import UserError


def results(rows: list[tuple[str, str, int, int, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["method", "task", "budget", "draw", "top1", "top5"])


SOME = results(
    [
        ("supervised", "none", 4, 0, 0.20, 0.6),
        ("supervised", "none", 4, 1, 0.30, 0.7),
        ("supervised", "none", 4, 2, 0.25, 0.8),
        ("finetune", "rotation", 4, 0, 0.5, 0.9),
        ("finetune", "rotation", 4, 1, 0.6, 0.9),
        ("finetune", "rotation", 4, 2, 0.61239, 0.9),
    ]
)


PRETEXT = {
    "rotation": {"figures": {"accuracy": 0.8123, "spread": 0.3}},
    "random": {"figures": {}},
}


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_interval_is_students_t(confidence: float) -> None:
    values = [0.20, 0.30, 0.25]
    table = curve.summarise(SOME, "top1", confidence).set_index("method")
    low, high = stats.t.interval(
        confidence, 2, statistics.mean(values), statistics.stdev(values) / math.sqrt(3)
    )
    assert table.loc["supervised", "mean"] == pytest.approx(0.25)
    assert table.loc["supervised", "half"] == pytest.approx((high - low) / 2)


def test_one_draw_has_no_interval() -> None:
    table = curve.summarise(SOME[SOME["draw"] == 0], "top1", 0.95)
    assert table["half"].isna().all()


def test_metrics_are_rounded_means_under_padded_budgets() -> None:
    tree = curve.metrics(SOME, PRETEXT)
    assert tree == {
        "pretext": {"rotation": {"accuracy": 0.8123}},
        "supervised": {"0004": {"top1": 0.25, "top5": 0.7}},
        "finetune": {"rotation": {"0004": {"top1": 0.5708, "top5": 0.9}}},
    }


def test_metrics_leave_out_a_score_that_no_run_has() -> None:
    tree = curve.metrics(SOME.assign(top5=np.nan), {})
    assert tree["supervised"]["0004"] == {"top1": 0.25}


def test_budgets_beyond_four_digits_still_sort_as_text() -> None:
    rows = results([("supervised", "none", b, 0, 0.1, 0.2) for b in (9, 20000)])
    assert list(curve.metrics(rows, {})["supervised"]) == ["00009", "20000"]


def test_plot_rows_are_percent_by_series() -> None:
    rows = curve.plot_rows(SOME)
    assert rows.to_dict("list") == {
        "budget": [4, 4],
        "series": ["supervised", "finetune (rotation)"],
        "top1": [25.0, 57.08],
    }


def test_task_named_none_is_no_missing_value(tmp_path: Path) -> None:
    SOME.assign(top5="").to_csv(tmp_path / "results.csv", index=False)
    read = curve.read_csv(tmp_path / "results.csv")
    assert read["task"].iloc[0] == "none"
    assert read["top5"].isna().all()


def test_missing_result_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"data/supervised/4/results.csv: not there yet; run"):
        curve.read_results([], [4])


def test_gain_is_paired_by_draw() -> None:
    gains = curve.gain(SOME, "top1", ("finetune", "rotation"), curve.BASELINE, 0.95)
    differences = [0.3, 0.3, 0.36239]
    half = stats.t.ppf(0.975, 2) * statistics.stdev(differences) / math.sqrt(3)
    assert gains.loc[4, "mean"] == pytest.approx(statistics.mean(differences))
    assert gains.loc[4, "half"] == pytest.approx(half)


def test_gain_leaves_out_budgets_without_the_score() -> None:
    more = pd.concat([SOME, SOME.assign(budget=8, top5=np.nan)])
    gains = curve.gain(more, "top5", ("finetune", "rotation"), curve.BASELINE, 0.95)
    assert list(gains.index) == [4]
