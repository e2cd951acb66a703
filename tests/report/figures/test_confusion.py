from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from semisup.report.figures.confusion import draw_matrix


@pytest.mark.parametrize("classes", [2, 26, 120])
def test_confusion_of_any_number_of_classes(tmp_path: Path, classes: int) -> None:
    counts = np.diag(np.arange(classes))  # the first class has no test image
    draw_matrix(counts, [f"c{i}" for i in range(classes)], "title", tmp_path)
    assert Image.open(tmp_path / "confusion.png").size[0] > 300


@pytest.mark.parametrize(("classes", "named"), [(40, True), (41, False)])
def test_few_classes_are_named(tmp_path: Path, classes: int, named: bool) -> None:
    names = [f"class {i}" for i in range(classes)]
    draw_matrix(np.eye(classes, dtype=np.int64), names, "title", tmp_path)
    assert ("<!-- class 39 -->" in (tmp_path / "confusion.svg").read_text()) == named


def test_names_that_are_no_formulas_and_long(tmp_path: Path) -> None:
    names = ["a$b", "$x^{$", "x" * 300]
    draw_matrix(np.eye(3, dtype=np.int64), names, "title", tmp_path)
    drawn = (tmp_path / "confusion.svg").read_text("utf-8")
    shown = [line.strip() for line in drawn.splitlines() if line.strip().startswith("<!--")]
    assert any("a" in line and "$" in line and "b" in line for line in shown), shown
    assert f"<!-- {'x' * 27}\u2026 -->" in shown
