"""Tables that stages wrote, on the page."""

from pathlib import Path

import pytest

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
