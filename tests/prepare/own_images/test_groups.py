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
