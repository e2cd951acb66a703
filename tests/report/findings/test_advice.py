import math

import numpy as np
import pandas as pd
import pytest
from made_up import results, set_score

from semisup.report.findings.advice import Advice, advice_by_budget, advise
from semisup.report.methods import BASELINE, POOL_ALONE, Way
from semisup.report.tables.headline import EFFECTIVE_VALIDATION
from semisup.report.tables.interval import Interval

TWO = ["rotation", "gan"]


def of_lead(lead: Interval) -> Advice:
    return Advice(
        budget=16,
        way=Way("head", "gan"),
        accuracy=0.83,
        images=500,
        effective_images=400,
        runner_up=BASELINE,
        lead=lead,
    )


def test_best_on_validation_is_chosen_with_its_lead() -> None:
    advice = advise(results(), 16, 0.95)
    assert advice is not None
    assert advice.way == Way("finetune", "rotation")
    assert advice.accuracy == pytest.approx(0.83)
    assert advice.images == 320
    assert advice.runner_up == Way("finetune", "geometric")
    assert advice.lead.mean == pytest.approx(0.02)
    # draws do not differ; 0.83 and 0.81 of 320 images
    noise = math.sqrt((0.83 * 0.17 + 0.81 * 0.19) / 320)
    assert advice.lead.half == pytest.approx(1.959964 * noise)
    assert not advice.clear


@pytest.mark.parametrize(("images", "clear"), [(320, True), (20, False)])
def test_a_lead_on_few_validation_images_is_not_clear(images: int, clear: bool) -> None:
    """Though all draws agree: they have the same images."""
    table = set_score(results(TWO), "validation_top1", "finetune", "gan", (0.6, 0.6, 0.6))
    table = set_score(table, "validation_top1", "head", "gan", (0.6, 0.6, 0.6))
    advice = advise(table.assign(validation_labels=images), 16, 0.95)
    assert advice is not None
    assert advice.lead.mean > 0.2
    assert advice.clear == clear


def test_rare_classes_make_more_noise() -> None:
    """Where all classes count the same."""
    few = advise(results(TWO, validation_labels=3600), 16, 0.95)
    found = advise(
        results(TWO, validation_labels=3600).assign(**{EFFECTIVE_VALIDATION: 1420.0}), 16, 0.95
    )
    assert few is not None
    assert found is not None
    assert found.images == few.images == 3600
    assert found.standard_error == pytest.approx(few.standard_error * (3600 / 1420) ** 0.5)
    assert found.lead.half == pytest.approx(few.lead.half * (3600 / 1420) ** 0.5)


def test_validation_changes_the_choice() -> None:
    table = set_score(results(), "validation_top1", "head", "triplet", (0.85, 0.86, 0.87))
    advice = advise(table, 16, 0.95)
    assert advice is not None
    assert advice.way == Way("head", "triplet")
    assert advice.runner_up == Way("finetune", "rotation")


@pytest.mark.parametrize("score", ["top1", "top5", "balanced_accuracy", "macro_f1"])
def test_test_accuracies_change_no_choice(score: str) -> None:
    table = results()
    before = advice_by_budget(table, 0.95)
    rng = np.random.default_rng(0)
    assert advice_by_budget(table.assign(**{score: rng.random(len(table))}), 0.95) == before
    assert advice_by_budget(table.assign(**{score: 1 - table[score]}), 0.95) == before


def test_lead_within_the_noise_is_not_clear() -> None:
    table = set_score(results(TWO), "validation_top1", "finetune", "gan", (0.85, 0.75, 0.80))
    advice = advise(table, 16, 0.95)
    assert advice is not None
    # paired differences 0.82 - 0.85, 0.83 - 0.75, 0.84 - 0.80: mean 0.03, deviation 0.05568
    assert advice.lead.mean == pytest.approx(0.03)
    over_draws = 4.302653 * 0.0556776 / math.sqrt(3)
    over_images = 1.959964 * math.sqrt((0.83 * 0.17 + 0.80 * 0.20) / 320)
    assert advice.lead.half == pytest.approx(math.hypot(over_draws, over_images), rel=1e-4)
    assert not advice.clear


def test_a_tie_is_less_than_half_an_image_and_goes_to_the_cheaper_way() -> None:
    """Whichever task it is of."""
    table = set_score(results(TWO), "validation_top1", "finetune", "rotation", 0.9)
    tied = set_score(table, "validation_top1", "head", "gan", 0.9 - 0.49 / 320)
    behind = set_score(table, "validation_top1", "head", "gan", 0.9 - 0.51 / 320)
    for given, way in ((tied, Way("head", "gan")), (behind, Way("finetune", "rotation"))):
        advice = advise(given, 16, 0.95)
        assert advice is not None
        assert advice.way == way


