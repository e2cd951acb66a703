import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_up import DOZEN, facts, results, set_score
from sections import section, summary

TWO = ["rotation", "gan"]
THREE = [*TWO, "random"]


def advice(table: pd.DataFrame, tasks: Sequence[str] = DOZEN, **changed: Any) -> list[str]:
    return section("Advice", table, facts(tasks, **changed)).splitlines()


def mind(table: pd.DataFrame, **changed: Any) -> list[str]:
    return section("Caveats", table, facts(TWO, **changed)).splitlines()


def matching(found: list[str], part: str) -> list[str]:
    return [line for line in found if part in line]


# The choice


def test_choice_has_its_lead() -> None:
    assert advice(results(budgets=[16]))[0] == (
        "- **Choose rotation, fine-tuned**: 83.0 % on validation with 16 labels per class. "
        "That is 2.0 points ahead of the next (geometric, fine-tuned), within the noise of "
        "draws and validation (±6.0)."
    )
    table = results(budgets=[16])
    table = set_score(table, "validation_top1", "head", "triplet", (0.85, 0.86, 0.87))
    assert advice(table)[0].startswith(
        "- **Choose triplet, frozen**: 86.0 % on validation with 16 labels per class. "
        "That is 3.0 points ahead of the next (rotation, fine-tuned)"
    )


def test_an_equal_choice_is_not_called_ahead() -> None:
    """Within half of 320 images the frozen head is taken, and the rest is of its task too."""
    table = set_score(results(TWO), "validation_top1", "head", "gan", 0.829)
    text = summary(table, facts(TWO))
    assert "**Choose gan, frozen**" in text
    assert ". That is 0.1 points, less than half an image, behind the next (rotation, fine" in text
    assert "## Pretraining by gan" in text


def test_draws_with_images_in_common_are_said() -> None:
    table = results(TWO, budgets=[4, 16])
    assert not matching(mind(table), "in common")
    table["shared"] = table["budget"].map({4: 0.25, 16: 1.0})
    said = matching(mind(table), "in common")[0]
    assert "25.0 % with 4 labels per class; all with 16 labels per class." in said
    assert said.endswith("the same they cover random weights and test images alone.")
    table["shared"] = 0.25
    assert matching(mind(table), "in common")[0].endswith("Intervals are widened for that.")


def test_what_more_could_be_tried_of_the_choice() -> None:
    table = set_score(results(TWO), "validation_top1", "head", "gan", 0.9)
    assert not matching(advice(table, TWO), "finetune_tasks")
    table = table[(table["task"] != "gan") | (table["method"] != "finetune")]
    assert matching(
        advice(table, TWO), "encoder of gan was left frozen. Add the task to finetune_tasks"
    )


@pytest.mark.parametrize("score", ["top1", "top5", "balanced_accuracy", "macro_f1"])
def test_test_accuracies_change_no_advice(score: str) -> None:
    table = set_score(results(THREE), "validation_top1", "head", "gan", 0.1)
    before = advice(table, THREE)
    rng = np.random.default_rng(0)
    assert advice(table.assign(**{score: rng.random(len(table))}), THREE) == before
    assert advice(table.assign(**{score: 1 - table[score]}), THREE) == before


def test_lead_within_the_noise_is_said() -> None:
    table = set_score(results(TWO), "validation_top1", "finetune", "gan", (0.85, 0.75, 0.80))
    assert advice(table, TWO)[0].endswith(
        "3.0 points ahead of the next (gan, fine-tuned), within the noise of draws and "
        "validation (±15.1)."
    )


def test_noise_of_a_single_draw_is_said_to_be_unknown() -> None:
    found = advice(results(TWO, draws=(0.0,)), TWO)
    assert found[0].endswith("next (gan, fine-tuned); with a single draw the noise is unknown.")
    assert not matching(found, "nan")


