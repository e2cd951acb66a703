"""Folders called as classes, beside a table that names the classes."""

from pathlib import Path

import pytest
from made_files import said, understood, with_table


@pytest.mark.parametrize(
    ("label", "is_told"),
    [("y", False), ("x", True), ("", False)],  # as the folder, another class, none
)
def test_a_folder_that_is_called_as_another_class(
    tmp_path: Path, label: str, is_told: bool
) -> None:
    rows = f"path,label\nx/1.png,x\ny/2.png,{label}\nz/3.png,y\n"
    given = with_table(tmp_path, rows, "x/1.png", "y/2.png", "z/3.png")
    found, warnings = understood(tmp_path / "a", **given)
    assert found["y/2.png"] == (label or None, "train")
    words = "1 images lie in folders called as another class than their table says, such as y/2.png"
    assert said(warnings, words) is is_told
