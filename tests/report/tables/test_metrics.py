import numpy as np
from made_up import THREE_DRAWS, scores

from semisup.data.dataset import TOP1
from semisup.report.facts import Pretext
from semisup.report.tables.metrics import metrics

PRETEXT = {
    "rotation": Pretext({"accuracy": 0.8123, "spread": 0.3}, 900, 90),
    "random": Pretext({}, 0, 0),
}


def test_metrics_are_rounded_means_under_padded_budgets() -> None:
    assert metrics(THREE_DRAWS, PRETEXT, TOP1) == {
        "pretext": {"rotation": {"accuracy": 0.8123}},
        "supervised": {"0004": {"top1": 0.25, "top5": 0.7}},
        "finetune": {"rotation": {"0004": {"top1": 0.5708, "top5": 0.9}}},
    }


def test_metrics_leave_out_a_score_that_no_run_has() -> None:
    tree = metrics(THREE_DRAWS.assign(top5=np.nan), {}, TOP1)
    assert tree["supervised"]["0004"] == {"top1": 0.25}


def test_without_a_trained_task_there_is_no_entry_for_pretext() -> None:
    assert "pretext" not in metrics(THREE_DRAWS, {"random": PRETEXT["random"]}, TOP1)


def test_budgets_beyond_four_digits_still_sort_as_text() -> None:
    table = scores(*(("supervised", "none", b, 0, 0.1, 0.2) for b in (9, 20000)))
    assert list(metrics(table, {}, TOP1)["supervised"]) == ["00009", "20000"]
