"""What the summary says of more labels."""

import dataclasses

import pandas as pd
import pytest
from made_up import facts, results

from semisup.report.findings.forecast import Forecast, Guess, Reach
from semisup.report.findings.together import find
from semisup.report.methods import Way
from semisup.report.tables.comparison import compare
from semisup.report.words.summary import write_summary

WAY, NEVER = Way("finetune", "rotation"), float("inf")
AHEAD = Forecast(
    way=WAY,
    largest=16,
    now=0.8,
    ahead=[Guess(32, 0.8, 0.85, 0.9)],
    check=Guess(16, 0.7, 0.75, 0.81),
)


def said(ahead: Forecast) -> str:
    table: pd.DataFrame = results(["rotation"])
    known = facts(["rotation"])
    found = find(table, known)
    found = dataclasses.replace(found, forecasts={found.best: ahead})
    text = write_summary(compare(table, known.pretext, 0.95), known, found)
    return text.split("**What would more labels bring?** ")[1].split("\n")[0]


@pytest.mark.parametrize(
    ("reach", "words"),
    [
        (Reach(0.9, 20.4, 40.2, 90.0), "90 % needs about 40 labels per class (20 to 90)."),
        (
            Reach(0.9, 20.0, 40.0, NEVER),
            "90 % needs about 40 labels per class (at least 20, perhaps more than 128).",
        ),
        (
            Reach(0.9, 61.0, NEVER, NEVER),
            "90 % needs at least 61 labels per class, and most likely more than 128, if it can be "
            "reached at all.",
        ),
        (
            Reach(0.9, NEVER, NEVER, NEVER),
            "90 % needs more than 128 labels per class, if it can be reached at all.",
        ),
    ],
)
def test_labels_that_are_needed(reach: Reach, words: str) -> None:
    assert words in said(dataclasses.replace(AHEAD, reaches=[reach]))


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (Guess(16, 0.7, 0.75, 0.81), "75.0 (70.0 to 81.0) % for 16 labels per class; 80.0 %"),
        (Guess(16, 0.7, 0.75, 0.81), "was measured, within that interval."),
        (Guess(16, 0.7, 0.75, 0.79), "outside that interval, so do not rely on this forecast."),
        (None, "There are too few budgets to check the forecast on the largest."),
    ],
)
def test_whether_it_held(check: Guess | None, words: str) -> None:
    assert words in said(dataclasses.replace(AHEAD, check=check))


def test_nothing_is_foretold_of_a_curve_that_speeds_up() -> None:
    text = said(dataclasses.replace(AHEAD, ahead=[], check=None, speeding=True))
    assert "No forecast can be made" in text
    assert "too few" not in text


@pytest.mark.parametrize(("foretold", "is_above"), [(0.79, True), (0.8, True), (0.81, False)])
def test_a_largest_budget_above_the_curve(foretold: float, is_above: bool) -> None:
    text = said(dataclasses.replace(AHEAD, ahead=[Guess(32, 0.7, foretold, 0.9)]))
    words = "with 16 labels per class lies above the curve fitted to all budgets, which predicts no"
    assert (words in text) == is_above
