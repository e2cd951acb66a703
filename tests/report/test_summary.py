from typing import Any

import pandas as pd
import pytest

from semisup.report.summary import Facts, labels_needed, write_summary

BUDGETS = (1, 2, 4)
SUPERVISED = {1: 0.10, 2: 0.20, 4: 0.50}
TUNED = {1: 0.30, 2: 0.55, 4: 0.70}


def results(
    supervised: dict[int, float] = SUPERVISED,
    tuned: dict[int, float] = TUNED,
    updates: int = 100,
    labels_per_class: float = 1.0,
) -> pd.DataFrame:
    rows = []
    for method, task, means, made in (
        ("supervised", "none", supervised, updates),
        ("head", "rotation", tuned, 40),
        ("finetune", "rotation", tuned, 60),
    ):
        for budget, mean in means.items():
            for draw, off in enumerate((-0.01, 0.0, 0.01)):
                used = int(3 * budget * labels_per_class)
                rows.append((method, task, budget, draw, used, 12, made, mean + off, 0.9))
    columns = ["method", "task", "budget", "draw", "labels_used", "validation_labels", "updates"]
    return pd.DataFrame(rows, columns=[*columns, "top1", "top5"])


def facts(**data: Any) -> Facts:
    split = {"pool": 90, "train": 60, "validation": 12, "test": 30, "leaked": data.pop("leaked", 0)}
    found = {"classes": ["a", "b", "c"], "rejected": 0} | data
    return Facts(found, split, {"rotation": {"figures": {"accuracy": 0.75}}}, 0.95)


@pytest.mark.parametrize(
    ("accuracy", "labels"),
    [(0.30, 1), (0.20, 1), (0.55, 2), (0.425, 2**0.5), (0.70, 4), (0.71, None)],
)
def test_labels_needed_is_linear_in_the_logarithm(accuracy: float, labels: float | None) -> None:
    needed = labels_needed(pd.Series(TUNED), accuracy)
    assert needed == (None if labels is None else pytest.approx(labels))


def test_answers_of_a_clear_case() -> None:
    text = write_summary(results(), facts())
    assert "Yes, at every budget; the largest gain is +35.0 points, with 2 labels per class" in text
    assert "1: +20.0, 2: +35.0, 4: +20.0" in text
    assert "For the 50.0 % that supervised training reaches with 4 labels per class" in text
    assert "Fine-tuned with 2 labels per class beats supervised with 4 in 3 of 3 draws" in text
    assert "4 to 2: -15.0 points (21 % of the accuracy)" in text
    assert "| 50.0 ± 2.5 " in text
    assert "on held-out pool images: accuracy 0.75" in text
    assert "Validation used 12 labels, beside those of the budgets." in text


def test_no_gain_is_said() -> None:
    text = write_summary(results(tuned=SUPERVISED), facts())
    assert "Not clearly at any budget" in text
    assert "in 0 of 3 draws" in text


def test_weak_baseline_is_named() -> None:
    assert "The baseline made fewer updates" not in write_summary(results(updates=100), facts())
    text = write_summary(results(updates=99), facts())
    assert "The baseline made fewer updates than head and fine-tuning together with 1, 2, 4" in text


def test_left_out_images_and_short_classes_are_named() -> None:
    text = write_summary(results(labels_per_class=0.5), facts(rejected=7, leaked=3))
    assert "7 files could not be used" in text
    assert "3 images equal a validation or test image" in text
    assert "4 labels per class were 6 in all" in text


def test_single_draw_has_no_interval() -> None:
    one = results()
    text = write_summary(one[one["draw"] == 0], facts())
    assert "±" not in text
    assert "mean of 1 draw (no interval)" in text
