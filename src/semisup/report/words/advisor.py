"""Which task to choose, and what to beware of: plain rules, each with the number behind it.

They look at validation accuracy, at the data and at how pretraining went, never at test accuracy:
a choice made on test images would make their accuracy too high.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from semisup.report.facts import Facts
from semisup.report.tables.comparison import CONTROL, METHODS
from semisup.report.tables.curve import BASELINE, gain
from semisup.report.words import markdown
from semisup.report.words.phrases import labels, points
from semisup.workflow import outputs

ORIENTED = ("rotation", "geometric")  # tasks that ask for orientation, one answer per column
COLOURED = "colorization"
NEAR_CHANCE = 0.2  # of the way from chance to always right
NEAR_COLLAPSE = 0.3  # spread of an embedding: 0 is collapsed, near 1 all over the sphere
SMALL_IMAGE = 36  # pixels; a jigsaw's three tiles a side get under 12
FEW_IMAGES = 100  # for validation; an accuracy's standard error may exceed 5 points

Way = tuple[str, str]  # method and task


@dataclass(frozen=True)
class Choice:
    """The way that does best on validation at one budget, and its lead over the next task's.

    lead and half (its interval) are NaN where there is no other task, half also with one draw.
    """

    budget: int
    way: Way
    accuracy: float
    images: int  # for validation
    runner_up: Way | None
    lead: float = math.nan
    half: float = math.nan

    @property
    def clear(self) -> bool:
        """Whether the lead is more than the noise over draws."""
        return self.lead > self.half


def choose(results: pd.DataFrame, budget: int, confidence: float) -> Choice | None:
    """The best task and method on validation; None without validation images or tasks."""
    rows = results[(results["budget"] == budget) & results["task"].ne(outputs.NO_TASK)]
    rows = rows[rows["task"] != CONTROL].dropna(subset="validation_top1")
    if rows.empty:
        return None
    scores = rows.groupby(["method", "task"], sort=False)["validation_top1"].mean()
    means: dict[Way, float] = dict(zip(scores.index, scores, strict=True))
    best = max(means, key=means.__getitem__)  # of equal ones the first: fewer weights to train
    images = int(rows["validation_labels"].max())
    others = [way for way in means if way[1] != best[1]]
    if not others:
        return Choice(budget, best, means[best], images, None)
    following = max(others, key=means.__getitem__)
    lead, half = _ahead(results, best, following, budget, confidence)
    return Choice(budget, best, means[best], images, following, lead, half)


def _ahead(
    results: pd.DataFrame, one: Way, other: Way, budget: int, confidence: float
) -> tuple[float, float]:
    """By how much one way is ahead of another on validation, and the interval's half width."""
    table = gain(results, "validation_top1", one, other, confidence)
    rows = table[table.index == budget]
    return float(rows["mean"].iloc[0]), float(rows["half"].iloc[0])


def choices(results: pd.DataFrame, confidence: float) -> list[Choice]:
    """`choose` at every budget where it can be told, ascending."""
    budgets = sorted(results["budget"].unique())
    found = (choose(results, int(budget), confidence) for budget in budgets)
    return [choice for choice in found if choice]


def advice(results: pd.DataFrame, facts: Facts) -> str:
    """The section of the summary: the choice, per budget where there is one, and the warnings."""
    chosen = choices(results, facts.confidence)
    lines = [*_choice_lines(results, chosen, facts), *_data_lines(facts), *_task_lines(facts)]
    lines += _control_lines(results, chosen, facts.confidence)
    parts = ["\n".join(f"- {line}" for line in lines)]
    if len(chosen) > 1 and chosen[-1].runner_up:
        parts += ["The same at each number of labels per class, on validation:", _table(chosen)]
    return "\n\n".join(parts)


def _choice_lines(results: pd.DataFrame, chosen: list[Choice], facts: Facts) -> Iterator[str]:
    tasks = [t for t in facts.pretext if t != CONTROL]
    if not tasks:
        yield "No pretext task was trained: name some in pretext_tasks to learn whether they help."
        return
    if not chosen:
        yield (
            "No budget has validation images, so no task can be chosen: give more labels, or set "
            "split.validation to separate."
        )
        return
    most = chosen[-1]
    yield f"**Choose {_name(most.way)}**: {_percent(most.accuracy)} on validation with " + (
        f"{labels(most.budget)}, {_lead(most, results['draw'].nunique())}."
    )
    if facts.within_budget or most.images < FEW_IMAGES:
        origin = "taken out of the budget" if facts.within_budget else "set aside"
        yield (
            f"The choice is uncertain: it rests on {most.images} validation images, {origin} "
            f"(standard error of an accuracy: {100 * _standard_error(most):.1f} points)."
        )
    yield from _without_pretraining(results, most, facts.confidence)


