import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_up import DOZEN, facts, results, set_score

from semisup.report.words.advisor import advice, choices, choose

TWO = ["rotation", "gan"]


def lines(table: pd.DataFrame, tasks: list[str] = DOZEN, **changed: Any) -> list[str]:
    text = advice(table, facts(tasks, **changed))
    return [line for line in text.splitlines() if line.startswith("- ")]


def matching(found: list[str], part: str) -> list[str]:
    return [line for line in found if part in line]


# The choice


def test_best_on_validation_is_chosen_with_its_lead() -> None:
    choice = choose(results(), 16, 0.95)
    assert choice is not None
    assert choice.way == ("finetune", "rotation")
    assert choice.accuracy == pytest.approx(0.83)
    assert choice.runner_up == ("finetune", "geometric")
    assert choice.lead == pytest.approx(0.02)
    assert choice.half == pytest.approx(0, abs=1e-9)
    assert choice.clear
    assert lines(results())[0] == (
        "- **Choose rotation, fine-tuned**: 83.0 % on validation with 16 labels per class, "
        "2.0 points ahead of the next task (geometric, fine-tuned), more than the noise over "
        "draws (±0.0)."
    )


@pytest.mark.parametrize("score", ["top1", "top5", "balanced_accuracy", "macro_f1"])
def test_test_accuracies_change_no_advice(score: str) -> None:
    table = results()
    before = advice(table, facts())
    rng = np.random.default_rng(0)
    assert advice(table.assign(**{score: rng.random(len(table))}), facts()) == before
    assert advice(table.assign(**{score: 1 - table[score]}), facts()) == before


def test_validation_changes_the_advice() -> None:
    table = set_score(results(), "validation_top1", "head", "triplet", (0.85, 0.86, 0.87))
    assert lines(table)[0].startswith(
        "- **Choose triplet, frozen**: 86.0 % on validation with 16 labels per class, "
        "3.0 points ahead of the next task (rotation, fine-tuned)"
    )


def test_lead_within_the_noise_is_said() -> None:
    table = set_score(results(TWO), "validation_top1", "finetune", "gan", (0.85, 0.75, 0.80))
    choice = choose(table, 16, 0.95)
    assert choice is not None
    # paired differences 0.82 - 0.85, 0.83 - 0.75, 0.84 - 0.80: mean 0.03, deviation 0.05568
    assert choice.lead == pytest.approx(0.03)
    assert choice.half == pytest.approx(4.302653 * 0.0556776 / math.sqrt(3), rel=1e-4)
    assert not choice.clear
    assert (
        "3.0 points ahead of the next task (gan, fine-tuned), within the noise over draws "
        in (lines(table, TWO)[0])
    )


def test_of_equal_tasks_the_first_and_of_equal_methods_the_frozen_head() -> None:
    table = results(TWO).assign(validation_top1=0.5)
    choice = choose(table, 16, 0.95)
    assert choice is not None
    assert choice.way == ("head", "rotation")
    assert not choice.clear


def test_single_draw_has_no_noise() -> None:
    table = results(TWO, draws=(0.0,))
    assert "with a single draw the noise is unknown" in lines(table, TWO)[0]
    assert " nan" not in advice(table, facts(TWO))


def test_control_is_never_chosen_but_compared() -> None:
    table = set_score(results(), "validation_top1", "finetune", "random", 0.9)
    found = lines(table)
    assert found[0].startswith("- **Choose rotation, fine-tuned**")
    assert matching(found, "Without pretraining") == [
        "- Without pretraining, random, fine-tuned, does no worse there (+7.0 points): pretraining "
        "may not pay."
    ]


@pytest.mark.parametrize(("accuracy", "line"), [(0.82, None), (0.84, "(+1.0 points)")])
def test_supervised_that_does_no_worse_is_named(accuracy: float, line: str | None) -> None:
    table = set_score(results(), "validation_top1", "supervised", "none", accuracy)
    found = matching(lines(table), "Without pretraining, supervised training, does no worse")
    assert len(found) == (line is not None)
    assert line is None or line in found[0]


