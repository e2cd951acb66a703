"""Reliability, coverage and mistakes of made-up answers."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from semisup.data.dataset import ImageData
from semisup.model.calibration import Sure
from semisup.model.trained import Measured
from semisup.report.page import trusted
from semisup.report.reliability import Reliability
from semisup.workflow import outputs

SURE, RIGHT = np.array([0.91, 0.93, 0.62, 0.61]), np.array([True, False, True, False])
KEPT = Measured(4, 0.5, 0.25, 0.125, Sure(0.5, 0.75))


def answers(data: ImageData | None = None, threshold: float | None = 0.9) -> Reliability:
    positions = np.arange(4) if data is None else data.test[:4]
    predicted = np.zeros(4, np.int64) if data is None else (data.labels[positions] + 1) % 3
    return Reliability(
        budget=8,
        temperature=2.0,
        threshold=threshold,
        precision=0.95,
        promised=KEPT,
        kept=KEPT,
        positions=positions,
        predicted=predicted,
        right=RIGHT,
        raw=SURE,
        confidences=SURE / 2,
    )


def test_bins_say_how_sure_and_how_right() -> None:
    rows = [r for r in trusted.reliability_diagram([answers()]).rows if r["which"] == "as trained"]
    found = [(r["budget"], r["sure"], r["right"], r["images"]) for r in rows]
    assert found == [(8, 61.5, 50.0, 2), (8, 92.0, 50.0, 2)]


def test_the_table_of_coverage() -> None:
    kept = ["8", "25.0", "12.5", "2.00"]
    assert trusted.coverage([answers()]).rows == [[*kept, "0.900", "50.0", "75.0"]]


def test_without_a_threshold_nothing_is_covered() -> None:
    for threshold in (None, 1.0):
        (row,) = trusted.coverage([answers(threshold=threshold)]).rows
        assert row[4:] == ["-", "-", "-"]


def test_the_surest_mistakes_come_first(
    make_data: Callable[..., ImageData], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_data()
    monkeypatch.chdir(tmp_path)
    outputs.PREPARED.mkdir(parents=True)
    sources = [[f"{number}.png"] for number in range(len(data.labels))]
    outputs.write_rows(outputs.PREPARED / outputs.MANIFEST, ["source"], sources)
    first, second = trusted.mistakes(answers(data), data)
    true = data.classes[data.labels[data.test[1]]]
    assert first.text == f"is \u2068{true}\u2069; 46 % sure"
    assert second.text.endswith("30 % sure")
    assert first.file == f"{data.test[1]}.png"
    assert first.alt.startswith(f"An image of {true}, taken for class ")
    alike = [f"{'long ' * 9}{number}" for number in range(len(data.classes))]
    one, _ = trusted.mistakes(answers(data), dataclasses.replace(data, classes=alike))
    assert one.title != re.sub(".*\u2068|\u2069.*", "", one.text), "cut, but told apart"
