"""Is pretraining worth it, how many labels does it save: a task's label curve in words."""

import numpy as np
import pandas as pd

from semisup.report.tables.curve import BASELINE, gain
from semisup.report.words.phrases import labels, points
from semisup.workflow import outputs


def answers(results: pd.DataFrame, task: str, confidence: float) -> list[str]:
    """What the label curve of one task answers, a paragraph for each question."""
    parts = [_worth(results, task, confidence), _saving(results, task), _halving(results, task)]
    return [part for part in parts if part]


def gain_line(results: pd.DataFrame, task: str, confidence: float) -> str:
    """Fine-tuned minus supervised at the smallest and the largest budget."""
    gains = gain(results, "top1", ("finetune", task), BASELINE, confidence)["mean"]
    ends = dict.fromkeys((gains.index[0], gains.index[-1]))
    return "fine-tuned minus supervised " + ", ".join(
        f"{points(gains[budget])} points with {labels(budget)}" for budget in ends
    )


def _worth(results: pd.DataFrame, task: str, confidence: float) -> str:
    """Paired differences: each draw's labelled images are the same for all methods."""
    gains = gain(results, "top1", ("finetune", task), BASELINE, confidence)
    sure = gains[gains["mean"] - gains["half"].fillna(0) > 0]
    best = gains["mean"].idxmax()
    largest = f"the largest gain is {points(gains['mean'].max())} points, with {labels(best)}"
    if len(sure) == len(gains):
        verdict = f"Yes, at every budget; {largest}."
    elif len(sure):
        listed = ", ".join(str(b) for b in sure.index)
        verdict = f"Yes at {listed} labels per class, not clearly at the others; {largest}."
    else:
        verdict = f"Not clearly at any budget; {largest}."
    cells = ", ".join(f"{budget}: {points(mean)}" for budget, mean in gains["mean"].items())
    return (
        f"**Is pretraining worth it here?** {verdict}\n"
        f"Fine-tuned minus supervised, points of top-1 by labels per class: {cells}."
    )


def _saving(results: pd.DataFrame, task: str) -> str:
    """For the accuracy of the baseline at its largest budgets: labels that fine-tuning needs."""
    tuned, base = _means(results, "finetune", task), _means(results, "supervised", outputs.NO_TASK)
    lines = []
    for budget in list(base.index)[-2:][::-1]:
        accuracy = float(base[budget])
        reached = (
            f"For the {100 * accuracy:.1f} % that supervised training reaches with "
            f"{labels(budget)}, fine-tuning"
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
        f"Fine-tuned with {labels(most // 2)} beats supervised with {most} in "
        f"{wins} of {len(half)} draws."
    )


def _halving(results: pd.DataFrame, task: str) -> str:
    means = _means(results, "finetune", task)
    steps = [(b, b // 2) for b in means.index if b % 2 == 0 and b // 2 in means.index]
    if not steps:
        return ""
    cells = ", ".join(
        f"{whole} to {half}: {points(means[half] - means[whole])} points "
        f"({100 * (1 - means[half] / means[whole]):.0f} % of the accuracy)"
        for whole, half in steps[::-1][:3]
    )
    return f"**What does halving the labels cost?** Fine-tuned, {cells}."


def _means(results: pd.DataFrame, method: str, task: str) -> pd.Series:
    rows = results[(results["method"] == method) & (results["task"] == task)]
    return rows.groupby("budget")["top1"].mean()
