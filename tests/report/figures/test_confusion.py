import runpy
from pathlib import Path

import numpy as np
import pytest
from matplotlib import font_manager
from PIL import Image

from semisup.report.figures import style
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


@pytest.mark.filterwarnings("error")
def test_names_that_no_font_can_draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is shown by its number, instead of as boxes."""
    monkeypatch.setattr(style, "FONTS", [style.FONT])
    draw_matrix(np.eye(3, dtype=np.int64), ["кошка", "\u732b", "\u72ac \u732b"], "title", tmp_path)
    drawn = (tmp_path / "confusion.svg").read_text("utf-8")
    assert all(f"<!-- {name} -->" in drawn for name in ("кошка", "class 2", "class 3"))


def test_fonts_of_the_system_come_after_that_of_matplotlib(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = ["SimHei", "Arial", style.FONT, "Noto Sans CJK JP", "Droid Sans Fallback"]
    monkeypatch.setattr(font_manager, "get_font_names", lambda: there)
    again = runpy.run_path(style.__file__)
    ours = [style.FONT, "Noto Sans CJK JP", "Droid Sans Fallback", "SimHei"]
    assert again["FONTS"] == again["STYLE"]["font.family"] == ours