def test_each_budget_has_its_choice() -> None:
    table = results()
    one = (table["budget"] == 1) & (table["task"] == "gan") & (table["method"] == "head")
    table.loc[one, "validation_top1"] = 0.6
    assert [(c.budget, c.way) for c in choices(table, 0.95)] == [
        (1, ("head", "gan")),
        (4, ("finetune", "rotation")),
        (16, ("finetune", "rotation")),
    ]
    shown = advice(table, facts()).splitlines()[-5:]
    assert shown[0].split(" | ") == [
        *("labels", "choose              ", "   %", "next task            "),
        *("     lead", "clear"),
    ]
    assert shown[2] == (
        "     1 | gan, frozen          | 60.0 | rotation, fine-tuned  | +17.0±2.5 |   yes"
    )
    assert max(map(len, shown)) <= 100


# Few or no validation images, few or no tasks


def test_choice_on_few_images_is_uncertain() -> None:
    assert not matching(lines(results()), "uncertain")
    few = lines(results(TWO, validation_labels=99), TWO)
    assert matching(few, "it rests on 99 validation images, set aside (standard error")
    within = lines(results(TWO, validation_labels=400), TWO, validation=0)
    # sqrt(0.83 * 0.17 / 400) = 0.0188
    assert matching(within, "rests on 400 validation images, taken out of the budget")
    assert matching(within, "standard error of an accuracy: 1.9 points")


def test_budgets_without_validation_are_left_out() -> None:
    table = results(TWO)
    table.loc[table["budget"] == 1, "validation_top1"] = np.nan
    assert [choice.budget for choice in choices(table, 0.95)] == [4, 16]
    none = table.assign(validation_top1=np.nan)
    assert choices(none, 0.95) == []
    assert lines(none, TWO, validation=0) == [
        "- No budget has validation images, so no task can be chosen: give more labels, or set "
        "split.validation to separate."
    ]


@pytest.mark.parametrize("tasks", [[], ["random"]])
def test_without_a_task_there_is_nothing_to_choose(tasks: list[str]) -> None:
    assert lines(results(tasks), tasks) == [
        "- No pretext task was trained: name some in pretext_tasks to learn whether they help."
    ]


def test_one_task_has_none_to_compare_with() -> None:
    text = advice(results(["gan"]), facts(["gan"]))
    assert text == (
        "- **Choose gan, fine-tuned**: 83.0 % on validation with 16 labels per class, and there "
        "is no other task to compare with."
    )


# Warnings


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({}, None),
        ({"channels": 1}, "The images are grey (1 channel): colorization can't be used"),
        ({"image_size": 36}, None),
        ({"image_size": 35}, "(35 px, under 36): tiles of a 3 x 3 jigsaw have 11 px at most"),
        ({"figures": {"rotation": {"accuracy": 0.41}}}, None),
        (
            {"figures": {"rotation": {"accuracy": 0.39}}},
            "little orientation: rotation is right in 39.0 %, near the 25.0 % of chance",
        ),
        ({"figures": {"geometric": {"accuracy": 0.31}}}, None),
        (
            {"figures": {"geometric": {"accuracy": 0.29}}},
            "geometric is right in 29.0 %, near the 12.5 % of chance",
        ),
        ({"figures": {"jigsaw": {"accuracy": 0.01}}}, None),  # says nothing of orientation
        ({"figures": {"triplet": {"accuracy": 0.9, "spread": 0.31}}}, None),
        (
            {"figures": {"triplet": {"accuracy": 0.9, "spread": 0.29}}},
            "The embedding of triplet is near collapse: its spread is 0.29",
        ),
    ],
)
def test_warnings_and_their_numbers(changed: dict[str, Any], line: str | None) -> None:
    found = lines(results(), **changed)[1:]
    if line is None:
        assert found == []
    else:
        assert len(found) == 1
        assert line in found[0]


@pytest.mark.parametrize(
    ("accuracies", "line"),
    [
        ((0.60, 0.61, 0.62), None),  # 2 points ahead in each draw
        ((0.58, 0.59, 0.60), "+0.0 points on validation with 16 labels per class"),
        ((0.50, 0.51, 0.52), "-8.0 points on validation"),
        ((0.70, 0.51, 0.62), "+2.0 points on validation"),  # once 8 points behind
    ],
)
def test_frozen_head_is_compared_with_the_untrained_one(
    accuracies: tuple[float, ...], line: str | None
) -> None:
    tasks = ["rotation", "gan", "random"]
    table = set_score(results(tasks), "validation_top1", "head", "gan", accuracies)
    table = set_score(table, "validation_top1", "head", "random", (0.58, 0.59, 0.60))
    found = lines(table, tasks)[1:]
    if line is None:
        assert found == []
    else:
        assert len(found) == 1
        assert "The frozen encoder of gan does not clearly beat an untrained one" in found[0]
        assert line in found[0]
