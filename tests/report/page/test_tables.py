"""Tables that stages wrote, on the page."""

from pathlib import Path

import pytest

from semisup.prepare.doubts import LISTED
from semisup.report.page import tables
from semisup.workflow import outputs


@pytest.mark.parametrize("name", ["a\u2028b", "a\x85b", "a\fb", "a\rb", "a\nb"])
def test_a_name_is_one_cell(tmp_path: Path, name: str) -> None:
    outputs.write_rows(tmp_path / "a.csv", ["source", "reason"], [[name, "why"]])
    assert tables.listed(tmp_path / "a.csv").rows == [[name, "why"]]


def test_rows_that_are_not_shown_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    outputs.write_rows(path, ["source", "reason"], [[n, "why"] for n in range(tables.MOST_ROWS)])
    assert len(tables.listed(path).rows) == tables.MOST_ROWS
    outputs.write_rows(path, ["source", "reason"], [[n, "why"] for n in range(1000)])
    rows = tables.listed(path).rows
    assert rows[-2:] == [["199", "why"], [f"and 800 more in {path}", ""]]


def test_equal_images_with_different_labels_stand_together(tmp_path: Path) -> None:
    rows = [
        [n, f"{n}.png", "", label, pixels]
        for n, label, pixels in zip("012", "aba", "xxy", strict=True)
    ]
    path = tmp_path / "a.csv"
    outputs.write_rows(path, LISTED, rows)
    found = tables.conflicts(path)
    assert found.header == ["image", "label", "lot"]
    assert found.rows == [["0.png", "a", "1"], ["1.png", "b", "1"], ["2.png", "a", "2"]]