def test_one_task_is_compared_with_the_baseline() -> None:
    assert advice(results(["gan"], budgets=[16]), ["gan"]) == [
        "- **Choose gan, fine-tuned**: 83.0 % on validation with 16 labels per class. That is "
        "32.0 points ahead of the next (supervised training), more than the noise of draws and "
        "validation (±6.9)."
    ]


def test_each_budget_has_its_choice_in_a_table() -> None:
    table = results()
    one = (table["budget"] == 1) & (table["task"] == "gan") & (table["method"] == "head")
    table.loc[one, "validation_top1"] = 0.6
    shown = advice(table)
    assert shown[-8:-5] == [
        "",
        "The choice at each number of labels per class, by accuracy on validation:",
        "",
    ]
    assert shown[-5].split(" | ") == [
        *("labels", "choose              ", "   %", "next                 "),
        *("     lead", "clear"),
    ]
    assert shown[-3] == (
        "     1 | gan, frozen          | 60.0 | rotation, fine-tuned  | +17.0±8.0 |   yes"
    )
    assert max(map(len, shown[-5:])) <= 100


def test_without_validation_no_task_can_be_chosen() -> None:
    table = results(TWO).assign(validation_top1=np.nan)
    assert advice(table, TWO, split={"validation": 0}) == [
        "- No budget has two validation images, so no task can be chosen: give more labels, or set "
        "split.validation to separate."
    ]


def test_what_validation_did_not_sort_is_not_called_sorted() -> None:
    """Without validation tasks stand as in params.yaml, and controls always in their own order."""
    blind, controls = results(TWO).assign(validation_top1=np.nan), ["pixels", "random"]
    assert "Sorted by validation accuracy. Seen: images" in summary(results(TWO), facts(TWO))
    for text in (
        summary(blind, facts(TWO, split={"validation": 0})),
        summary(results(controls), facts(controls)),
    ):
        assert "Sorted" not in text
        assert "Seen: images shown to the encoder in pretraining." in text


@pytest.mark.parametrize("tasks", [[], ["random"]])
def test_without_a_task_there_is_nothing_to_choose(tasks: list[str]) -> None:
    assert advice(results(tasks), tasks) == [
        "- No pretext task was trained: name some in pretext_tasks to learn whether they help."
    ]


# Its doubts


def test_choice_on_few_images_is_uncertain() -> None:
    assert not matching(advice(results(budgets=[16])), "uncertain")
    assert advice(results(TWO, validation_labels=99), TWO)[1] == (
        "- The choice is uncertain: it rests on 99 validation images set aside, so the "
        "accuracy there has a standard error of 3.8 points."
    )
    within = advice(results(TWO, validation_labels=400), TWO, split={"validation": 0})
    assert within[1] == (  # sqrt(0.83 * 0.17 / 400) = 0.0188
        "- The choice is uncertain: it rests on 400 validation images taken out of the budget, "
        "so the accuracy there has a standard error of 1.9 points."
    )


def test_control_that_does_no_worse_is_named() -> None:
    table = set_score(results(THREE), "validation_top1", "finetune", "random", 0.9)
    found = advice(table, THREE)
    assert found[0].startswith("- **Choose rotation, fine-tuned**")
    assert matching(found, "Without pretraining") == [
        "- Without pretraining, random, fine-tuned does no worse on validation with as many labels "
        "(+7.0 points): pretraining may not pay."
    ]


def test_control_beside_supervised_training_says_nothing_more_of_pretraining() -> None:
    table = set_score(results(THREE), "validation_top1", "supervised", "none", 0.95)
    table = set_score(table, "validation_top1", "finetune", "random", 0.96)
    assert matching(advice(table, THREE), "Without pretraining, random") == [
        "- Without pretraining, random, fine-tuned does no worse on validation with as many labels "
        "(+1.0 points)."
    ]


