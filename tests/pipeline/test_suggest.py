"""Images to label next, on a user's own images."""

import csv
import re
from collections import Counter
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from pictures import write_pictures
from projects import TASK, Project

pytestmark = pytest.mark.xdist_group("suggest")  # one worker builds what all need

MAIN = "from semisup.cli.main import main; main()"


def suggest(project: Project, count: int, *more: str) -> CompletedProcess[str]:
    return project.python("-c", MAIN, "suggest", "--count", str(count), *more)


@pytest.fixture(scope="module")
def of_folders(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Twelve labelled images of each of two classes, thirty without labels: what it looks at."""
    project = finished.copy(tmp_path_factory.mktemp("suggest"))
    raw = project.root / "data/raw"
    for label in ("cat", "dog"):
        write_pictures(raw / "labelled" / label, 12)
    write_pictures(raw / "unlabelled", 30)
    for name in ("labelled", "unlabelled"):
        project.change({f"data.folder.{name}": f"data/raw/{name}"})
    project.change({"data.source": "folder", "label_budgets": [1, 8]})
    project.prune()
    project.dvc("repro", f"neighbours@{TASK}")
    return project


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def roles(project: Project) -> dict[str, str]:
    """By path, without those of unlabelled images."""
    tables = ("prepared/manifest.csv", "splits/split.csv")
    images, split = (read(project.root / "data" / table) for table in tables)
    pairs = zip(images, split, strict=True)
    return {i["source"]: s["role"] for i, s in pairs if s["role"] != "unlabelled"}


def test_suggested_images_are_unlabelled_files(of_folders: Project, tmp_path: Path) -> None:
    project = of_folders.copy(tmp_path)
    done = suggest(project, 8)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        f"8 images to label, by the features of {TASK} (best on validation in "
    )
    paths = [row["path"] for row in read(project.root / "data/labels/suggested-1.csv")]
    assert len({*paths}) == 8
    for path in paths:
        assert path.startswith("data/raw/unlabelled/")
        assert (project.root / path).is_file()
    assert (project.root / "data/labels/suggested-1.html").read_text().count("<img") == 8
    assert project.git("status", "--porcelain", "data/labels").split() == [
        *("??", "data/labels/suggested-1.csv")
    ]


@pytest.mark.slow
def test_filled_tables_train_without_pretraining_anew(of_folders: Project, tmp_path: Path) -> None:
    project, before = of_folders.copy(tmp_path), roles(of_folders)
    project.repro()
    table = project.root / "data/labels/mine.csv"
    done = suggest(project, 5, "--out", "data/labels/mine.csv")
    assert done.returncode == 0, done.stderr
    assert project.repro() == {"split"}, "nothing is filled in yet"
    paths = [row["path"] for row in read(table)]
    filled = [f"{path},{'cat' if at % 2 else 'dog'}" for at, path in enumerate(paths[:4])]
    table.write_text("\n".join(["path,label", *filled, f"{paths[4]},"]) + "\n")
    ran = {stage.partition("@")[0] for stage in project.repro()}
    assert ran == {
        *("split", "embed", "neighbours", "head", "spread", "choose"),
        *("finetune", "selftrain", "supervised", "report", "export"),
    }
    assert roles(project) == before | dict.fromkeys(paths[:4], "train")
    # of each class 8 at most, and two that were chosen
    random = Counter(Path(path).parent.name for path, role in before.items() if role == "train")
    most = sum(min(8, count + 2) for count in random.values())
    used = {
        (row["budget"], row["labels_used"])
        for row in read(project.root / "reports/label_curve.csv")
    }
    assert used == {("1", "2"), ("8", str(most))}
    # nor does the one come again that its table leaves without a label
    assert suggest(project, 26).stderr.startswith("error: --count 26: more than the 25 images")


def test_a_label_that_is_no_class(of_folders: Project, tmp_path: Path) -> None:
    project = of_folders.copy(tmp_path)
    image = "data/raw/unlabelled/000.png"
    (project.root / "data/labels/mine.csv").write_text(f"path,label\n{image},catt\n")
    before = project.hashes("data/splits")
    done = project.python("stages/split.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: data/labels/mine.csv: {image}: no class is named 'catt' (did you mean 'cat'?); "
        "those of the source are: cat, dog\n"
    )
    assert project.hashes("data/splits") == before


@pytest.mark.parametrize(
    ("count", "more", "message"),
    [
        (31, (), r"--count 31: more than the 30 images without a label"),
        (1, ("--task", "random"), r"--task random: not in pretext_tasks .*: rotation"),
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
    assert "nothing to suggest: each image that has features has a label" in done.stderr
