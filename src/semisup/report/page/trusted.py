"""How far to trust a single answer: as a chart, as a table, and the surest mistakes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from semisup.data.dataset import ImageData
from semisup.model.calibration import bins_of
from semisup.report.figures.style import short_names
from semisup.report.page.chart import (
    TEXT_COLOR,
    Chart,
    Table,
    along,
    cell,
    colored,
    hovered,
    of_budgets,
)
from semisup.report.page.pictures import Picture, of_image
from semisup.report.reliability import Reliability
from semisup.report.sources import sources_of

AS_IT_IS, CALIBRATED = "as trained", "calibrated"
COLORS = {AS_IT_IS: "#d97706", CALIBRATED: "#0b7fc2"}
MISTAKES = 12  # that are shown


def reliability_diagram(reliabilities: Sequence[Reliability]) -> Chart:
    """How often answers are right over how sure they are, by budget."""
    rows = [row for reliability in reliabilities for row in _rows(reliability)]
    share = {"scale": {"domain": [0, 100]}}
    line = {"type": "rule", "color": TEXT_COLOR, "opacity": 0.4, "strokeDash": [4, 4]}
    ends = {name: {"datum": end} for name, end in {"x": 0, "y": 0, "x2": 100, "y2": 100}.items()}
    both = {
        "x": along("sure", "how sure the answers were, %", **share),
        "y": along("right", "how often they were right, %", **share),
        "color": colored("which", COLORS, {"orient": "top"}),
    }
    points = {
        "size": along("images", None, scale={"range": [25, 350]}, legend=None),
        "tooltip": hovered(["which", "sure", "right", "images"]),
    }
    spec = {
        "height": 320,
        "layer": [
            {"mark": line, "data": {"values": [{}]}, "encoding": ends},
            {"mark": {"type": "line", "opacity": 0.5}, "encoding": both},
            {"mark": {"type": "point", "filled": True}, "encoding": both | points},
        ],
    }
    alt = "Share of right answers over how sure they are; on the diagonal both are equal."
    switch = of_budgets(reliability.budget for reliability in reliabilities)
    return Chart("reliability", spec, rows, alt, coverage(reliabilities), [switch])


def _rows(reliability: Reliability) -> list[dict[str, Any]]:
    rows = []
    for which, sure in ((AS_IT_IS, reliability.raw), (CALIBRATED, reliability.confidences)):
        bins = bins_of(sure)
        for number in np.unique(bins):
            inside = bins == number
            rows.append(
                {
                    "budget": reliability.budget,
                    "which": which,
                    "sure": round(100 * float(sure[inside].mean()), 1),
                    "right": round(100 * float(reliability.right[inside].mean()), 1),
                    "images": int(inside.sum()),
                }
            )
    return rows


def coverage(reliabilities: Sequence[Reliability]) -> Table:
    """Calibration errors, and what is answered above the threshold, a row for each budget."""
    header = ["labels per class", "error as trained %", "calibrated %", "temperature"]
    header += ["threshold", "answered %", "of these right %"]
    return Table(header, [_row(reliability) for reliability in reliabilities])


def _row(reliability: Reliability) -> list[str]:
    kept, threshold = reliability.kept, reliability.threshold
    cells = [str(reliability.budget), cell(kept.raw_error), cell(kept.error)]
    cells.append(f"{reliability.temperature:.2f}")
    if kept.sure is None or threshold is None or threshold >= 1:
        return [*cells, "-", "-", "-"]
    return [
        *cells,
        f"{threshold:.3f}",
        cell(kept.sure.coverage),
        cell(kept.sure.precision),
    ]


def mistakes(reliability: Reliability, data: ImageData) -> list[Picture]:
    """The wrong answers that it was surest of, the surest first."""
    wrong = np.flatnonzero(~reliability.right)
    order = wrong[np.argsort(-reliability.confidences[wrong], kind="stable")][:MISTAKES]
    files = sources_of([int(reliability.positions[n]) for n in order])
    return [_mistake(reliability, data, int(n), file) for n, file in zip(order, files, strict=True)]


def _mistake(reliability: Reliability, data: ImageData, number: int, file: str) -> Picture:
    position = int(reliability.positions[number])
    names = short_names(data.classes)
    true, said = names[data.labels[position]], names[reliability.predicted[number]]
    sure = f"{100 * reliability.confidences[number]:.0f} % sure"
    text = f"is \u2068{true}\u2069; {sure}"  # isolated, for it may run from right to left
    alt = f"An image of {true}, taken for {said}"
    return Picture(of_image(data, position), said, text, alt, file)