def test_supervised_training_that_is_ahead_is_chosen() -> None:
    table = set_score(results(TWO, budgets=[16]), "validation_top1", "supervised", "none", 0.84)
    found = advice(table, TWO)
    assert found[0].startswith(
        "- **Choose supervised training, without pretraining**: 84.0 % on validation with 16 "
        "labels per class. That is 1.0 points ahead of the next (rotation, fine-tuned), within"
    )
    assert found[1] == (
        "- Pretraining may not pay: nothing that begins with it does better on validation with as "
        "many labels."
    )
    assert "## Pretraining by rotation" in summary(table, facts(TWO))
    assert not matching(advice(results(TWO), TWO), "may not pay")


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({}, []),
        (
            {"data": {"channels": 1}},
            ["- The images are grey (1 channel): colorization can't be used on them."],
        ),
        ({"image_size": 42}, []),
        (
            {"image_size": 41},
            [
                "- The images are small (41 px, under 42): the tiles of a 3 x 3 jigsaw, 13 px at "
                "most, show little. Where pretrain.jigsaw.grid is auto, the grid is 2 x 2."
            ],
        ),
        (
            {"figures": {"rotation": {"accuracy": 0.39}, "geometric": {"accuracy": 0.29}}},
            [
                "- The task rotation learned little: its accuracy is 39.0 %, near the 25.0 % of "
                "chance. The images show little orientation, or training was too short.",
                "- The task geometric learned little: its accuracy is 29.0 %, near the 12.5 % of "
                "chance. The images show little orientation, or training was too short.",
            ],
        ),
        (
            {"figures": {"triplet": {"accuracy": 0.9, "spread": 0.29}}},
            [
                "- The embedding of triplet is near collapse: its spread is 0.29 (0: all images at "
                "one point, 1: all over the sphere)."
            ],
        ),
    ],
)
def test_warnings_and_their_numbers(changed: dict[str, Any], lines: list[str]) -> None:
    assert advice(results(budgets=[16], validation_labels=9600), **changed)[1:] == lines


def test_small_images_matter_to_a_jigsaw_only() -> None:
    assert not matching(advice(results(TWO, budgets=[16]), TWO, image_size=35), "jigsaw")


def test_task_that_does_not_beat_the_untrained_encoder_is_named() -> None:
    table = set_score(results(THREE), "validation_top1", "head", "gan", (0.50, 0.51, 0.52))
    table = set_score(table, "validation_top1", "head", "random", (0.58, 0.59, 0.60))
    assert matching(advice(table, THREE), "untrained") == [
        "- The frozen encoder of gan does not clearly beat an untrained one: -8.0 points on "
        "validation with 16 labels per class."
    ]


# What else to mind


def test_where_validation_images_come_from() -> None:
    assert mind(results(TWO)) == ["- Validation used 320 labels, in addition to the budgets."]
    table = results(TWO)
    table["validation_labels"] = table["budget"] * 3
    assert mind(table, split={"validation": 0}) == [
        "- Validation used 3 to 48 labels, taken out of the budgets."
    ]


def test_left_out_images_are_named() -> None:
    assert mind(results(TWO), data={"rejected": 1}, split={"leaked": 3})[1:] == [
        "- Left out: 1 file, listed in data/prepared/rejected.csv.",
        "- Left out because equal to a validation or test image: 3 images.",
    ]
    within = mind(results(TWO), split={"leaked": 1, "validation": 0})
    assert within[1] == "- Left out because equal to a labelled or test image: 1 image."


def test_short_classes_are_named() -> None:
    table = results(TWO)
    table["labels_used"] = table["labels_used"].where(table["budget"] < 4, table["budget"])
    assert mind(table)[1:] == [
        "- Some classes have fewer images than the budget: 4 labels per class came to 4 in all; "
        "16 labels per class came to 16 in all."
    ]


def test_fine_tuning_that_changed_nothing_is_named() -> None:
    table = results(TWO)
    table.loc[(table["method"] == "finetune") & (table["draw"] == 0), "kept"] = 0
    assert mind(table)[1:] == [
        "- In 6 of 18 fine-tuned classifiers the starting weights were kept: no later ones were "
        "better on validation."
    ]


