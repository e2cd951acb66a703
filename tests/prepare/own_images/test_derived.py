"""Files that are called as another one with a word behind it."""

from pathlib import Path

import pytest
from made_files import fill, said, understood


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["{}.bmp", "{}-d.bmp"], "'d' (24 files)"),
        (["{}_90deg.png", "{}.jpg", "{}_flip.png"], "'90deg' (24 files), 'flip' (24 files)"),
    ],
)
def test_masks_and_altered_copies_are_told_of(tmp_path: Path, names: list[str], words: str) -> None:
    paths = [f"{c}/{name.format(n)}" for c in "ab" for name in names for n in range(12)]
    found, warnings = understood(fill(tmp_path, *paths))
    assert len(found) == len(paths)
    assert said(warnings, f"with a word behind it, {words}: if they are masks, take them out")
    _, warnings = understood(tmp_path, group_pattern=r"(\d+)")
    assert not said(warnings, "with a word behind it")


@pytest.mark.parametrize(
    "name", ["{}_1.png", "{}_left.png", "cat_{}.png", "{}.jpg.chip.jpg", "{}_a.qqq"]
)
def test_other_names_are_not(tmp_path: Path, name: str) -> None:
    paths = [f"{c}/{name.format(n)}" for c in "ab" for n in range(12)]
    paths += [f"a/{n}.png" for n in range(5)]
    _, warnings = understood(fill(tmp_path, *paths))
    assert not said(warnings, "with a word behind it")
