from typing import Any

import pandas as pd
import pytest
from made_up import DOZEN, SEEN, TRAINED
from made_up import facts as dozen_facts
from made_up import results as dozen_results

from semisup.report.facts import Facts
from semisup.report.findings.answers import labels_needed
from semisup.report.tables.comparison import compare
from semisup.report.words.summary import write_summary

BUDGETS = (1, 2, 4)
SUPERVISED = {1: 0.10, 2: 0.20, 4: 0.50}
TUNED = {1: 0.30, 2: 0.55, 4: 0.70}


def results(
    supervised: dict[int, float] = SUPERVISED,
    tuned: dict[int, float] = TUNED,
    updates: int = 100,
    labels_per_class: float = 1.0,
    starts_kept: int = 0,
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
                top1 = mean + off
                rows.append((method, task, budget, draw, used, 12, made, made, top1, top1, 0.9))
    columns = ["method", "task", "budget", "draw", "labels_used", "validation_labels", "updates"]
    table = pd.DataFrame(rows, columns=[*columns, "kept", "validation_top1", "top1", "top5"])
    table.loc[table.index[table["method"] == "finetune"][:starts_kept], "kept"] = 0
    return table


def facts(**data: Any) -> Facts:
    split = {"pool": 90, "train": 60, "validation": 12, "test": 30, "leaked": 0, "untrained": []}
    split |= {name: data.pop(name) for name in ("leaked", "untrained") if name in data}
    found = {"classes": ["a", "b", "c"], "rejected": 0, "channels": 3} | data
    pretext = {"figures": {"accuracy": 0.75}, "encoder_images": SEEN, "pool_images": SEEN // 36}
    return Facts(found, split, {"rotation": pretext}, 0.95, 64, {"rotation": 4})


def summary(table: pd.DataFrame, known: Facts) -> str:
    return write_summary(table, compare(table, known.pretext, 0.95), known)


@pytest.mark.parametrize(
    ("accuracy", "labels"),
    [(0.30, 1), (0.20, 1), (0.55, 2), (0.425, 2**0.5), (0.70, 4), (0.71, None)],
)
def test_labels_needed_is_linear_in_the_logarithm(accuracy: float, labels: float | None) -> None:
    needed = labels_needed(pd.Series(TUNED), accuracy)
    assert needed == (None if labels is None else pytest.approx(labels))


def test_answers_of_a_clear_case() -> None:
    text = summary(results(), facts())
    assert "Yes, at every budget; the largest gain is +35.0 points, with 2 labels per class" in text
    assert "1: +20.0, 2: +35.0, 4: +20.0" in text
    assert "For the 50.0 % that supervised training reaches with 4 labels per class" in text
    assert "Fine-tuned with 2 labels per class beats supervised with 4 in 3 of 3 draws" in text
    assert "4 to 2: -15.0 points (21 % of the accuracy)" in text
    assert "|   50.0±2.5 |" in text
    assert "on held-out pool images: accuracy 0.75; 846k images seen, 36 per pool image." in text
    assert "[What it learned](figures/pretext_rotation.png)" in text
    assert "Validation used 12 labels, beside those of the budgets." in text


def test_no_gain_is_said() -> None:
    text = summary(results(tuned=SUPERVISED), facts())
    assert "Not clearly at any budget" in text
    assert "in 0 of 3 draws" in text


def test_weak_baseline_is_named() -> None:
    assert "The baseline made fewer updates" not in summary(results(updates=100), facts())
    text = summary(results(updates=99), facts())
    assert "The baseline made fewer updates than head and fine-tuning together with 1, 2, 4" in text


def test_fine_tuning_that_changed_nothing_is_named() -> None:
    assert "what they started from" not in summary(results(), facts())
    text = summary(results(starts_kept=5), facts())
    assert "5 of 9 fine-tuned classifiers are what they started from: no later weights" in text


def test_left_out_images_and_short_classes_are_named() -> None:
    text = summary(
        results(labels_per_class=0.5), facts(rejected=7, leaked=3, untrained=["Cat", "Dog"])
    )
    assert "7 files could not be used" in text
    assert "2 classes of the test images have no training images ('Cat' is one)" in text
    assert "3 images equal a validation or test image" in text
    assert "4 labels per class were 6 in all" in text


def test_single_draw_has_no_interval() -> None:
    one = results()
    text = summary(one[one["draw"] == 0], facts())
    assert "±" not in text
    assert "mean of 1 draw (no interval)" in text


def test_sections_of_a_dozen_tasks() -> None:
    table, known = dozen_results(), dozen_facts()
    text = summary(table, known)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# How many labels do these images need?",
        *("## Advice", "## Pretraining by rotation", "## The other tasks", "## Mind"),
    ]
    assert text.count("Is pretraining worth it here?") == 1
    lines = [line for line in text.splitlines() if line.startswith("- **")]
    assert [line.split("**")[1] for line in lines[1:]] == DOZEN[1:]
    # 0.38 + 0.02 - 0.1 with 1 label as with 16
    assert lines[1] == (
        "- **geometric**: accuracy 0.75; 846k images seen, 36 per pool image; fine-tuned minus "
        "supervised +30.0 points with 1 label per class, +30.0 points with 16 labels per class. "
        "[What it learned](figures/pretext_geometric.png)."
    )
    assert lines[-1].startswith(
        "- **random**: nothing was trained on the pool: a control; fine-tuned minus"
    )
    assert "figures/tasks.png" in text
    for task in DOZEN:
        assert (f"figures/pretext_{task}.png" in text) == (task not in ("random", "imagenet"))


def test_paragraphs_are_of_the_task_that_validation_chose() -> None:
    table = dozen_results()
    table.loc[table["task"] == "gan", "validation_top1"] = 0.99
    text = summary(table, dozen_facts())
    assert "## Pretraining by gan" in text
    assert f"- **{TRAINED[0]}**: " in text


@pytest.mark.parametrize("tasks", [[], ["random"], ["gan"], ["gan", "random"]])
def test_few_tasks_leave_no_empty_section(tasks: list[str]) -> None:
    text = summary(dozen_results(tasks), dozen_facts(tasks))
    assert ("## Pretraining by" in text) == bool(tasks)
    assert ("## The other tasks" in text) == (len(tasks) > 1)
    assert ("figures/tasks.png" in text) == bool(tasks)
    paragraphs = text.split("\n\n")
    assert all(part.strip() for part in paragraphs)
    for part, following in zip(paragraphs, [*paragraphs[1:], "#"], strict=True):
        assert not (part.startswith("##") and following.startswith("#"))
    assert "nan" not in text.lower()
