"""Pretext tasks side by side: accuracy with its interval at every budget, and what it cost."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from semisup.report.tables.curve import KEY, summarise
from semisup.report.words import markdown
from semisup.workflow import outputs

CONTROL = "random"  # the task that trains nothing
METHODS = {"head": "frozen encoder + head", "finetune": "fine-tuned"}
SUPERVISED = "supervised"


def compare(
    results: pd.DataFrame, pretext: dict[str, dict[str, Any]], confidence: float
) -> pd.DataFrame:
    """A row per task, method and budget, as task_comparison.csv has them.

    top1 and validation_top1 are means over draws, half_width is that of top1's interval (NaN with
    a single draw), images_seen the whole images that passed the encoder in pretraining.
    """
    table = summarise(results, "top1", confidence)
    validation = results.groupby(KEY, sort=False)["validation_top1"].mean()
    seen = {task: facts["encoder_images"] for task, facts in pretext.items()}
    columns = {
        "task": table["task"],
        "method": table["method"],
        "budget": table["budget"],
        "top1": table["mean"],
        "half_width": table["half"],
        "validation_top1": validation.to_numpy(),
        "images_seen": table["task"].map(seen).fillna(0).astype(int),
    }
    return pd.DataFrame(columns)


def ranking(results: pd.DataFrame) -> list[str]:
    """Tasks by the validation accuracy of their better method, best first, the control last.

    At the largest budget that has validation images; test accuracies have no say.
    """
    rows = results[results["task"] != outputs.NO_TASK]
    tasks = [*rows["task"].unique()]
    known = rows.dropna(subset="validation_top1")
    if len(known):
        known = known[known["budget"] == known["budget"].max()]
        means = known.groupby(["task", "method"])["validation_top1"].mean()
        best = means.groupby("task").max().to_dict()
        tasks.sort(key=lambda task: -best.get(task, 0.0))  # equal ones stay as params.yaml has them
    return sorted(tasks, key=lambda task: task == CONTROL)


def comparison_text(compared: pd.DataFrame, ranked: Sequence[str], draws: int, level: float) -> str:
    """The tables for the summary: by budget with at most one task, else by task."""
    of = "Top-1 accuracy on test in %, mean of " + f"{draws} draw{'s' * (draws > 1)}"
    caption = of + (f" with {level:.0%} interval" if draws > 1 else " (no interval)")
    if len(ranked) <= 1:
        return f"{caption}.\n\n{_by_budget(compared)}"
    parts = [
        f"{caption}, by labels per class.\n"
        "Sorted by validation accuracy; seen: images that passed the encoder in pretraining."
    ]
    for method, title in METHODS.items():
        parts += [f"**{title[0].upper()}{title[1:]}**", _by_task(compared, ranked, method)]
    return "\n\n".join(parts)


def _by_budget(compared: pd.DataFrame) -> str:
    columns = [(SUPERVISED, outputs.NO_TASK, SUPERVISED)]
    for task in compared.loc[compared["task"] != outputs.NO_TASK, "task"].unique():
        columns += [(method, task, f"{method} ({task})") for method in METHODS]
    cells = _cells(compared)
    rows = [
        [str(budget), *(cells[method, task, budget] for method, task, _ in columns)]
        for budget in compared["budget"].unique()
    ]
    return markdown.table(["labels per class", *(name for _, _, name in columns)], rows, text=())


def _by_task(compared: pd.DataFrame, ranked: Sequence[str], method: str) -> str:
    seen = dict(zip(compared["task"], compared["images_seen"], strict=True))
    cells, budgets = _cells(compared), [*compared["budget"].unique()]
    lines = [(method, task, task) for task in ranked]
    lines.append((SUPERVISED, outputs.NO_TASK, SUPERVISED))
    rows = [
        [name, short_count(seen[task]), *(cells[way, task, budget] for budget in budgets)]
        for way, task, name in lines
    ]
    return markdown.tables(["task", "seen", *map(str, budgets)], rows, keys=2)


def _cells(compared: pd.DataFrame) -> dict[tuple[str, str, int], str]:
    keys = zip(compared["method"], compared["task"], compared["budget"], strict=True)
    values = zip(compared["top1"], compared["half_width"], strict=True)
    return {key: percent(*value) for key, value in zip(keys, values, strict=True)}


def percent(mean: float, half: float) -> str:
    """Of a mean and its interval, the latter left out where there is none."""
    return f"{100 * mean:.1f}" + ("" if np.isnan(half) else f"±{100 * half:.1f}")


def short_count(number: int) -> str:
    """At most five characters: 864, 12.3k, 864k, 1.2M; "-" for none."""
    if number < 1000:
        return str(number) if number else "-"
    value, unit = number / 1000, "k"
    for larger in "MGT":
        if value >= 999.5:
            value, unit = value / 1000, larger
    return f"{value:.0f}{unit}" if value >= 99.95 else f"{value:.1f}{unit}"
