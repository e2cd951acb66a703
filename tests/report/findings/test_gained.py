"""What each step adds, from made-up accuracies."""

import pandas as pd
import pytest
from made_up import results, set_score

from semisup.report.findings.gained import Step, gained

TASKS = ["rotation", "imagenet", "random", "pixels"]
EVERY = ("head", "spread", "finetune")


def table(tasks: list[str] = TASKS) -> pd.DataFrame:
    """Accuracies of the head are 80, 20 and 5 %, whatever the budget."""
    made = results(tasks, methods=EVERY)
    for task, mean in (("rotation", 0.8), ("random", 0.2), ("pixels", 0.05)):
        made = set_score(made, "top1", "head", task, (mean - 0.01, mean, mean + 0.01))
    made = set_score(made, "top1", "spread", "rotation", (0.84, 0.85, 0.86))
    return set_score(made, "top1", "finetune", "rotation", (0.83, 0.83, 0.83))


def means(steps: list[Step]) -> dict[str, list[float]]:
    return {step.name: [round(g.mean, 6) for g in step.gains.values()] for step in steps}


def test_each_step_adds_to_the_one_before() -> None:
    steps = gained(table(), "rotation", 0.95)
    assert means(steps) == {
        "pixels": [0.05] * 3,
        "untrained encoder": [0.15] * 3,
        "encoder of rotation": [0.6] * 3,
        "spreading labels": [0.05] * 3,
        "fine-tuning": [-0.02] * 3,
    }
    assert [*steps[0].gains] == [1, 4, 16]
    assert steps[0].gains[1].half == pytest.approx(0.024841, abs=1e-6)
    assert steps[1].gains[1].half == pytest.approx(0, abs=1e-6)  # in each draw the same images


@pytest.mark.parametrize(
    ("tasks", "task", "names"),
    [
        (["rotation", "random"], "rotation", ["untrained encoder", "encoder of rotation"]),
        (["rotation", "pixels"], "rotation", ["pixels", "encoder of rotation"]),
        (["rotation", "imagenet"], "rotation", []),
        (["random", "pixels"], "random", []),
    ],
)
def test_steps_that_there_are(tasks: list[str], task: str, names: list[str]) -> None:
    some = results(tasks, methods=("head",))
    assert [step.name for step in gained(some, task, 0.95)] == names


def test_a_task_that_is_not_fine_tuned_has_a_step_less() -> None:
    some = table()
    some = some[(some["task"] != "rotation") | (some["method"] != "finetune")]
    assert [step.name for step in gained(some, "rotation", 0.95)][-1] == "spreading labels"
