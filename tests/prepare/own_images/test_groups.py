"""Groups that a pattern finds in paths."""

from pathlib import Path

import pytest
from made_files import fill, records, said


@pytest.mark.parametrize(
    ("pattern", "groups", "words"),
    [
        (r"(\d+)_\d", ["3", "4"], None),
        (r"/(\d+)_|nothing", ["3", "4"], None),
        (r"(\d+)_", ["2024"], "finds '2024' in all 4 paths that it finds anything in, such as "),
        (r"a/(\d+)_", ["3", "4", None], "finds nothing in the paths of 2 files"),
    ],
)
def test_a_pattern_that_finds_one_group_is_told_of(
    tmp_path: Path, pattern: str, groups: list[str | None], words: str | None
) -> None:
    """A number in the name of a folder around the place may be found before the patient's."""
    paths = ("a/3_7.png", "a/4_7.png", "b/3_7.png", "b/4_7.png")
    place = fill(tmp_path / "of_2024_v", *paths)
    images, _, warnings = records(labelled=place, group_pattern=pattern)
    assert [*dict.fromkeys(record.group for record in images.values())] == groups
    assert said(warnings, words) if words else not warnings


@pytest.mark.parametrize(("one", "other"), [("3", "003"), ("p3", "P03")])
def test_one_patient_in_a_table_and_in_paths(tmp_path: Path, one: str, other: str) -> None:
    """The pool has images of patients that are tested on: a spreadsheet took the zeros away."""
    (tmp_path / "t.csv").write_text(f"path,label,patient\na.png,x,{one}\nb.png,y,9\n")
    images, _, warnings = records(
        test=fill(tmp_path / "test", "a.png", "b.png"),
        test_labels=tmp_path / "t.csv",
        unlabelled=fill(tmp_path / "pool", f"of_{other}_1.png", f"of_{one}_2.png", "of_9_3.png"),
        group_pattern="of_([^_]+)_",
    )
    groups = {Path(source).name: record.group for source, record in images.items()}
    pool = {f"of_{other}_1.png": one, f"of_{one}_2.png": one, "of_9_3.png": "9"}
    assert groups == {"a.png": one, "b.png": "9"} | pool
    assert said(warnings, f"are read as one: {other} is {one}")


def test_one_patient_in_two_paths(tmp_path: Path) -> None:
    place = fill(tmp_path, "x/P01_1.png", "x/P2_1.png", "y/p1_2.png")
    images, _, warnings = records(labelled=place, group_pattern="([Pp][0-9]+)_")
    assert [record.group for record in images.values()] == ["P01", "P2", "P01"]
    assert said(warnings, "are read as one: p1 is P01")
