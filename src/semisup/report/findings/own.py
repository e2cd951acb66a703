"""What training an encoder on one's own images brings over one that others trained."""

from dataclasses import dataclass

import pandas as pd

from semisup.report.facts import Facts
from semisup.report.findings.choice import best_way
from semisup.report.methods import CONTROLS, Way
from semisup.report.tables.interval import Interval, gain


@dataclass(frozen=True)
class Comparison:
    """The best way of each kind, on validation with the most labels, by methods that both have.

    gains: own minus others', top-1 on test, by budget; images: that passed the own encoder in its
    pretraining.
    """

    own: Way
    others: Way
    gains: dict[int, Interval]
    images: int

    @property
    def sure(self) -> dict[int, Interval]:
        """Budgets at which the difference is more than noise, either way."""
        return {b: g for b, g in self.gains.items() if g.known and abs(g.mean) > g.half}


def own_and_others(results: pd.DataFrame, facts: Facts) -> Comparison | None:
    """None where there is no encoder of both kinds, or no validation to choose them by."""
    tasks = [task for task in facts.pretext if task not in CONTROLS]
    own = [task for task in tasks if facts.pretext[task].encoder_images]
    others = [task for task in tasks if not facts.pretext[task].encoder_images]
    of_own, of_others = (
        results.loc[results["task"].isin(kind), "method"] for kind in (own, others)
    )
    alike = results[results["method"].isin({*of_own} & {*of_others})]
    one, other = best_way(alike, own), best_way(alike, others)
    if one is None or other is None:
        return None
    gains = gain(results, "top1", one, other, facts.confidence)
    return Comparison(one, other, gains, facts.pretext[one.task].encoder_images)
