"""Tasks side by side at a budget, and how their pretraining went."""

import math

import pandas as pd

from semisup.report.facts import Facts
from semisup.report.findings.together import Findings
from semisup.report.methods import METHODS
from semisup.report.page.chart import Chart, Option, Switch, Table
from semisup.report.tables.interval import ends
from semisup.report.words.phrases import short_count, with_interval
from semisup.workflow import outputs

NONE = "none (supervised)"
# as in the other figures, but for the baseline, which is black there
COLORS = {name: "currentColor" if name == "supervised" else m.color for name, m in METHODS.items()}


def tasks(compared: pd.DataFrame, facts: Facts, found: Findings) -> Chart:
    """A row for each task, a marker for each method, at the budget that is chosen."""
    lows, highs = ends(compared["top1"], compared["half_width"])
    columns = (compared[name] for name in ("task", "method", "budget", "top1"))
    rows = [
        {
            "task": NONE if task == outputs.NO_TASK else task,
            "method": METHODS[method].label,
            "budget": int(budget),
            **{k: round(100 * v, 2) for k, v in (("mean", top1), ("low", low), ("high", high))},
        }
        for task, method, budget, top1, low, high in zip(*columns, lows, highs, strict=True)
    ]
    used = {row["method"] for row in rows}
    colors = {m.label: COLORS[name] for name, m in METHODS.items() if m.label in used}
    x = {"type": "quantitative", "title": f"{facts.figure} on test, %", "scale": {"zero": False}}
    offset = {"field": "method", "type": "nominal", "sort": [*colors]}
    spec = {
        "height": {"step": 9},
        "encoding": {
            "y": {"field": "task", "sort": [*found.ranked, NONE], "title": None, "type": "nominal"},
            "yOffset": offset,
            "color": {
                "field": "method",
                "type": "nominal",
                "scale": {"domain": [*colors], "range": [*colors.values()]},
                "legend": {"orient": "top", "title": None, "columns": 2},
            },
        },
        "layer": [
            {
                "mark": {"type": "rule", "opacity": 0.5},
                "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {
                    "x": x | {"field": "mean"},
                    "tooltip": [{"field": f} for f in ("task", "method", "mean", "low", "high")],
                },
            },
        ],
    }
    options = [Option(str(b), str(b), b == found.budgets[-1]) for b in found.budgets]
    alt = "Accuracy of each encoder by each method at one budget, the best encoder on top."
    return Chart(
        "tasks",
        spec,
        rows,
        alt,
        _table(compared, found.budgets[-1]),
        [Switch("budget", "Labels per class", options)],
    )


def _table(compared: pd.DataFrame, budget: int) -> Table:
    rows = compared[compared["budget"] == budget]
    cells = [
        [
            NONE if row.task == outputs.NO_TASK else row.task,
            METHODS[row.method].short,
            with_interval(row.top1, row.half_width),
            "-" if math.isnan(row.validation_top1) else f"{100 * row.validation_top1:.1f}",
            short_count(row.images_seen),
        ]
        for row in rows.itertuples()
    ]
    header = ["encoder", "method", f"% on test, {budget} labels per class", "on validation"]
    return Table([*header, "images seen in pretraining"], cells)


def pretraining(curves: pd.DataFrame) -> Chart | None:
    """Figures of merit by epoch; None where nothing was trained."""
    rows = [
        {"epoch": round(float(e), 2), "series": series, "merit": round(float(merit), 4)}
        for e, series, merit in zip(curves["epoch"], curves["series"], curves["merit"], strict=True)
        if not math.isnan(merit)
    ]
    if not rows:
        return None
    spec = {
        "height": 260,
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "epoch", "type": "quantitative", "axis": {"tickMinStep": 1}},
            "y": {
                "field": "merit",
                "type": "quantitative",
                "title": "accuracy, or the task's own figure",
                "scale": {"zero": False},
            },
            "color": {
                "field": "series",
                "type": "nominal",
                "legend": {"orient": "bottom", "title": None, "columns": 2},
            },
            "tooltip": [{"field": "series"}, {"field": "epoch"}, {"field": "merit"}],
        },
    }
    cells = [[row["series"], str(row["epoch"]), str(row["merit"])] for row in rows]
    alt = "The figure of merit of each pretext task by epoch, in training and on held-out images."
    return Chart("pretraining", spec, rows, alt, Table(["what", "epoch", "figure"], cells))
