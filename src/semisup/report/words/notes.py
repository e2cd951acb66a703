"""What a reader of the summary has to mind."""

import pandas as pd

from semisup.report.facts import Facts
from semisup.report.words.phrases import labels
from semisup.workflow import outputs


def notes(results: pd.DataFrame, facts: Facts) -> list[str]:
    """A line for each thing; none where all is well."""
    within = facts.within_budget
    found = [
        f"Validation used {_validation(results)} labels, "
        + ("taken out of the budgets." if within else "beside those of the budgets.")
    ]
    if facts.data["rejected"]:
        found.append(
            f"{facts.data['rejected']} files could not be used; see data/prepared/rejected.csv."
        )
    if facts.split["leaked"]:
        found.append(
            f"{facts.split['leaked']} images equal a {'labelled' if within else 'validation'} or "
            "test image and were left out."
        )
    if untrained := facts.split["untrained"]:
        found.append(
            f"{len(untrained)} classes of the test images have no training images "
            f"({untrained[0]!r} is one): whatever is predicted for those images is wrong."
        )
    short = _short_budgets(results, len(facts.data["classes"]), within)
    if short:
        found.append("Some classes have fewer images than the budget: " + short + ".")
    tuned = results[results["method"] == "finetune"]
    if unchanged := int((tuned["kept"] == 0).sum()):
        found.append(
            f"{unchanged} of {len(tuned)} fine-tuned classifiers are what they started from: no "
            "later weights were better on validation."
        )
    unfair = _weak_baseline(results)
    if unfair:
        found.append(
            "The baseline made fewer updates than head and fine-tuning together with "
            f"{unfair} labels per class: raise supervised.epochs or supervised.min_updates."
        )
    return found


def _validation(results: pd.DataFrame) -> str:
    counts = sorted(results["validation_labels"].unique())
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _short_budgets(results: pd.DataFrame, classes: int, within: bool) -> str:
    rows = results[results["method"] == "supervised"]
    bought = rows["labels_used"] + (rows["validation_labels"] if within else 0)
    most = bought.groupby(rows["budget"]).max()
    short = most[most < most.index.to_numpy() * classes]
    return "; ".join(f"{labels(budget)} were {number} in all" for budget, number in short.items())


def _weak_baseline(results: pd.DataFrame) -> str:
    updates = results.groupby(["budget", "method", "task"])["updates"].max()
    weak = []
    for budget in sorted(results["budget"].unique()):
        of_budget = updates[budget]
        for task in {t for m, t in of_budget.index if m == "finetune"}:
            together = of_budget["head", task] + of_budget["finetune", task]
            if of_budget["supervised", outputs.NO_TASK] < together:
                weak.append(str(budget))
                break
    return ", ".join(weak)
