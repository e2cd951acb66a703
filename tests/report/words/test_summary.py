import dataclasses

import pandas as pd
import pytest
from made_up import DOZEN, TRAINED, facts, results
from sections import section, summary

from semisup.report.tables.results import POOL_COLUMNS

ONE = ["rotation"]
SUPERVISED = {1: 0.10, 2: 0.20, 4: 0.50}
TUNED = {1: 0.30, 2: 0.55, 4: 0.70}


def of_one(
    supervised: dict[int, float] = SUPERVISED, tuned: dict[int, float] = TUNED
) -> pd.DataFrame:
    """Of one task, frozen and fine-tuned the same."""
    table = results(ONE, [*tuned])
    means = [
        (supervised if task == "none" else tuned)[budget]
        for task, budget in zip(table["task"], table["budget"], strict=True)
    ]
    top1 = pd.Series(means) + (table["draw"] - 1) / 100
    return table.assign(top1=top1, score=top1, validation_top1=top1)


# The whole


def test_whole_summary_of_one_task() -> None:
    assert (
        summary(of_one(), facts(ONE))
        == """\
# How many labels do these images need?

3 classes. Images: 24000 in the unlabelled pool, 60 to draw the label budgets from, 320 labelled \
for validation, 30 for test.

Top-1 accuracy on test in %, mean of 3 draws of the labelled images with 95% interval.

labels per class | supervised | head (rotation) | finetune (rotation)
---------------: | ---------: | --------------: | ------------------:
               1 |   10.0±2.5 |        30.0±2.5 |            30.0±2.5
               2 |   20.0±2.5 |        55.0±2.5 |            55.0±2.5
               4 |   50.0±2.5 |        70.0±2.5 |            70.0±2.5

Each interval covers the choice of labelled images, random weights and test images, but not \
another run of the pretraining.

Pictures: [label curve](figures/label_curve.png), [tasks compared](figures/tasks.png), \
[first layers](figures/filters.png).

## Advice

- **Choose rotation, frozen**: 70.0 % on validation with 4 labels per class. That is 20.0 points \
ahead of the next (supervised training), more than the noise of draws and validation (±7.4).

The choice at each number of labels per class, by accuracy on validation:

labels | choose           |    % | next                |      lead | clear
-----: | ---------------- | ---: | ------------------- | --------: | ----:
     1 | rotation, frozen | 30.0 | supervised training | +20.0±6.0 |   yes
     2 | rotation, frozen | 55.0 | supervised training | +35.0±7.0 |   yes
     4 | rotation, frozen | 70.0 | supervised training | +20.0±7.4 |   yes

## Pretraining by rotation

The pretext task on held-out pool images: accuracy 0.75; 846k images seen, 36 per pool image. \
[What it learned](figures/pretext_rotation.png).

**Is pretraining worth it here?** Yes, at every budget (95% confidence for all budgets together). \
The best difference is +35.0 points, with 2 labels per class.
Fine-tuned minus supervised, points by labels per class: 1: +20.0, 2: +35.0, 4: +20.0.

**How many labels does it save?** To reach the 50.0 % that supervised training has with 4 labels \
per class, fine-tuning needs about 1.7 (-56 %, or -2 % counting the 107 for validation that both \
used). To reach the 20.0 % that supervised training has with 2 labels per class, fine-tuning needs \
1 or fewer. Fine-tuned with 2 labels per class beats supervised with 4 in 3 of 3 draws.

**What does halving the labels cost?** Fine-tuned, 4 to 2: -15.0 points (21 % of the accuracy), \
2 to 1: -25.0 points (45 % of the accuracy).

## More labels

**What would more labels bring?** Rotation, frozen reaches 70.0 % with 4 labels per class. The \
forecast is 78.1 (71.4 to 83.2) % with 8, 83.1 (73.5 to 89.6) % with 16, 86.0 (74.3 to 93.8) % \
with 32. 75 % needs about 6 labels per class (5 to 18). 80 % needs about 10 labels per class (at \
least 7, perhaps more than 32). 85 % needs about 23 labels per class (at least 11, perhaps more \
than 32). There are too few budgets to check the forecast on the largest.

## Caveats

- Validation used 320 labels, in addition to the budgets.
"""
    )


