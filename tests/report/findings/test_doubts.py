import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_up import DOZEN, facts, results, set_score

from semisup.report.facts import Facts
from semisup.report.findings.advice import advice_by_budget
from semisup.report.findings.doubts import Doubts, Rival, doubt
from semisup.report.methods import Way
from semisup.report.tables.headline import EFFECTIVE_VALIDATION, SHARED

TWO = ["rotation", "gan"]
CONTROLLED = [*TWO, "random"]
MANY = 9600  # validation images, which make hardly any noise
NONE = Doubts(
    uncertain=False,
    rival=None,
    chance={},
    collapsed={},
    untrained={},
    short={},
    tuned=18,
    unchanged=0,
    weak=[],
)


def doubts(table: pd.DataFrame, known: Facts) -> Doubts:
    advice = advice_by_budget(table, known.confidence)
    return doubt(table, advice[-1] if advice else None, known)


def test_where_all_is_well_there_is_no_doubt() -> None:
    assert doubts(results(TWO), facts(TWO)) == NONE
    many = results(validation_labels=MANY)
    assert doubts(many, facts()) == dataclasses.replace(NONE, tuned=12 * 9)


@pytest.mark.parametrize("score", ["top1", "top5", "balanced_accuracy", "macro_f1"])
def test_test_accuracies_change_no_doubt(score: str) -> None:
    many = results(validation_labels=MANY)
    table = set_score(many, "validation_top1", "head", "gan", 0.1)
    table = set_score(table, "validation_top1", "finetune", "random", 0.9)
    before = doubts(table, facts())
    assert before.rival is not None
    assert [*before.untrained] == ["gan"]
    rng = np.random.default_rng(0)
    assert doubts(table.assign(**{score: rng.random(len(table))}), facts()) == before
    assert doubts(table.assign(**{score: 1 - table[score]}), facts()) == before


# On the choice


@pytest.mark.parametrize(("share", "known"), [(0.1, {}), (0.5, {16: 0.5}), (1.0, {16: 1.0})])
def test_labelled_images_that_draws_have_in_common(share: float, known: dict[int, float]) -> None:
    table = results(TWO)
    assert doubts(table, facts(TWO)).shared == {}
    table[SHARED] = np.where(table["budget"] == 16, share, 0.05)
    assert doubts(table, facts(TWO)).shared == known
    assert doubts(table[table["draw"] == 0], facts(TWO)).shared == {}


@pytest.mark.parametrize(("task", "untuned"), [("gan", True), ("rotation", False)])
def test_an_encoder_that_could_be_trained_further(task: str, untuned: bool) -> None:
    table = results(TWO)
    table = table[(table["task"] != "gan") | (table["method"] != "finetune")]
    table = set_score(table, "validation_top1", "head", task, 0.9)
    assert doubts(table, facts(TWO)).untuned == untuned


@pytest.mark.parametrize(
    ("images", "set_aside", "uncertain"),
    [(99, 99, True), (100, 100, False), (400, 0, True)],  # 0: taken out of the budget
)
def test_choice_on_few_images_is_uncertain(images: int, set_aside: int, uncertain: bool) -> None:
    known = facts(TWO, split={"validation": set_aside})
    assert doubts(results(TWO, validation_labels=images), known).uncertain == uncertain
    rare = results(TWO, validation_labels=400).assign(**{EFFECTIVE_VALIDATION: float(images)})
    assert doubts(rare, known).uncertain == uncertain, "as many of classes alike in size"


@pytest.mark.parametrize(
    ("accuracy", "images", "counts", "balanced", "always"),
    [
        (0.54, 60, (400, 400), False, 0.5),
        (0.54, 6000, (400, 400), False, None),
        (0.65, 10, (400, 400), False, None),  # far from it
        (0.76, 60, (300, 100), False, 0.75),
        (0.76, 60, (300, 100), True, None),
        (0.52, 60, (300, 100), True, 0.5),
        (0.54, 60, (), False, None),
    ],
)
def test_what_is_no_better_than_one_class_always(
    accuracy: float, images: int, counts: tuple[int, ...], balanced: bool, always: float | None
) -> None:
    headline = "balanced_accuracy" if balanced else "top1"
    known = validated(counts, headline)
    assert doubts(all_score(accuracy, images), known).no_better == always


