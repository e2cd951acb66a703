"""All that the results say: computed once, for the summary and the page alike."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from semisup.report.facts import Facts
from semisup.report.findings.advice import Advice, advice_by_budget
from semisup.report.findings.answers import Answers, answer, gains
from semisup.report.findings.doubts import Doubts, doubt
from semisup.report.findings.forecast import Forecast, forecast
from semisup.report.findings.gained import Step, gained
from semisup.report.findings.own import Comparison, own_and_others
from semisup.report.findings.pool import BEFORE, Control, FromPool, control, from_pool
from semisup.report.findings.selection import SelectionGain, selection_gain
from semisup.report.methods import BASELINE, CONTROLS, Method, Way
from semisup.report.tables.comparison import ranking
from semisup.report.tables.interval import Interval
from semisup.report.tables.results import deepest, methods_in

FILLED = 0.75  # of what a budget asks for


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the results say of tasks, budgets and ways (a method with its task)."""

    ranked: list[str]  # tasks: that of the best pretrained way, then the best first
    trained: list[str]  # those of them that are no controls
    budgets: list[int]  # ascending
    draws: int
    methods: list[Method]  # that there are results of
    advice: list[Advice]  # the way to take at each budget
    doubts: Doubts  # what the figures cannot be trusted for
    answers: Answers | None  # whether pretraining with the first task pays
    ways: Mapping[str, Way]  # by task, the one that trains most
    gains: Mapping[str, Mapping[int, Interval]]  # of these over the baseline, by task and budget
    steps: list[Step]  # where the gain of the first task comes from
    from_pool: Mapping[str, FromPool | None]  # by method, what its first task learned from the pool
    control: Control | None  # the self-trained baseline
    own: Comparison | None  # encoders trained here against those of others
    selection: SelectionGain | None  # what labels of chosen images bring the first task
    validation_labels: tuple[int, int]  # fewest and most that were used
    forecasts: Mapping[Way, Forecast]  # of all ways that can be looked ahead of
    short: list[int]  # budgets far from filled, which tell nothing of more labels

    @property
    def best(self) -> Way:
        """What validation chose with the most labels, else what trains most of the first task.

        The baseline where all tasks are controls, or where it is ahead.
        """
        if self.advice and self.advice[-1].budget == self.budgets[-1]:
            return self.advice[-1].way
        return self.ways[self.trained[0]] if self.trained else BASELINE

    @property
    def ahead(self) -> Forecast | None:
        """What more labels would bring to the best."""
        return self.forecasts.get(self.best)


def find(results: pd.DataFrame, facts: Facts) -> Findings:
    """Look at everything.

    Args:
        results: a row per method, task, budget and draw.
        facts: all else.
    """
    level = facts.confidence
    ranked, advice = ranking(results), advice_by_budget(results, level)
    if advice:  # one that counts as equal may stand before it
        ranked.sort(key=lambda task: task != advice[-1].pretrained.task)
    first = ranked[0] if ranked else None
    ways = {task: deepest(results, task) for task in ranked}
    used = results["validation_labels"]
    doubts = doubt(results, advice[-1] if advice else None, facts)
    budgets = [int(budget) for budget in sorted(results["budget"].unique())]
    short = _far_from_filled(doubts, facts)
    short = short if len(short) < len(budgets) else []
    return Findings(
        ranked=ranked,
        trained=[task for task in ranked if task not in CONTROLS],
        budgets=budgets,
        draws=results["draw"].nunique(),
        methods=methods_in(results),
        advice=advice,
        doubts=doubts,
        answers=answer(results, ways[first], level, facts.validation_per_class, short)
        if first
        else None,
        ways=ways,
        gains={task: gains(results, way, level) for task, way in ways.items()},
        steps=gained(results, first, level) if first else [],
        from_pool={
            method: from_pool(results, facts.pool_statistics, Way(method, task), level)
            for method in BEFORE
            for task in ranked[:1]
        },
        control=control(results, ranked, level),
        own=own_and_others(results, facts),
        selection=selection_gain(facts.chosen, first, level, facts.effective_tests)
        if first
        else None,
        validation_labels=(int(used.min()), int(used.max())),
        forecasts=_forecasts(results[~results["budget"].isin(short)], level),
        short=short,
    )


def _far_from_filled(doubts: Doubts, facts: Facts) -> list[int]:
    """Budgets that say little of how many labels there were."""
    classes = len(facts.data["classes"])
    return [b for b, labels in doubts.short.items() if labels < FILLED * b * classes]


def _forecasts(results: pd.DataFrame, confidence: float) -> dict[Way, Forecast]:
    pairs = results[["method", "task"]].drop_duplicates().itertuples(index=False)
    found = ((way, forecast(results, way, confidence)) for way in (Way(*pair) for pair in pairs))
    return {way: each for way, each in found if each}