def test_a_choice_no_better_than_one_class_always() -> None:
    table = results(TWO, validation_labels=50)
    table["validation_top1"] = 0.36
    words = "- **Its accuracy is not clearly better than that of always naming one class**, 33.3 %."
    assert any(line.startswith(words) for line in advice(table, TWO))


def test_a_choice_that_few_images_do_not_tell_from_one_class_always() -> None:
    table = results(TWO, validation_labels=10)
    table["validation_top1"] = 0.5
    (line,) = matching(advice(table, TWO), "The choice is uncertain")
    assert line.endswith(
        "a standard error of 15.8 points: it may be no better than always naming one class, 33.3 %."
    )


def test_a_test_set_of_one_class_says_nothing() -> None:
    known = dataclasses.replace(facts(TWO), test_counts=(40,))
    words = "- **All test images are of one class**: always naming it scores 100 %, so acc"
    assert any(
        line.startswith(words) for line in section("Advice", results(TWO), known).splitlines()
    )


def test_weak_baseline_is_named() -> None:
    table = results(TWO)
    table.loc[(table["method"] == "supervised") & (table["budget"] > 1), "updates"] = 599
    assert mind(table)[1:] == [
        "- With 4, 16 labels per class, the baseline made fewer updates than all methods of a task "
        "together: raise supervised.epochs or supervised.min_updates."
    ]


@pytest.mark.parametrize(
    ("rates", "lines"),
    [
        ((2, 2), []),
        ((3, 2), []),
        (
            (1, 3),
            [
                "- The baseline had 1 learning rate to choose from, fine-tuning 3: give "
                "supervised.lr as many values as finetune.lr."
            ],
        ),
    ],
)
def test_fewer_learning_rates_of_the_baseline_are_named(
    rates: tuple[int, int], lines: list[str]
) -> None:
    known = dataclasses.replace(facts(TWO), rates=rates)
    assert section("Caveats", results(TWO), known).splitlines()[1:] == lines
    heads = section("Caveats", results(TWO, methods=["head"]), known)
    assert not matching(heads.splitlines(), "learning rate")


# How far to trust the figures


def test_rushed_fine_tuning_is_named() -> None:
    table = set_score(results(TWO), "validation_top1", "finetune", "gan", 0.15)
    table["kept"] = table["updates"]
    assert mind(table)[-1] == (
        "- With 4, 16 labels per class, fine-tuning made fewer updates than the baseline, was "
        "behind it on validation, and was still improving: raise finetune.epochs or "
        "finetune.min_updates before you blame pretraining."
    )


def test_unequal_classes_are_said() -> None:
    changed = {"headline": "balanced_accuracy", "test_counts": (400, 20)}
    text = summary(results(TWO), dataclasses.replace(facts(TWO), **changed))  # type: ignore[arg-type]
    assert "\n\nBalanced accuracy on test in %, mean of 3 draws" in text
    assert (
        "the largest has 95.2 % of them, and always naming it would score 50.0 % here.\n\n"
        "Sorted by validation accuracy. Seen: "
    ) in text  # apart, since the page shows the first alone
    assert "Top-1 accuracy" not in text


@pytest.mark.parametrize("seed", range(5))
def test_pure_noise_of_a_single_draw_gives_no_yes(seed: int) -> None:
    table = results(TWO, draws=(0.0,), methods=("head", "spread", "finetune", "selftrain"))
    noise = np.random.default_rng(seed)
    figures = ("top1", "validation_top1", "balanced_accuracy")
    table = table.assign(**{name: noise.normal(0.5, 0.05, len(table)) for name in figures})
    text = summary(table, facts(TWO))
    assert "Yes" not in text
    assert "A single draw cannot tell" in text
    assert " yes" not in text