@pytest.mark.parametrize(
    ("accuracy", "images", "counts", "always"),
    [
        (0.65, 10, (400, 400), 0.5),
        (0.65, 400, (400, 400), None),
        (0.54, 60, (400, 400), None),  # near it, which is said in other words
        (0.95, 10, (400, 400), None),
    ],
)
def test_few_images_do_not_tell_it_from_one_class_always(
    accuracy: float, images: int, counts: tuple[int, ...], always: float | None
) -> None:
    assert doubts(all_score(accuracy, images), validated(counts)).in_noise == always


def validated(counts: tuple[int, ...], headline: str = "top1") -> Facts:
    """Of a validation set whose classes differ from those of the test set in size."""
    return dataclasses.replace(
        facts(TWO), test_counts=(90, 10), validation_counts=counts, headline=headline
    )


def test_of_a_test_set_of_one_class_naming_it_is_always_right() -> None:
    known = dataclasses.replace(facts(TWO), test_counts=(40,))
    assert doubts(all_score(0.9, 6000), known).no_better == 1


def all_score(accuracy: float, images: int) -> pd.DataFrame:
    """Results of which each task's have this accuracy on so many validation images."""
    table = results(TWO, validation_labels=images)
    for task in TWO:
        for method in table.loc[table["task"] == task, "method"].unique():
            table = set_score(table, "validation_top1", method, task, accuracy)
    return table


@pytest.mark.parametrize("tasks", [[], ["random"], TWO])
def test_without_a_choice_there_is_no_doubt_about_it(tasks: list[str]) -> None:
    table = results(tasks).assign(validation_top1=math.nan)
    found = doubts(table, facts(tasks, split={"validation": 0}))
    assert found == dataclasses.replace(NONE, tuned=9 * len(tasks))


@pytest.mark.parametrize("method", ["head", "finetune"])
@pytest.mark.parametrize("control", ["random", "pixels"])
def test_a_control_that_does_no_worse_is_a_rival(method: str, control: str) -> None:
    tasks = [*TWO, "random", "pixels"]
    table = results(tasks).round(2)  # exact points, so that equal ones are equal
    for ahead, rival in ((-0.01, False), (0, True), (0.07, True)):
        given = set_score(table, "validation_top1", method, control, round(0.83 + ahead, 2))
        expected = Rival(Way(method, control), pytest.approx(ahead, abs=1e-12))
        assert doubts(given, facts(tasks)).rival == (expected if rival else None)


@pytest.mark.parametrize(("lead", "doubted"), [(0.1, False), (-0.1, True)])
def test_a_single_draw_is_no_doubt_about_a_frozen_head_that_is_ahead(
    lead: float, doubted: bool
) -> None:
    table = results(CONTROLLED, draws=(0.0,))
    for task, accuracy in ((CONTROLLED[0], 0.5 + lead), ("random", 0.5)):
        table = set_score(table, "validation_top1", "head", task, accuracy)
    assert (CONTROLLED[0] in doubts(table, facts(CONTROLLED)).untrained) == doubted


@pytest.mark.parametrize(
    ("accuracies", "images", "ahead"),
    [
        ((0.60, 0.61, 0.62), MANY, None),  # 2 points ahead in each draw
        ((0.60, 0.61, 0.62), 320, 0.02),  # of the same images, 6 more that are right
        ((0.58, 0.59, 0.60), MANY, 0.0),
        ((0.50, 0.51, 0.52), MANY, -0.08),
        ((0.70, 0.51, 0.62), MANY, 0.02),  # once 8 points behind
        ((0.59, 0.59, 0.59), MANY, 0.0),
    ],
)
def test_frozen_head_is_compared_with_the_untrained_one(
    accuracies: tuple[float, ...], images: int, ahead: float | None
) -> None:
    table = results(CONTROLLED, validation_labels=images)
    table = set_score(table, "validation_top1", "head", "gan", accuracies)
    table = set_score(table, "validation_top1", "head", "random", (0.58, 0.59, 0.60))
    found = doubts(table, facts(CONTROLLED)).untrained
    assert found == ({} if ahead is None else {"gan": pytest.approx(ahead)})


# On pretraining


@pytest.mark.parametrize(
    ("task", "accuracy", "chance"),
    [
        ("rotation", 0.41, None),
        ("rotation", 0.39, 0.25),
        ("geometric", 0.31, None),
        ("geometric", 0.29, 0.125),
        ("jigsaw", 0.01, None),  # says nothing of orientation
    ],
)
def test_task_of_orientation_near_chance(task: str, accuracy: float, chance: float | None) -> None:
    found = doubts(results(), facts(figures={task: {"accuracy": accuracy}}))
    assert found.chance == ({} if chance is None else {task: chance})