def test_sections_of_a_dozen_tasks() -> None:
    text = summary(results(), facts())
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# How many labels do these images need?",
        *("## Advice", "## Pretraining by rotation", "## The other tasks"),
        *("## Weights that others trained", "## More labels", "## Caveats"),
    ]
    frozen, tuned = text.split("\n**Fine-tuned**\n")
    assert "images with 95% interval, by labels per class.\nSorted by valid" in frozen
    assert "**Frozen encoder + head**\n\ntask           | seen |" in frozen
    assert "random         |    - | 18.0±2.5 | 38.0±2.5 | 58.0±2.5" in frozen
    assert "random         |    - | 20.0±2.5 | 40.0±2.5 | 60.0±2.5" in tuned
    assert text.count("Is pretraining worth it here?") == 1
    assert "figures/tasks.png" in text
    for task in DOZEN:
        assert (f"figures/pretext_{task}.png" in text) == (task not in ("random", "imagenet"))


def test_task_without_a_picture_has_no_link_to_one() -> None:
    known = facts(ONE)
    known.pretext["rotation"] = dataclasses.replace(known.pretext["rotation"], columns=0)
    text = section("Pretraining by rotation", results(ONE), known)
    assert text.startswith(
        "The pretext task on held-out pool images: accuracy 0.75; 846k images seen, 36 per pool "
        "image.\n\n"
    )


@pytest.mark.parametrize("tasks", [[], ["random"], ["gan"], ["gan", "random"]])
def test_few_tasks_leave_no_empty_section(tasks: list[str]) -> None:
    text = summary(results(tasks), facts(tasks))
    assert ("## Pretraining by" in text) == bool(tasks)
    assert ("## The other tasks" in text) == (len(tasks) > 1)
    assert ("figures/tasks.png" in text) == bool(tasks)
    paragraphs = text.split("\n\n")
    assert all(part.strip() for part in paragraphs)
    for part, following in zip(paragraphs, [*paragraphs[1:], "#"], strict=True):
        assert not (part.startswith("##") and following.startswith("#"))
    assert "nan" not in text.lower()


def test_single_draw_has_no_interval() -> None:
    one = of_one()
    text = summary(one[one["draw"] == 0], facts(ONE))
    assert "±" not in text
    assert "mean of 1 draw of the labelled images (no interval)" in text


@pytest.mark.parametrize(
    ("tasks", "end"),
    [
        (["rotation"], " and test images, but not another run of the pretraining.\n"),
        (["random"], " and test images, but not another untrained encoder.\n"),
        (["pixels"], " and test images.\n"),
        (
            ["rotation", "random"],
            " and test images, but not another run of the pretraining or another untrained "
            "encoder.\n",
        ),
        ([], " and test images.\n"),
    ],
)
def test_intervals_cover_another_pretraining_where_there_is_one(tasks: list[str], end: str) -> None:
    assert f"random weights{end}" in summary(results(tasks), facts(tasks))


def test_template_leaves_no_spare_white_space() -> None:
    text = summary(results(), facts(data={"rejected": 7}))
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    assert "\n\n\n" not in text
    assert text.endswith("rejected.csv.\n")


# What the label curve answers


@pytest.mark.parametrize(
    ("tuned", "verdict"),
    [
        (
            SUPERVISED,
            "Not clearly at any budget. The best difference is +0.0 points, with 1 label p",
        ),
        (
            SUPERVISED | {2: 0.3, 4: 0.6},
            "Yes, at 2, 4 labels per class; not clear at the others (95% confidence for all "
            "budgets together). ",
        ),
        (
            SUPERVISED | {1: 0.3, 4: 0.2},
            "Yes, at 1 label per class; accuracy is lower at 4 labels per class; not clear at the "
            "others (95% confidence for all budgets together). ",
        ),
        (
            SUPERVISED | {4: 0.2},
            "No: accuracy is lower at 4 labels per class; not clear at the others (95% confidence "
            "for all budgets together). The best difference is +0.0 points, with 1 label p",
        ),
        (
            {budget: mean - 0.05 for budget, mean in SUPERVISED.items()},
            "No: accuracy is lower at every budget (95% confidence for all budgets together). The "
            "best difference is -5.0 points, ",
        ),
    ],
)
def test_whether_it_is_worth_it_is_said(tuned: dict[int, float], verdict: str) -> None:
    text = summary(of_one(tuned=tuned), facts(ONE))
    assert verdict in text
    by_means = (
        "How many labels does it save?** No gain is clear, so this goes by the means alone. To"
    )
    assert (by_means in text) == (not verdict.startswith("Yes"))


