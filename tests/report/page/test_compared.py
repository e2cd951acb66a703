"""How pretraining went, as a chart."""

import pandas as pd
import pytest

from semisup.report.figures.style import task_colors
from semisup.report.page.compared import pretraining

TASKS = ["gan", "imagenet", "rotation"]


@pytest.mark.parametrize(
    ("epochs", "ticks"), [([1], [0, 1]), ([0.5, 1, 2], [0, 1, 2]), ([30], [*range(0, 31, 3)])]
)
def test_epochs_begin_at_none(epochs: list[float], ticks: list[int]) -> None:
    curves = pd.DataFrame({"epoch": epochs, "series": "rotation, train", "merit": 0.5})
    chart = pretraining(curves, TASKS)
    assert chart is not None
    axis = chart.spec["encoding"]["x"]
    assert axis["axis"]["values"] == ticks
    assert axis["scale"] == {"domain": [0, max(epochs)]}


def test_nothing_trained_leaves_no_chart() -> None:
    curves = pd.DataFrame({"epoch": [1], "series": "imagenet, train", "merit": float("nan")})
    assert pretraining(curves, TASKS) is None


def test_a_task_has_the_colour_that_it_has_elsewhere() -> None:
    series = ["rotation, train", "rotation, heldout", "gan, train"]
    chart = pretraining(pd.DataFrame({"epoch": 1, "series": series, "merit": 0.5}), TASKS)
    assert chart is not None
    found = chart.spec["encoding"]["color"]["scale"]
    colors = task_colors(TASKS)
    assert dict(zip(*found.values(), strict=True)) == {t: colors[t] for t in ("gan", "rotation")}
    assert [(row["task"], row["part"]) for row in chart.rows][1:] == [
        ("rotation", "heldout"),
        ("gan", "train"),
    ]
