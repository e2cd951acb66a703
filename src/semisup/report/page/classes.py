"""Per class: recall, precision, and what is taken for what, at each budget."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from semisup.report.figures.style import short_names
from semisup.report.page.chart import Chart, Table, along, cell, colored, hovered, named, of_budgets

MOST_SHOWN = 40  # classes in a chart; of more, only the worst
COLORS = {"recall": "#0b7fc2", "precision": "#d97706"}
Counts = dict[int, NDArray[np.int64]]  # the confusion matrix at each budget


def recall_and_precision(counts: Counts, classes: list[str]) -> Chart:
    """A row of two markers for each class, the worst at the largest budget first."""
    largest = max(counts)
    names = short_names(classes)
    shown = np.argsort(_shares(counts[largest])[0], kind="stable")[:MOST_SHOWN]
    rows = []
    for budget, matrix in counts.items():
        for figure, shares in zip(COLORS, _shares(matrix), strict=True):
            rows += [
                {"budget": budget, "class": names[n], "figure": figure, "share": round(100 * s, 1)}
                for n in shown
                if not np.isnan(s := shares[n])
            ]
    lowest = min((float(row["share"]) for row in rows), default=0.0)
    ends = [min(10 * (lowest // 10), 90), 100]  # where all is right the data alone give no axis
    spec = {
        "height": 22 * len(shown),
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 0.9},
        "encoding": {
            "y": named("class", None, [names[n] for n in shown]),
            "x": along("share", "%", scale={"domain": ends}),
            "color": colored("figure", COLORS, {"orient": "top"}),
            "tooltip": hovered(["class", "figure", "share"]),
        },
    }
    recall, precision = _shares(counts[largest])
    cells = [
        [name, *(cell(share) for share in shares)]
        for name, *shares in sorted(
            zip(classes, recall, precision, strict=True),
            key=lambda c: (np.isnan(c[1]), c[1]),  # one without test images has no recall
        )
    ]
    alt = "Recall and precision of each class in %, the class with the lowest recall first."
    table = Table(["class", "recall %", "precision %"], cells)
    return Chart("classes", spec, rows, alt, table, [of_budgets(counts)])


def matrix(counts: Counts, classes: list[str]) -> Chart:
    """Shares of each true class by what it was taken for."""
    largest = max(counts)
    recall, _ = _shares(counts[largest])
    shown = np.sort(np.argsort(recall, kind="stable")[:MOST_SHOWN])
    names = short_names(classes)
    rows: list[dict[str, Any]] = []
    for budget, all_counts in counts.items():
        shares = all_counts / np.maximum(all_counts.sum(axis=1, keepdims=True), 1)
        rows += [
            {"budget": budget, "true": names[t], "predicted": names[p], "share": round(100 * s, 1)}
            for t in shown
            for p in shown
            if (s := shares[t, p]) > 0
        ]
    side, order = 20 if len(shown) > 12 else 30, [names[n] for n in shown]
    scale = {"domain": [0, 100], "range": [0.06, 1]}
    every = {"scale": {"domain": order}}  # else one that is never answered has no column
    spec = {
        "width": {"step": side},
        "height": {"step": side},
        "mark": {"type": "rect", "color": COLORS["recall"]},
        "encoding": {
            "y": named("true", "true class", order) | every,
            "x": named("predicted", "predicted class", order) | every,
            "opacity": along("share", None, scale=scale, legend=None),
            "tooltip": hovered(["true", "predicted", "share"]),
        },
    }
    alt = "Confusion matrix: rows are true classes, columns are predicted classes."
    return Chart(
        "confusion", spec, rows, alt, _mistaken(counts[largest], classes), [of_budgets(counts)]
    )


def _shares(counts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Recall and precision of each class, NaN where there is nothing to share."""
    right = np.diag(counts).astype(float)
    with np.errstate(invalid="ignore"):
        return right / counts.sum(axis=1), right / counts.sum(axis=0)


def _mistaken(counts: NDArray[np.int64], classes: list[str]) -> Table:
    """The most frequent mistakes."""
    wrong = counts * (1 - np.eye(len(counts), dtype=np.int64))
    of_class = np.maximum(counts.sum(axis=1), 1)
    order = np.argsort(-wrong, axis=None, kind="stable")[:15]
    pairs = (divmod(int(n), len(counts)) for n in order if wrong.flat[n])
    cells = [[classes[t], classes[p], f"{100 * wrong[t, p] / of_class[t]:.1f}"] for t, p in pairs]
    return Table(["true class", "predicted class", "% of the true class"], cells)
