"""What a reader has to beware of: plain rules, each with the number behind it.

Those on pretraining look at validation accuracy, never at test accuracy.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd
from scipy.special import ndtri

from semisup.report.facts import Facts, Pretext
from semisup.report.findings.advice import Advice, ahead
from semisup.report.methods import BASELINE, CONTROL, CONTROLS, FINETUNE, HEAD, Way
from semisup.report.tables.headline import SHARED
from semisup.report.tables.results import methods_in, rows_of
from semisup.workflow import outputs

ORIENTED = ("rotation", "geometric")  # tasks that ask for orientation, one answer per column
NEAR_CHANCE = 0.2  # of the way from chance to always right
NEAR_COLLAPSE = 0.3  # spread of an embedding: 0 is collapsed, near 1 all over the sphere
SMALL_IMAGE = 42  # pixels, below which a jigsaw's grid is 2 where it is auto
FEW_IMAGES = 100  # of validation; an accuracy's standard error may exceed 5 points
MUCH_SHARED = 0.2  # of labelled images by draws; their intervals are a third wider
STILL_RISING = 0.75  # of a training's updates, where its best weights came later


class Rival(NamedTuple):
    """A control that does no worse than the choice, and by how much it is ahead."""

    way: Way
    lead: float


@dataclass(frozen=True, kw_only=True)
class Doubts:
    """Reasons to distrust the advice or the results."""

    uncertain: bool  # the advice rests on few validation images
    untuned: bool = False  # its encoder, of which no more was tried, stayed as it was
    rival: Rival | None
    # what naming one class always gets, where the advice is not clearly better on validation:
    no_better: float | None = None  # ... and near that
    in_noise: float | None = None  # ... and not near that
    chance: dict[str, float]  # what guessing gets at tasks that are near it
    collapsed: dict[str, float]  # spread of embeddings that are near collapse, by task
    untrained: dict[str, float]  # by how much tasks lead the control, frozen, where not clearly
    short: dict[int, int]  # labels in all, by budgets that some class cannot fill
    shared: dict[int, float] = field(default_factory=dict)  # of labels by draws, where that is much
    tuned: int  # classifiers that were fine-tuned
    unchanged: int  # those of them that stayed as they were
    weak: list[int]  # budgets at which the baseline made fewer updates than a task's methods
    # budgets at which fine-tuning made fewer, was behind the baseline, and still getting better
    rushed: list[int] = field(default_factory=list)
    # learning rates of the baseline and of fine-tuning, where the baseline had fewer
    rates: tuple[int, int] | None = None


def doubt(results: pd.DataFrame, advice: Advice | None, facts: Facts) -> Doubts:
    """Look at everything; `advice` at the largest budget where it can be told."""
    tuned, base = results[results["method"] == FINETUNE.name], rows_of(results, BASELINE)
    no_better, in_noise = _always(advice, facts) if advice else (None, None)
    return Doubts(
        uncertain=advice is not None
        and (facts.within_budget or advice.effective_images < FEW_IMAGES),
        untuned=advice is not None and FINETUNE not in methods_in(results, advice.pretrained.task),
        rival=_rival(results, advice, facts.confidence) if advice else None,
        no_better=no_better,
        in_noise=in_noise,
        chance={task: 1 / p.columns for task, p in facts.pretext.items() if _near_chance(task, p)},
        collapsed={
            task: p.figures["spread"]
            for task, p in facts.pretext.items()
            if p.figures.get("spread", 1) < NEAR_COLLAPSE
        },
        untrained=_like_untrained(results, advice, facts.confidence) if advice else {},
        short=short_budgets(base, len(facts.data["classes"]), facts.within_budget),
        shared=_shared(results),
        tuned=len(tuned),
        unchanged=int((tuned["kept"] == 0).sum()),
        weak=_weak_baseline(results),
        rushed=_rushed(results),
        rates=facts.rates if len(tuned) and facts.rates[0] < facts.rates[1] else None,
    )


def _always(advice: Advice, facts: Facts) -> tuple[float | None, float | None]:
    """`no_better` and `in_noise`: what naming one class always gets, where that may be as good."""
    counts = facts.validation_counts
    if len(facts.test_counts) == 1:  # then all that is said of test is 100 % too
        return 1.0, None
    if not counts:
        return None, None
    always = 1 / len(counts) if facts.balanced else max(counts) / sum(counts)
    noise = ndtri(0.5 + facts.confidence / 2) * advice.standard_error
    if not advice.images or advice.accuracy - noise > always:
        return None, None
    is_near = advice.accuracy < always + NEAR_CHANCE * (1 - always)
    return (always, None) if is_near else (None, always)


def _rival(results: pd.DataFrame, advice: Advice, level: float) -> Rival | None:
    pairs = ((control, method) for control in CONTROLS for method in methods_in(results, control))
    ways = [Way(method.name, control) for control, method in pairs]
    leads = {way: ahead(results, way, advice.way, advice.budget, level).mean for way in ways}
    best = max(ways, key=leads.__getitem__, default=None)
    return Rival(best, leads[best]) if best and leads[best] >= 0 else None


def _near_chance(task: str, pretext: Pretext) -> bool:
    if task not in ORIENTED or not pretext.columns:
        return False
    chance = 1 / pretext.columns
    return pretext.figures.get("accuracy", 1) < chance + NEAR_CHANCE * (1 - chance)


def _like_untrained(results: pd.DataFrame, advice: Advice, level: float) -> dict[str, float]:
    tasks = [*results["task"].unique()]
    if CONTROL not in tasks:
        return {}
    frozen, control = HEAD.name, Way(HEAD.name, CONTROL)
    leads = {
        task: ahead(results, Way(frozen, task), control, advice.budget, level)
        for task in tasks
        if task not in (outputs.NO_TASK, *CONTROLS)
    }
    sure = {task for task, lead in leads.items() if lead.above_zero}
    sure |= {task for task, lead in leads.items() if not lead.known and lead.mean > 0}  # one draw
    return {task: lead.mean for task, lead in leads.items() if task not in sure}


def short_budgets(rows: pd.DataFrame, classes: int, within_budget: bool) -> dict[int, int]:
    """How many labels there were in all, by budgets that some class has too few images for.

    `rows`: results of one method and task.
    """
    bought = rows["labels_used"] + (rows["validation_labels"] if within_budget else 0)
    most = bought.groupby(rows["budget"]).max()
    short = most[most < most.index.to_numpy() * classes]
    return dict(zip(map(int, short.index), map(int, short), strict=True))


def _shared(results: pd.DataFrame) -> dict[int, float]:
    if SHARED not in results or results["draw"].nunique() == 1:
        return {}
    shares = dict(zip(results["budget"].tolist(), results[SHARED].tolist(), strict=True))
    return {budget: share for budget, share in sorted(shares.items()) if share > MUCH_SHARED}


def _weak_baseline(results: pd.DataFrame) -> list[int]:
    """Budgets at which it made fewer updates than all methods of some task together."""
    of_tasks = results[results["task"] != outputs.NO_TASK]
    updates = of_tasks.groupby(["budget", "task", "method"])["updates"].max()
    most = updates.groupby(["budget", "task"]).sum().groupby("budget").max()
    base = rows_of(results, BASELINE).groupby("budget")["updates"].max()
    return [int(budget) for budget in most.index if base[budget] < most[budget]]


def _rushed(results: pd.DataFrame) -> list[int]:
    """Budgets at which fine-tuning ended behind the baseline, sooner, and still getting better."""
    columns = ["updates", "validation_top1"]
    base = rows_of(results, BASELINE).groupby("budget")[columns].mean()
    found = set()
    for task in results.loc[results["method"] == FINETUNE.name, "task"].unique():
        rows = rows_of(results, Way(FINETUNE.name, task))
        tuned = rows.groupby("budget")[columns].mean()
        fewer, behind = (tuned[name] < base[name] for name in columns)
        rising = (rows["kept"] / rows["updates"]).groupby(rows["budget"]).mean() > STILL_RISING
        found |= {int(budget) for budget in tuned.index[fewer & behind & rising]}
    return sorted(found)
