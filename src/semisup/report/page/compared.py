"""Tasks side by side at a budget, and how their pretraining went."""

import math
from collections.abc import Sequence

import pandas as pd

from semisup.report.facts import Facts
from semisup.report.figures.style import task_colors
from semisup.report.findings.together import Findings
from semisup.report.methods import BLACK, METHODS
from semisup.report.page.chart import (
    TEXT_COLOR,
    Chart,
    Encoding,
    Option,
    Switch,
    Table,
    along,
    cell,
    colored,
    hovered,
    interval,
    named,
    of_budgets,
)
from semisup.report.tables.headline import SCORE
from semisup.report.tables.interval import ends
from semisup.report.words.phrases import short_count, with_interval
from semisup.workflow import outputs

NONE = "none (supervised)"
MOST_TICKS = 11  # of epochs on an axis
# as in the other figures, but for what is black there: it has the colour of the page's text
COLORS = {name: TEXT_COLOR if m.color == BLACK else m.color for name, m in METHODS.items()}


def tasks(compared: pd.DataFrame, facts: Facts, found: Findings) -> Chart:
    """A row for each task, a marker for each method, at the budget that is chosen."""
    lows, highs = ends(compared[SCORE], compared["half_width"])
    columns = (compared[name] for name in ("task", "method", "budget", SCORE))
    rows = [
        {
            "task": NONE if task == outputs.NO_TASK else task,
            "method": METHODS[method].label,
            "budget": int(budget),
            **interval(score, low, high),
        }
        for task, method, budget, score, low, high in zip(*columns, lows, highs, strict=True)
    ]
    used = {row["method"] for row in rows}
    colors = {m.label: COLORS[name] for name, m in METHODS.items() if m.label in used}
    methods = [Option(label, label, color=color) for label, color in colors.items()]
    alt = "Accuracy of each encoder by each method at one budget, the best encoder on top."
    return Chart(
        "tasks",
        _spec(colors, [*found.ranked, NONE], facts.figure),
        rows,
        alt,
        _table(compared, found.budgets[-1]),
        [of_budgets(found.budgets), Switch("method", "Methods", methods, many=True)],
    )


def _spec(colors: dict[str, str], order: list[str], figure: str) -> Encoding:
    title = f"{figure} on test, %"
    dot = {"type": "point", "filled": True, "size": 60, "opacity": 1}
    shown = hovered(["task", "method", "mean", "low", "high"])
    return {
        "height": 12 * (len(colors) + 1) * len(order),
        "encoding": {
            "y": named("task", None, order),
            "yOffset": {"field": "method", "type": "nominal", "sort": [*colors]},
            "color": colored("method", colors),
        },
        "layer": [
            {
                "mark": {"type": "rule", "opacity": 0.5},
                "encoding": {"x": along("low", title), "x2": {"field": "high"}},
            },
            {"mark": dot, "encoding": {"x": along("mean", title), "tooltip": shown}},
        ],
    }


def _table(compared: pd.DataFrame, budget: int) -> Table:
    rows = compared[compared["budget"] == budget]
    names = ("task", "method", SCORE, "half_width", "validation_top1", "images_seen")
    columns = (rows[name] for name in names)
    cells = [
        [
            NONE if task == outputs.NO_TASK else task,
            METHODS[method].short,
            with_interval(score, half),
            cell(validation),
            short_count(int(seen)),
        ]
        for task, method, score, half, validation, seen in zip(*columns, strict=True)
    ]
    header = ["encoder", "method", f"% on test, {budget} labels per class", "on validation"]
    return Table([*header, "images seen in pretraining"], cells)


def pretraining(curves: pd.DataFrame, ranked: Sequence[str]) -> Chart | None:
    """Figures of merit by epoch, tasks in the colours that rank gives; None without training."""
    rows = [
        {"epoch": round(float(e), 2), "series": series, "merit": round(float(merit), 4)}
        for e, series, merit in zip(curves["epoch"], curves["series"], curves["merit"], strict=True)
        if not math.isnan(merit)
    ]
    if not rows:
        return None
    for row in rows:
        row["task"], _, row["part"] = str(row["series"]).rpartition(", ")
    trained = {row["task"] for row in rows}
    colors = {task: color for task, color in task_colors(ranked).items() if task in trained}
    legend = {"orient": "bottom", "title": None, "columns": 4}
    signs = legend | {"symbolSize": 500, "symbolStrokeColor": TEXT_COLOR}
    dashes = {"strokeDash": {"field": "part", "type": "nominal", "legend": signs}}
    last = math.ceil(max(row["epoch"] for row in rows))
    from_start = {"domain": [0, last]}  # with a single epoch there would be no length of an axis
    whole = [*range(0, last + 1, math.ceil((last + 1) / MOST_TICKS))]
    spec = {
        "height": 260,
        "layer": [
            {"mark": "line", "encoding": dashes},
            {"mark": {"type": "point", "filled": True, "opacity": 1}},
        ],
        "encoding": {
            "x": along("epoch", "epoch", axis={"values": whole, "format": "d"}, scale=from_start),
            "y": along("merit", "accuracy, or the task's own figure"),
            "color": colored("task", colors, legend),
            "tooltip": hovered(["series", "epoch", "merit"]),
        },
    }
    cells = [[row["series"], str(row["epoch"]), str(row["merit"])] for row in rows]
    alt = "The figure of merit of each pretext task by epoch, in training and on held-out images."
    return Chart("pretraining", spec, rows, alt, Table(["what", "epoch", "figure"], cells))