@pytest.mark.parametrize(("columns", "accuracy"), [(0, 0.01), (4, None)])
def test_chance_is_unknown_without_a_picture_or_an_accuracy(
    columns: int, accuracy: float | None
) -> None:
    known = facts(TWO)
    figures = {} if accuracy is None else {"accuracy": accuracy}
    changed = dataclasses.replace(known.pretext["rotation"], columns=columns, figures=figures)
    known.pretext["rotation"] = changed
    assert doubts(results(TWO), known).chance == {}


@pytest.mark.parametrize(("spread", "collapsed"), [(0.31, False), (0.29, True)])
def test_embedding_near_collapse(spread: float, collapsed: bool) -> None:
    found = doubts(results(), facts(figures={"triplet": {"accuracy": 0.9, "spread": spread}}))
    assert found.collapsed == ({"triplet": spread} if collapsed else {})


# On labels and updates


@pytest.mark.parametrize(
    ("bought", "validation", "within", "short"),
    [
        (1.0, 0, False, {}),
        (0.5, 20, False, {1: 1, 4: 6, 16: 24}),
        (0.5, 24, True, {}),
        (0.5, 3, True, {4: 9, 16: 27}),  # with those for validation 4, 9 and 27 of 3, 12 and 48
    ],
)
def test_budgets_that_a_class_cannot_fill(
    bought: float, validation: int, within: bool, short: dict[int, int]
) -> None:
    table = results(TWO, validation_labels=validation)
    table["labels_used"] = (table["labels_used"] * bought).astype(int)
    known = facts(TWO, split={"validation": 0 if within else validation})
    assert doubts(table, known).short == short


def test_fine_tuning_that_changed_nothing_is_counted() -> None:
    table = results(TWO)
    of_heads = table["method"] == "head"
    table.loc[of_heads | (table["draw"] == 1), "kept"] = 0
    found = doubts(table, facts(TWO))
    assert (found.unchanged, found.tuned) == (2 * 3, 2 * 3 * 3)


def with_updates(**of_budget_four: Any) -> pd.DataFrame:
    """Of the last draw of a method, with four labels per class."""
    table = results(TWO)
    for way, updates in of_budget_four.items():
        method, _, task = way.partition("_")
        at = (table["method"] == method) & (table["task"] == (task or "none"))
        table.loc[at & (table["budget"] == 4) & (table["draw"] == 2), "updates"] = updates
    return table


@pytest.mark.parametrize(
    ("updates", "weak"),
    [
        ({}, []),
        ({"head_gan": 600}, []),  # 600 and 300, as many as the baseline
        ({"head_gan": 601}, [4]),
        ({"finetune_rotation": 601}, [4]),
        ({"head_gan": 500, "finetune_rotation": 500}, []),  # of two tasks
        ({"head_gan": 601, "supervised": 901}, []),
    ],
)
def test_baseline_of_fewer_updates_is_weak(updates: dict[str, int], weak: list[int]) -> None:
    assert doubts(with_updates(**updates), facts(TWO)).weak == weak


def test_updates_of_all_methods_of_a_task_count() -> None:
    methods = ("head", "spread", "finetune", "selftrain")
    table = results(TWO, methods=methods)
    assert doubts(table, facts(TWO)).weak == [1, 4, 16], "four times 300 for 900"
    table.loc[table["method"] == "selftrain", "updates"] = 0
    assert doubts(table, facts(TWO)).weak == []


def test_baseline_that_is_weak_everywhere() -> None:
    table = results(DOZEN)
    table.loc[table["method"] == "supervised", "updates"] = 599
    assert doubts(table, facts()).weak == [1, 4, 16]


def test_fine_tuning_that_is_behind_after_fewer_updates_is_rushed() -> None:
    table = set_score(results(TWO), "validation_top1", "finetune", "gan", 0.15)
    assert doubts(table, facts(TWO)).rushed == [], "the best weights came half-way"
    table["kept"] = table["updates"]
    assert doubts(table, facts(TWO)).rushed == [4, 16], "with one label the baseline has 0.11"
    table.loc[table["method"] == "finetune", ["updates", "kept"]] = 900
    assert doubts(table, facts(TWO)).rushed == [], "it was trained as long"
