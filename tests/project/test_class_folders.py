"""Folders that may be classes, by what a place holds; `check` is tested with `make`."""

import shutil
from pathlib import Path

import pytest
from pictures import write_pictures

from semisup.project.class_folders import hints


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("pets/cat", "pets/dog", "more/one", "mixed/a", "mixed/b", "mixed"):
        write_pictures(Path(name), 1)
    Path("more/empty").mkdir()


@pytest.mark.parametrize("packed", [False, True])
def test_several_folders_with_images(packed: bool) -> None:
    pets = Path(shutil.make_archive("pets", "zip", "pets") if packed else "pets").name
    [hint] = hints(["more", pets])
    assert hint.startswith(f"{pets} holds folders (cat, dog). Are these its classes? ")
    assert "--labelled in place of --images" in hint


@pytest.mark.parametrize("path", ["more", "mixed", "pets/cat"])
def test_nothing_is_said_of_one_folder_or_of_images_beside(path: str) -> None:
    assert hints([path]) == []
