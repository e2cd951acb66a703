"""What the label curve says, in words."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from semisup import outputs
from semisup.report.curve import half_width, series_name, summarise


@dataclass(frozen=True)
class Facts:
    """What the summary needs beside the results."""

    data: dict[str, Any]  # of prepare
    split: dict[str, Any]
    pretext: dict[str, dict[str, Any]]
    confidence: float


def write_summary(results: pd.DataFrame, facts: Facts) -> str:
    """The summary as Markdown that also reads well on a console."""
    parts = ["# How many labels do these images need?", _data_line(facts), _table(results, facts)]
    tasks = [t for t in results["task"].unique() if t != outputs.NO_TASK]
    for task in tasks:
        parts += [f"## Pretraining by {task}", _pretext_line(task, facts)]
        parts += [_worth(results, task, facts.confidence), _saving(results, task)]
        parts += [_halving(results, "finetune", task)]
    notes = _notes(results, facts)
    if notes:
        parts += ["## Mind", "\n".join(f"- {note}" for note in notes)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _data_line(facts: Facts) -> str:
    split, data = facts.split, facts.data
    return (
        f"{len(data['classes'])} classes; {split['pool']} images in the unlabelled pool, "
        f"{split['train']} to buy labels for, {split['validation']} labelled for validation, "
        f"{split['test']} for test."
    )


def _table(results: pd.DataFrame, facts: Facts) -> str:
    """Top-1 in percent with its interval: a row per budget, a column per method."""
    table = summarise(results, "top1", facts.confidence)
    names = [series_name(m, t) for m, t in zip(table["method"], table["task"], strict=True)]
    table["series"] = names
    table["cell"] = [_percent(m, h) for m, h in zip(table["mean"], table["half"], strict=True)]
    wide = table.pivot(index="budget", columns="series", values="cell")
    order = [n for n in dict.fromkeys(names) if n != "supervised"]
    columns = ["supervised", *order]
    widths = [max(len(c), 12) for c in columns]
    head = "| labels per class | " + " | ".join(
        c.ljust(w) for c, w in zip(columns, widths, strict=True)
    )
    rule = "|---:|" + "|".join("---" for _ in columns)
    lines = [head + " |", rule + "|"]
    for budget, row in wide.iterrows():
        cells = " | ".join(str(row[c]).ljust(w) for c, w in zip(columns, widths, strict=True))
        lines.append(f"| {budget!s:>16} | {cells} |")
    draws = results["draw"].nunique()
    caption = f"Top-1 accuracy on test in %, mean of {draws} draw{'s' * (draws > 1)}" + (
        f" with {facts.confidence:.0%} interval." if draws > 1 else " (no interval)."
    )
    return caption + "\n\n" + "\n".join(lines)


def _percent(mean: float, half: float) -> str:
    return f"{100 * mean:.1f}" + ("" if np.isnan(half) else f" ± {100 * half:.1f}")


def _pretext_line(task: str, facts: Facts) -> str:
    figures = facts.pretext[task]["figures"]
    if not figures:
        return "Nothing was trained on the pool: a control."
    shown = ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
    return f"The pretext task on held-out pool images: {shown}."


def _means(results: pd.DataFrame, method: str, task: str) -> pd.Series:
    rows = results[(results["method"] == method) & (results["task"] == task)]
    return rows.groupby("budget")["top1"].mean()


def _worth(results: pd.DataFrame, task: str, confidence: float) -> str:
    """Paired differences: each draw's labelled images are the same for all methods."""
    key = ["budget", "draw"]
    tuned = results[(results["method"] == "finetune") & (results["task"] == task)].set_index(key)
    base = results[results["method"] == "supervised"].set_index(key)
    gain = (tuned["top1"] - base["top1"]).groupby("budget").agg(["mean", "std", "count"])
    gain["half"] = half_width(gain["std"], gain["count"], confidence)
    sure = gain[gain["mean"] - gain["half"].fillna(0) > 0]
    best = gain["mean"].idxmax()
    largest = f"the largest gain is {100 * gain['mean'].max():+.1f} points, with {_labels(best)}"
    if len(sure) == len(gain):
        verdict = f"Yes, at every budget; {largest}."
    elif len(sure):
        listed = ", ".join(str(b) for b in sure.index)
        verdict = f"Yes at {listed} labels per class, not clearly at the others; {largest}."
    else:
        verdict = f"Not clearly at any budget; {largest}."
    cells = ", ".join(f"{budget}: {100 * mean:+.1f}" for budget, mean in gain["mean"].items())
    return (
        f"**Is pretraining worth it here?** {verdict}\n"
        f"Fine-tuned minus supervised, points of top-1 by labels per class: {cells}."
    )