def test_accuracy_that_is_not_reached_is_said() -> None:
    text = summary(of_one(tuned={1: 0.1, 2: 0.2, 4: 0.3}), facts(ONE))
    assert "has with 4 labels per class, fine-tuning would need more than 4." in text
    assert "has with 2 labels per class, fine-tuning needs about 2 (+0 %, or +0 % counting" in text
    assert "beats supervised with 4 in 0 of 3 draws" in text


def test_budgets_that_are_no_halves_leave_no_such_question() -> None:
    text = summary(results(ONE, [3, 7]), facts(ONE))
    assert "halving" not in text
    assert "beats supervised" not in text


def test_half_the_labels_that_do_as_well_cost_nothing() -> None:
    text = summary(of_one(tuned={1: 0.3, 2: 0.701, 4: 0.7}), facts(ONE))
    assert "Fine-tuned, 4 to 2: +0.1 points (0 % of the accuracy)" in text
    better = summary(of_one(tuned={1: 0.3, 2: 0.8, 4: 0.7}), facts(ONE))
    assert "Fine-tuned, 4 to 2: +10.0 points (14 % of the accuracy)" in better


def test_other_tasks_have_a_line_each() -> None:
    text = section("The other tasks", results(), facts())
    lines = text.splitlines()
    assert [line.split("**")[1] for line in lines] == DOZEN[1:]
    # 0.38 + 0.02 - 0.1 with 1 label as with 16
    assert lines[0] == (
        "- **geometric**: accuracy 0.75; 846k images seen, 36 per pool image; fine-tuned minus "
        "supervised: +30.0 points with 1 label per class, +30.0 points with 16 labels per class. "
        "[What it learned](figures/pretext_geometric.png)."
    )
    assert lines[-2].startswith("- **imagenet**: no pretraining on the pool; fine-tuned minus")
    assert lines[-1].startswith(
        "- **random**: no pretraining on the pool (a control); fine-tuned minus"
    )


def test_with_one_budget_its_gain_is_said_once() -> None:
    text = section("The other tasks", results(budgets=[4]), facts())
    assert text.splitlines()[-1].endswith(
        "fine-tuned minus supervised: +10.0 points with 4 labels per class."
    )


def test_paragraphs_are_of_the_task_that_validation_chose() -> None:
    table = results()
    table.loc[table["task"] == "gan", "validation_top1"] = 0.99
    text = summary(table, facts())
    assert "## Pretraining by gan" in text
    assert f"- **{TRAINED[0]}**: " in text


def test_control_alone_is_said_to_be_untrained() -> None:
    text = section("Pretraining by random", results(["random"]), facts(["random"]))
    assert text.startswith(
        "No pretraining on the pool (a control).\n\n"
        "**Without pretraining, is fine-tuning worth it here?** Yes, at every budget"
    )


def told(method: str) -> pd.DataFrame:
    values = [(1, 0, 700, 0.4, 0.525), (16, 0, 700, 0.6, 0.9)]
    return pd.DataFrame([(method, "rotation", *row) for row in values], columns=POOL_COLUMNS)


def test_what_self_training_brings_is_said() -> None:
    table = results(ONE, methods=("finetune", "selftrain"))
    assert (
        "**What does training on the pool bring?** Points over the fine-tuned network, by labels "
        "per class: 1: +1.0, 4: +1.0, 16: +1.0. Training saw 700 pool images. Of those whose class "
        "is known, this share was named correctly: 1: 52.5 %, 16: 90.0 %."
    ) in section("Pretraining by rotation", table, facts(ONE, told=told("selftrain")))


def test_what_spreading_brings_is_said() -> None:
    table = results(ONE, methods=("head", "spread", "finetune"))
    table.loc[(table["method"] == "spread") & (table["budget"] == 1), "kept"] = 0
    assert section("Pretraining by rotation", table, facts(ONE, told=told("spread"))).endswith(
        "What do labels spread over the pool bring?** Points over the head on the same frozen "
        "features, by labels per class: 1: +1.0, 4: +1.0, 16: +1.0. Labels spread over 700 pool "
        "images. Of those whose class is known, this share was named correctly: 1: 52.5 %, 16: "
        "90.0 %. In 3 of 9 heads the starting weights were kept: no later ones were better on "
        "validation."
    )
