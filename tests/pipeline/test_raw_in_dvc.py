"""Raw images in DVC: added, pushed, pulled, edited; and clones without them."""

import re
import sys
from pathlib import Path

import pytest
from pictures import write_pictures
from projects import Project, new_project

pytestmark = pytest.mark.xdist_group("raw")  # one worker makes what all need

RAW = "data/raw/photos"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose images are in DVC, prepared, committed and pushed."""
    folder = tmp_path_factory.mktemp("raw")
    project = new_project(folder / "project")
    for number, label in enumerate(("cat", "dog")):
        write_pictures(project.root / RAW / label, 12, side=16 + number)
    project.change({"data.source": "folder", "data.folder.labelled": RAW})
    project.dvc("add", RAW)
    project.dvc("remote", "add", "--default", "shared", str(folder / "remote"))
    project.dvc("repro", "prepare")
    project.commit("Images")
    project.dvc("push")
    return project


def ran(output: str) -> list[str]:
    return re.findall(r"^Running stage '(.+)':$", output, re.MULTILINE)


def test_images_come_with_a_pull_and_an_edit_counts(shared: Project, tmp_path: Path) -> None:
    assert shared.git("ls-files", "data/raw").split() == [
        "data/raw/.gitignore",
        "data/raw/README.md",
        f"{RAW}.dvc",
    ]
    clone = shared.clone(tmp_path)
    clone.run(sys.executable, "-m", "dvc", "pull", f"{RAW}.dvc", "prepare")
    assert ran(clone.dvc("repro", "prepare")) == []
    (clone.root / RAW / "cat/000.png").unlink()
    clone.prune()
    assert ran(clone.dvc("repro", "prepare")) == ["prepare"]
    summary = (clone.root / "data/prepared/summary.json").read_text("utf-8")
    assert '"labelled": 23' in summary


def test_a_clone_without_images_goes_on_from_what_was_prepared(
    shared: Project, tmp_path: Path
) -> None:
    clone = shared.clone(tmp_path)
    clone.dvc("pull", "prepare")
    before = clone.hashes("data/prepared")
    failed = clone.run(sys.executable, "-m", "dvc", "repro", "prepare", check=False)
    assert failed.returncode
    assert clone.hashes("data/prepared") == before
    planned = clone.dvc("repro", "--dry", "--single-item", "split")
    assert ran(planned) == ["split"]


def test_a_prepare_that_fails_keeps_what_was_prepared(shared: Project, tmp_path: Path) -> None:
    """Of images that DVC does not have, too."""
    clone = shared.clone(tmp_path)
    clone.dvc("pull", "prepare")
    before = clone.hashes("data/prepared")
    (clone.root / f"{RAW}.dvc").unlink()
    failed = clone.run(sys.executable, "-m", "dvc", "repro", "prepare", check=False)
    assert "photos: no such folder or archive" in failed.stderr
    assert "data/prepared: is what it was at the last good run" in failed.stderr
    assert clone.hashes("data/prepared") == before


def test_raw_images_do_not_get_into_git(shared: Project, tmp_path: Path) -> None:
    clone = shared.clone(tmp_path)
    write_pictures(clone.root / "data/raw/more/deep", 2)
    write_pictures(clone.root / "data/raw", 2)
    assert clone.git("status", "--short") == ""