def _labels(per_class: object) -> str:
    return f"{per_class} label{'' if per_class == 1 else 's'} per class"


def _saving(results: pd.DataFrame, task: str) -> str:
    """For the accuracy of the baseline at its largest budgets: labels that fine-tuning needs."""
    tuned, base = _means(results, "finetune", task), _means(results, "supervised", outputs.NO_TASK)
    lines = []
    for budget in list(base.index)[-2:][::-1]:
        accuracy = float(base[budget])
        reached = (
            f"For the {100 * accuracy:.1f} % that supervised training reaches with "
            f"{_labels(budget)}, fine-tuning"
        )
        needs = labels_needed(tuned, accuracy)
        if needs is None:
            lines.append(f"{reached} would need more than {tuned.index[-1]}.")
        elif needs <= tuned.index[0]:
            lines.append(f"{reached} needs {tuned.index[0]} or fewer.")
        else:
            lines.append(
                f"{reached} needs about {needs:.0f} ({100 * (needs / budget - 1):+.0f} %)."
            )
    lines.append(_half_beats_whole(results, task))
    return "**How many labels does it save?** " + " ".join(filter(None, lines))


def labels_needed(curve: pd.Series, accuracy: float) -> float | None:
    """Budget at which a curve (accuracy by budget) first reaches an accuracy.

    Interpolated linearly in the logarithm of the budget; None where it is never reached.
    """
    budgets, values = np.array(curve.index, float), curve.to_numpy()
    above = np.flatnonzero(values >= accuracy)
    if not len(above):
        return None
    first = above[0]
    if first == 0:
        return float(budgets[0])
    share = (accuracy - values[first - 1]) / (values[first] - values[first - 1])
    low, high = np.log(budgets[first - 1 : first + 1])
    return float(np.exp(low + share * (high - low)))


def _half_beats_whole(results: pd.DataFrame, task: str) -> str:
    """Draw by draw: fine-tuning with half of the largest budget against the baseline with all."""
    most = int(results["budget"].max())
    rows = results.set_index(["method", "task", "budget", "draw"])["top1"].sort_index()
    if most % 2 or most // 2 not in set(results["budget"]):
        return ""
    half = rows["finetune", task, most // 2]
    whole = rows["supervised", outputs.NO_TASK, most]
    wins = int((half > whole).sum())
    return (
        f"Fine-tuned with {most // 2} labels per class beats supervised with {most} in "
        f"{wins} of {len(half)} draws."
    )


def _halving(results: pd.DataFrame, method: str, task: str) -> str:
    means = _means(results, method, task)
    steps = [(b, b // 2) for b in means.index if b % 2 == 0 and b // 2 in means.index]
    if not steps:
        return ""
    cells = ", ".join(
        f"{whole} to {half}: {100 * (means[half] - means[whole]):+.1f} points "
        f"({100 * (1 - means[half] / means[whole]):.0f} % of the accuracy)"
        for whole, half in steps[::-1][:3]
    )
    return f"**What does halving the labels cost?** Fine-tuned, {cells}."


def _notes(results: pd.DataFrame, facts: Facts) -> list[str]:
    within = facts.split["validation"] == 0
    notes = [
        f"Validation used {_validation(results)} labels, "
        + ("taken out of the budgets." if within else "beside those of the budgets.")
    ]
    if facts.data["rejected"]:
        notes.append(
            f"{facts.data['rejected']} files could not be used; see data/prepared/rejected.csv."
        )
    if facts.split["leaked"]:
        notes.append(
            f"{facts.split['leaked']} images equal a validation or test image and were left out."
        )
    short = _short_budgets(results, len(facts.data["classes"]), within)
    if short:
        notes.append("Some classes have fewer images than the budget: " + short + ".")
    unfair = _weak_baseline(results)
    if unfair:
        notes.append(
            "The baseline made fewer updates than head and fine-tuning together with "
            f"{unfair} labels per class: raise supervised.epochs or supervised.min_updates."
        )
    return notes


def _validation(results: pd.DataFrame) -> str:
    counts = sorted(results["validation_labels"].unique())
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _short_budgets(results: pd.DataFrame, classes: int, within: bool) -> str:
    rows = results[results["method"] == "supervised"]
    bought = rows["labels_used"] + (rows["validation_labels"] if within else 0)
    most = bought.groupby(rows["budget"]).max()
    short = most[most < most.index.to_numpy() * classes]
    return "; ".join(f"{_labels(budget)} were {number} in all" for budget, number in short.items())


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
