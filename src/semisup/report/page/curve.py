"""The label curve: accuracy by labels per class, of every method and task."""

from typing import Any

import numpy as np
import pandas as pd

from semisup.data.dataset import BALANCED
from semisup.report.facts import Facts
from semisup.report.figures.style import task_colors
from semisup.report.findings.together import Findings
from semisup.report.methods import METHODS, Way
from semisup.report.page.chart import (
    TEXT_COLOR,
    Chart,
    Option,
    Switch,
    Table,
    along,
    colored,
    hovered,
    interval,
)
from semisup.report.page.compared import NONE
from semisup.report.tables.headline import SCORE, SHARED, effective_images
from semisup.report.tables.interval import ends, mean_over_draws
from semisup.report.words.phrases import with_interval
from semisup.workflow import outputs

OTHER_SCORES = {"top1": "top-1", "top5": "top-5", "balanced_accuracy": "balanced accuracy"}


def label_curve(every: pd.DataFrame, results: pd.DataFrame, facts: Facts, found: Findings) -> Chart:
    """The chart.

    Args:
        every: results, a row per method, task, budget and draw.
        results: the same with the headline figure as `SCORE`.
        facts: the headline figure's name, the confidence.
        found: the order of the tasks.
    """
    if SHARED in results:  # `every` has the same rows
        every = every.assign(**{SHARED: results[SHARED]})
    scores = [("headline", facts.figure, results, SCORE)]
    scores += [(s, label, every, s) for s, label in OTHER_SCORES.items() if s != facts.headline]
    counts, level = np.array(facts.test_counts, int), facts.confidence
    means = {
        name: mean_over_draws(
            table.dropna(subset=score), score, level, effective_images(counts, score == BALANCED)
        )
        for name, _, table, score in scores
    }
    labels = {name: label for name, label, _, _ in scores if len(means[name])}
    rows = [row for name in labels for row in _rows(name, means[name])]
    colors = {outputs.NO_TASK: TEXT_COLOR} | task_colors(found.ranked)
    methods = [m for m in METHODS if m in {row["method"] for row in rows}]
    lines = [Option(name, METHODS[name].label, dash=[*METHODS[name].dash]) for name in methods]
    called = {outputs.NO_TASK: NONE}
    encoders = [Option(name, called.get(name, name), color=c) for name, c in colors.items()]
    return Chart(
        "curve",
        _spec(found.budgets, colors, methods),
        rows,
        f"Lines of accuracy on test in % over labels per class ({found.budgets[0]} to "
        f"{found.budgets[-1]}), one for each method and task; higher is better.",
        _table(means, labels),
        (
            Switch("score", "Figure", [Option(n, s, n == "headline") for n, s in labels.items()]),
            Switch("method", "Methods", lines, many=True),
            Switch("task", "Encoders", encoders, many=True),
        ),
    )


def _rows(name: str, means: pd.DataFrame) -> list[dict[str, Any]]:
    lows, highs = ends(means["mean"], means["half"])
    columns = (means["method"], means["task"], means["budget"], means["mean"], lows, highs)
    return [
        {
            "score": name,
            "method": method,
            "task": task,
            "series": Way(method, task).words,
            "budget": int(budget),
            **interval(mean, low, high),
        }
        for method, task, budget, mean, low, high in zip(*columns, strict=True)
    ]


def _spec(budgets: list[int], colors: dict[str, str], methods: list[str]) -> dict[str, Any]:
    log = {"type": "log", "base": 2, "nice": False, "padding": 12}
    # else the page's usual number of ticks is kept, and the last budget may not be among them
    axis = {"values": budgets, "format": "d", "tickCount": len(budgets)}
    title = "% on test"
    dashes = {"domain": methods, "range": [[*METHODS[name].dash] for name in methods]}
    line = {
        "y": along("mean", title),
        "strokeDash": {"field": "method", "type": "nominal", "scale": dashes, "legend": None},
        "detail": {"field": "series"},
    }
    shown = hovered(["series", "budget", "mean", "low", "high"])
    dot = {"type": "point", "filled": True, "size": 55, "opacity": 1}
    return {
        "height": 360,
        "encoding": {
            "x": along("budget", "labels per class", scale=log, axis=axis),
            "color": colored("task", colors),
        },
        "layer": [
            {
                "mark": {"type": "rule", "opacity": 0.45},
                "encoding": {"y": along("low", title), "y2": {"field": "high"}},
            },
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": line},
            {"mark": dot, "encoding": {"y": along("mean", title), "tooltip": shown}},
        ],
    }


def _table(means: dict[str, pd.DataFrame], labels: dict[str, str]) -> Table:
    budgets = [*dict.fromkeys(means["headline"]["budget"])]
    rows = []
    for name, label in labels.items():
        for (method, task), of_way in means[name].groupby(["method", "task"], sort=False):
            columns = (of_way[column] for column in ("budget", "mean", "half"))
            cells = {b: with_interval(m, h) for b, m, h in zip(*columns, strict=True)}
            shown = [cells.get(budget, "-") for budget in budgets]
            rows.append([Way(str(method), str(task)).words, label, *shown])
    return Table(["what", "figure", *map(str, budgets)], rows)