def test_of_equal_tasks_the_first_and_of_equal_methods_the_frozen_head() -> None:
    advice = advise(results(TWO).assign(validation_top1=0.5), 16, 0.95)
    assert advice is not None
    assert advice.way == Way("head", "rotation")
    assert not advice.clear


def test_lead_of_a_single_draw_is_not_clear() -> None:
    advice = advise(results(TWO, draws=(0.0,)), 16, 0.95)
    assert advice is not None
    assert advice.lead.mean == pytest.approx(0.02)
    assert not advice.lead.known
    assert not advice.clear


def test_control_is_never_chosen() -> None:
    table = set_score(results(), "validation_top1", "finetune", "random", 0.9)
    assert [advice.way for advice in advice_by_budget(table, 0.95)] == [
        Way("finetune", "rotation")
    ] * 3
    assert advice_by_budget(results(["random"]), 0.95) == []


@pytest.mark.parametrize("control", ["random", "pixels"])
def test_control_is_no_runner_up(control: str) -> None:
    table = set_score(results(["rotation", control]), "validation_top1", "head", control, 0.8)
    advice = advise(table, 16, 0.95)
    assert advice is not None
    assert advice.runner_up == BASELINE


def test_each_budget_has_its_choice() -> None:
    table = results()
    one = (table["budget"] == 1) & (table["task"] == "gan") & (table["method"] == "head")
    table.loc[one, "validation_top1"] = 0.6
    assert [(c.budget, c.way) for c in advice_by_budget(table, 0.95)] == [
        (1, Way("head", "gan")),
        (4, Way("finetune", "rotation")),
        (16, Way("finetune", "rotation")),
    ]


def test_choices_stand_by_ascending_budget() -> None:
    found = advice_by_budget(results(TWO, [16, 1, 4]), 0.95)
    assert [advice.budget for advice in found] == [1, 4, 16]


def test_budgets_without_validation_are_left_out() -> None:
    table = results(TWO)
    table.loc[table["budget"] == 1, "validation_top1"] = np.nan
    assert [advice.budget for advice in advice_by_budget(table, 0.95)] == [4, 16]
    assert advice_by_budget(table.assign(validation_top1=np.nan), 0.95) == []


def test_without_a_task_there_is_nothing_to_choose() -> None:
    assert advice_by_budget(results([]), 0.95) == []


def test_one_task_is_compared_with_the_baseline() -> None:
    advice = advise(results(["gan"]), 16, 0.95)
    assert advice is not None
    assert advice.way == advice.pretrained == Way("finetune", "gan")
    assert advice.runner_up == BASELINE
    assert advice.lead.mean == pytest.approx(0.32)
    assert advice.clear


@pytest.mark.parametrize(("ahead", "chosen"), [(0.49 / 320, False), (0.51 / 320, True)])
def test_the_baseline_is_chosen_where_it_is_ahead(ahead: float, chosen: bool) -> None:
    """By half an image or more: else what needs fewer updates is."""
    best = Way("finetune", "rotation")
    table = set_score(results(TWO), "validation_top1", *best, 0.9)
    advice = advise(set_score(table, "validation_top1", *BASELINE, 0.9 + ahead), 16, 0.95)
    assert advice is not None
    assert advice.pretrained == best
    assert (advice.way, advice.runner_up) == ((BASELINE, best) if chosen else (best, BASELINE))
    assert advice.lead.mean == pytest.approx(ahead if chosen else -ahead)


def test_the_self_trained_baseline_is_never_chosen() -> None:
    """It is a control."""
    table = results(TWO)
    more = table[table["method"] == BASELINE.method].assign(method=POOL_ALONE.method)
    table = pd.concat([table, more.assign(validation_top1=0.99)])
    assert advice_by_budget(table, 0.95) == advice_by_budget(results(TWO), 0.95)


def test_standard_error_is_that_of_a_share_of_the_images() -> None:
    advice = of_lead(Interval(0.1, 0.1))
    assert advice.standard_error == pytest.approx(0.018782, 1e-4)


@pytest.mark.parametrize(("mean", "behind"), [(0.01, False), (-0.0004, False), (-0.0006, True)])
def test_behind_is_by_what_the_summary_shows(mean: float, behind: bool) -> None:
    lead = Interval(mean, math.nan)
    assert of_lead(lead).is_behind == behind


@pytest.mark.parametrize(
    ("lead", "clear"),
    [
        (Interval(0.03, 0.02), True),
        (Interval(0.02, 0.02), False),
        (Interval(0.03, math.nan), False),
    ],
)
def test_clear_is_more_than_the_known_noise(lead: Interval, clear: bool) -> None:
    assert of_lead(lead).clear == clear