def _lead(choice: Choice, draws: int) -> str:
    if choice.runner_up is None:
        return "and there is no other task to compare with"
    ahead = f"{100 * choice.lead:.1f} points ahead of the next task ({_name(choice.runner_up)})"
    if draws == 1:
        return f"{ahead}; with a single draw the noise is unknown"
    noise = f"the noise over draws (±{100 * choice.half:.1f})"
    return f"{ahead}, " + (f"more than {noise}" if choice.clear else f"within {noise}")


def _standard_error(choice: Choice) -> float:
    share = choice.accuracy * (1 - choice.accuracy)
    return math.sqrt(share / choice.images)


def _without_pretraining(results: pd.DataFrame, most: Choice, confidence: float) -> Iterator[str]:
    """The best of the baseline and the control, where it is no worse than the choice."""
    ways = [BASELINE]
    if CONTROL in set(results["task"]):
        ways += [(method, CONTROL) for method in METHODS]
    leads = {way: _ahead(results, way, most.way, most.budget, confidence)[0] for way in ways}
    best = max(ways, key=leads.__getitem__)
    if leads[best] >= 0:
        name = "supervised training" if best == BASELINE else _name(best)
        yield (
            f"Without pretraining, {name}, does no worse there ({points(leads[best])} points): "
            "pretraining may not pay."
        )


def _data_lines(facts: Facts) -> Iterator[str]:
    if facts.data["channels"] == 1:
        yield f"The images are grey (1 channel): {COLOURED} can't be used on them."
    if facts.image_size < SMALL_IMAGE:
        yield (
            f"The images are small ({facts.image_size} px, under {SMALL_IMAGE}): tiles of a 3 x 3 "
            f"jigsaw have {facts.image_size // 3} px at most; use 2 x 2 tiles, or another task."
        )


def _task_lines(facts: Facts) -> Iterator[str]:
    for task, pretext in facts.pretext.items():
        figures = pretext["figures"]
        accuracy, spread = figures.get("accuracy"), figures.get("spread")
        if task in ORIENTED and accuracy is not None and facts.columns.get(task):
            chance = 1 / facts.columns[task]
            if accuracy < chance + NEAR_CHANCE * (1 - chance):
                yield (
                    f"The images show little orientation: {task} is right in "
                    f"{_percent(accuracy)}, near the {_percent(chance)} of chance; it is weak on "
                    "such data."
                )
        if spread is not None and spread < NEAR_COLLAPSE:
            yield (
                f"The embedding of {task} is near collapse: its spread is {spread:.2f} (0: all "
                "images in one place, 1: all over the sphere)."
            )


def _control_lines(results: pd.DataFrame, chosen: list[Choice], confidence: float) -> Iterator[str]:
    """Trained tasks whose frozen head is no better than that of an untrained encoder."""
    if not chosen or CONTROL not in set(results["task"]):
        return
    budget = chosen[-1].budget
    for task in results["task"].unique():
        if task in (outputs.NO_TASK, CONTROL):
            continue
        lead, half = _ahead(results, ("head", task), ("head", CONTROL), budget, confidence)
        if lead <= (0 if math.isnan(half) else half):
            yield (
                f"The frozen encoder of {task} does not clearly beat an untrained one: "
                f"{points(lead)} points on validation with {labels(budget)}."
            )


def _table(chosen: list[Choice]) -> str:
    rows = [
        [
            str(choice.budget),
            _name(choice.way),
            f"{100 * choice.accuracy:.1f}",
            _name(choice.runner_up) if choice.runner_up else "",
            points(choice.lead) + ("" if math.isnan(choice.half) else f"±{100 * choice.half:.1f}"),
            "-" if math.isnan(choice.half) else "yes" if choice.clear else "no",
        ]
        for choice in chosen
    ]
    return markdown.table(
        ["labels", "choose", "%", "next task", "lead", "clear"], rows, text=(1, 3)
    )


def _name(way: Way) -> str:
    method, task = way
    return f"{task}, {'frozen' if method == 'head' else 'fine-tuned'}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
