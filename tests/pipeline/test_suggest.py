"""Images to label next, on a user's own images."""

import csv
import re
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from pictures import write_pictures
from projects import TASK, Project

MAIN = "from semisup.cli.main import main; main()"
STAGES = ("prepare", "split", "pretrain", "embed", "neighbours")


def suggest(project: Project, count: int, *more: str) -> CompletedProcess[str]:
    return project.python("-c", MAIN, "suggest", "--count", str(count), *more)


@pytest.fixture(scope="module")
def of_folders(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Twelve labelled images of each of two classes, thirty without labels."""
    project = finished.copy(
        tmp_path_factory.mktemp("suggest"), shutil.ignore_patterns(".git", ".dvc")
    )
    raw = project.root / "data/raw"
    for label in ("cat", "dog"):
        write_pictures(raw / "labelled" / label, 12)
    write_pictures(raw / "unlabelled", 30)
    for name in ("labelled", "unlabelled"):
        project.change({f"data.folder.{name}": f"data/raw/{name}"})
    project.change({"data.source": "folder"})
    for stage in STAGES:
        of_task = ["--task", TASK] if stage not in STAGES[:2] else []
        done = project.python(f"stages/{stage}.py", *of_task)
        assert done.returncode == 0, done.stderr
    return project


@pytest.mark.xdist_group("suggest")
def test_suggested_images_are_unlabelled_files(of_folders: Project) -> None:
    done = suggest(of_folders, 8)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"8 images to label, by the features of {TASK} (ranked first in ")
    with (of_folders.root / "data/labels/suggested-1.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        paths = [row["path"] for row in csv.DictReader(file)]
    assert len({*paths}) == 8
    for path in paths:
        assert path.startswith("data/raw/unlabelled/")
        assert (of_folders.root / path).is_file()
    assert Path(of_folders.root / "data/labels/suggested-1.html").read_text().count("<img") == 8


@pytest.mark.xdist_group("suggest")
@pytest.mark.parametrize(
    ("count", "more", "message"),
    [
        (0, (), r"--count 0: should be 1 or more"),
        (31, (), r"--count 31: more than the 30 images without a label"),
        (
            1,
            ("--task", "random"),
            r"--task random: not in pretext_tasks .*: rotation",
        ),
        (1, ("--out", "params.yaml"), r"--out params.yaml: params.yaml is there already; .*"),
    ],
)
def test_options_that_can_not_be(
    of_folders: Project, count: int, more: tuple[str, ...], message: str
) -> None:
    done = suggest(of_folders, count, *more)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.match(rf"error: {message}.*\n\Z", done.stderr), done.stderr


def test_embedded_images_all_have_labels(finished: Project) -> None:
    done = suggest(finished, 1)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--count 1: more than the 0 images without a label" in done.stderr
