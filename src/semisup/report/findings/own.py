"""What training an encoder on one's own images brings over one that others trained."""

from dataclasses import dataclass

import pandas as pd

from semisup.report.facts import Facts
from semisup.report.findings.advice import best_way
from semisup.report.methods import CONTROLS, Way
from semisup.report.tables.headline import SCORE
from semisup.report.tables.interval import Interval, gain


@dataclass(frozen=True)
class Comparison:
    """The best ways of each kind, on validation at each budget, by methods that both have.

    own, others: those with the most labels; gains: own minus others', score on test, by budget;
    images: that passed the encoder of `own` in its pretraining.
    """

    own: Way
    others: Way
    gains: dict[int, Interval]
    images: int

    @property
    def sure(self) -> dict[int, Interval]:
        """Budgets at which the difference is more than noise, either way."""
        return {b: g for b, g in self.gains.items() if g.above_zero or g.below_zero}


def own_and_others(results: pd.DataFrame, facts: Facts) -> Comparison | None:
    """None where there is no encoder of both kinds, or no validation to choose them by."""
    tasks = [task for task in facts.pretext if task not in CONTROLS]
    own = [task for task in tasks if facts.pretext[task].encoder_images]
    others = [task for task in tasks if not facts.pretext[task].encoder_images]
    of_own, of_others = (
        results.loc[results["task"].isin(kind), "method"] for kind in (own, others)
    )
    alike = results[results["method"].isin({*of_own} & {*of_others})]
    best: dict[int, tuple[Way, Way]] = {}
    for budget in sorted({*alike["budget"]}):
        here = alike[alike["budget"] == budget]
        one, other = best_way(here, own), best_way(here, others)
        if one is not None and other is not None:
            best[int(budget)] = one, other
    if not best:
        return None
    gains = {
        budget: gain(results, SCORE, *ways, facts.confidence)[budget]
        for budget, ways in best.items()
    }
    one, other = best[max(best)]
    return Comparison(one, other, gains, facts.pretext[one.task].encoder_images)
