"""A user's mistake ends in one line that says what to do, and changes nothing that is there."""

import csv
import json
import re
import shutil
import tomllib
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from pictures import write_pictures
from projects import CHECKOUT, STAGES, TASK, Project, command_of, stages_by

USER_ERROR = 2
CHECK = "from semisup.cli.main import main; main()"  # as `semisup`, but with the project's own code
WRITTEN = ("data", "reports")
EVERY_STAGE = {name: command_of(name, TASK, "1")[1:] for name in STAGES}


@pytest.fixture
def workplace(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished project without its history and cache."""
    return finished.copy(tmp_path, shutil.ignore_patterns(".git", ".dvc"))


def stage(project: Project, name: str, *arguments: str) -> CompletedProcess[str]:
    return project.python(f"stages/{name}.py", *arguments)


def the_line(failed: CompletedProcess[str]) -> str:
    """The only line of a user's error."""
    lines = failed.stderr.splitlines()
    assert (failed.returncode, len(lines)) == (USER_ERROR, 1), failed.stderr
    assert lines[0].startswith("error: ")
    assert not failed.stdout
    return lines[0]


# Parameters

# tests/params has every mistake; here, that stages and `semisup check` say so and stop
BAD_PARAMS: dict[str, tuple[dict[str, Any], str]] = {
    "key": ({"head.droput": 0.1}, r"head.droput: unknown key .*did you mean 'dropout'"),
    "task": ({"pretext_tasks": ["rotatoin"]}, r"'rotatoin' .*did you mean 'rotation'"),
}


def assert_no_stage_changes_anything(project: Project, wanted: str, *command: str) -> None:
    before = project.hashes(*WRITTEN)
    line = the_line(project.python(*command))
    assert "params.yaml" in line
    assert re.search(wanted, line), line
    assert project.hashes(*WRITTEN) == before


@pytest.mark.parametrize(("mistake", "name"), [("key", "prepare"), ("task", "report")])
def test_bad_params_stop_a_stage(workplace: Project, mistake: str, name: str) -> None:
    edit, wanted = BAD_PARAMS[mistake]
    workplace.change(edit)
    assert_no_stage_changes_anything(workplace, wanted, f"stages/{name}.py")


def test_check_looks_into_the_sections_of_tasks(workplace: Project) -> None:
    workplace.change({"pretrain.rotation.momentum": 0.9})
    wanted = "pretrain.rotation.momentum: unknown key"
    assert_no_stage_changes_anything(workplace, wanted, "-c", CHECK, "check")


def test_console_script_is_what_is_checked_here() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"]["semisup"] == "semisup.cli.main:main"


def test_good_params_pass_the_check(workplace: Project) -> None:
    workplace.git("init", "--quiet")
    done = workplace.python("-c", CHECK, "check")
    assert (done.returncode, done.stderr) == (0, "")


def test_no_git_stops_the_check(workplace: Project) -> None:
    done = workplace.python("-c", CHECK, "check")
    assert the_line(done).startswith("error: no Git repository here")


def test_unreadable_params(workplace: Project) -> None:
    (workplace.root / "params.yaml").write_text("seed: [0\n")
    wanted = "not readable as YAML: line "
    assert_no_stage_changes_anything(workplace, wanted, "stages/prepare.py")


# Command line and order of the stages


@pytest.mark.parametrize("name", stages_by("task"))
def test_task_that_is_not_listed(workplace: Project, name: str) -> None:
    arguments = ["random" if a == TASK else a for a in EVERY_STAGE[name]]
    key = STAGES[name]["matrix"]["task"].strip("${}")
    wanted = f"--task random: not in {key} .*: rotation$"
    assert_no_stage_changes_anything(workplace, wanted, f"stages/{name}.py", *arguments)


@pytest.mark.parametrize("name", stages_by("budget"))
def test_budget_that_is_not_listed(workplace: Project, name: str) -> None:
    arguments = ["3" if a == "1" else a for a in EVERY_STAGE[name]]
    wanted = "--budget 3: not in label_budgets .*: 1, 2$"
    if name == "selftrain_baseline":
        workplace.change({"control_budgets": [1]})
        wanted = "--budget 3: not in control_budgets .*: 1$"
    assert_no_stage_changes_anything(workplace, wanted, f"stages/{name}.py", *arguments)


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("split", "data/prepared"),
        ("pretrain", "data/splits"),
        ("embed", "data/pretrain"),
        ("head", "data/features"),
        ("neighbours", "data/features"),
        ("spread", "data/neighbours"),
        ("spread", "data/head"),
        ("choose", "data/features"),
        ("choose", "data/neighbours"),
        ("finetune", "data/head"),
        ("finetune", "data/pretrain"),
        ("selftrain", "data/finetune"),
        ("supervised", "data/prepared"),
        ("selftrain_baseline", "data/supervised"),
        ("report", "data/supervised"),
        ("report", "data/finetune"),
        ("report", "data/selftrain"),
        ("report", "data/spread"),
        ("report", "data/choose"),
        ("report", "data/pretrain"),
        ("export", "data/advised"),
        ("export", "data/splits"),
    ],
)
def test_stage_before_its_turn(workplace: Project, name: str, lacking: str) -> None:
    shutil.rmtree(workplace.root / lacking)
    if name == "selftrain_baseline":
        workplace.change({"control_budgets": [1]})
    before = workplace.hashes(*WRITTEN)
    line = the_line(stage(workplace, name, *EVERY_STAGE[name]))
    assert lacking in line
    assert "dvc repro" in line
    assert workplace.hashes(*WRITTEN) == before


# Folders


@pytest.fixture
def folders(workplace: Project) -> Project:
    """Set to read labelled images of two classes; nothing prepared yet."""
    for results in (workplace.root / "data").iterdir():
        if results.is_dir() and results.name not in ("raw", "labels"):
            shutil.rmtree(results)
    write_pictures(workplace.root / "data/raw/labelled/cat", 8)
    write_pictures(workplace.root / "data/raw/labelled/dog", 8)
    workplace.change({"data.source": "folder", "data.folder.labelled": "data/raw/labelled"})
    return workplace


def rejected(project: Project, folder: str = "data/prepared") -> list[dict[str, str]]:
    path = project.root / folder / "rejected.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assert_prepare_refuses(project: Project, wanted: str, listed: int = 0) -> None:
    """Nothing is written but, where `listed` files are too many, the list of them."""
    before = project.hashes(*WRITTEN)
    line = the_line(stage(project, "prepare"))
    assert re.search(wanted, line), line
    if listed:
        assert len(rejected(project, "data")) == listed
        (project.root / "data/rejected.csv").unlink()
    assert project.hashes(*WRITTEN) == before, "nothing half-written"


def test_empty_folder(folders: Project) -> None:
    shutil.rmtree(folders.root / "data/raw/labelled")
    (folders.root / "data/raw/labelled").mkdir()
    assert_prepare_refuses(folders, "data.folder.labelled: .*no usable labelled image.* 0 files")


def test_missing_folder(folders: Project) -> None:
    folders.change({"data.folder.unlabelled": "data/raw/elsewhere"})
    assert_prepare_refuses(folders, "data.folder.unlabelled: .*data/raw/elsewhere")


def test_no_folder(folders: Project) -> None:
    folders.change({"data.folder.labelled": None})
    assert_prepare_refuses(folders, "names no images")


def test_one_class(folders: Project) -> None:
    shutil.rmtree(folders.root / "data/raw/labelled/dog")
    prepared = stage(folders, "prepare")
    if prepared.returncode == 0:  # the number of classes may be checked by the stage after
        before = folders.hashes(*WRITTEN)
        line = the_line(stage(folders, "split"))
        assert folders.hashes(*WRITTEN) == before
    else:
        line = the_line(prepared)
    assert "class" in line
    assert "2" in line


def test_too_many_broken_files(folders: Project) -> None:
    for number in range(3):
        (folders.root / f"data/raw/labelled/cat/broken{number}.png").write_bytes(b"no picture")
    assert_prepare_refuses(
        folders, "max_rejected_fraction: 3 of 19 labelled files .*broken0.png", 3
    )


def write_labels(project: Project, *missing: str) -> None:
    raw = project.root / "data/raw"
    images = sorted((raw / "labelled").rglob("*.png"))
    rows = [f"{i.relative_to(raw / 'labelled')},{i.parent.name}" for i in images]
    rows += [f"{name},cat" for name in missing]
    (raw / "labels.csv").write_text("\n".join(["path,label", *rows]) + "\n")
    project.change({"data.folder.labels": "data/raw/labels.csv"})


def test_table_of_labels_that_names_too_many_missing_files(folders: Project) -> None:
    write_labels(folders, "gone1.png", "gone2.png")
    wanted = "max_rejected_fraction: 2 of 18 rows of .*gone1.png.*no such"
    assert_prepare_refuses(folders, wanted, listed=2)


def test_table_of_labels_that_names_few_missing_files(folders: Project) -> None:
    write_labels(folders, "gone.png")
    folders.change({"data.max_rejected_fraction": 0.1})
    done = stage(folders, "prepare")
    assert done.returncode == 0, done.stderr
    assert [(Path(r["source"]).name, "no such file" in r["reason"]) for r in rejected(folders)] == [
        ("gone.png", True)
    ]


def test_output_that_can_not_be_written(workplace: Project) -> None:
    shutil.rmtree(workplace.root / "data")
    (workplace.root / "data").write_text("in the way")
    line = the_line(stage(workplace, "prepare"))
    assert "data/prepared: can't be written" in line
    assert (workplace.root / "data").read_text() == "in the way"


def test_report_that_can_not_be_written(workplace: Project) -> None:
    shutil.rmtree(workplace.root / "reports")
    (workplace.root / "reports").write_text("in the way")
    line = the_line(stage(workplace, "report"))
    assert "reports" in line
    assert (workplace.root / "reports").read_text() == "in the way"


# Awkward images that must not stop the workflow


@pytest.fixture(scope="module")
def awkward(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """All stages on three classes, one of a single image, and a test set that was leaked."""
    copy = finished.copy(tmp_path_factory.mktemp("awkward"), shutil.ignore_patterns(".git", ".dvc"))
    raw = copy.root / "data/raw"
    for label, images in {"cat": 12, "dog": 12, "emu": 1}.items():
        write_pictures(raw / "labelled" / label, images)
        write_pictures(raw / "test" / label, 4, side=24)
    write_pictures(raw / "unlabelled", 40)
    shutil.copy(raw / "test/cat/000.png", raw / "labelled/cat/same.png")
    shutil.copy(raw / "test/dog/000.png", raw / "unlabelled/same.png")
    copy.change(
        {
            "label_budgets": [4],
            "control_budgets": [4],
            "data.source": "folder",
            "data.folder.labelled": "data/raw/labelled",
            "data.folder.test": "data/raw/test",
            "data.folder.unlabelled": "data/raw/unlabelled",
        }
    )
    for name, arguments in EVERY_STAGE.items():
        done = stage(copy, name, *("4" if a == "1" else a for a in arguments))
        assert done.returncode == 0, f"{name}: {done.stderr}"
    return copy


def roles(project: Project) -> dict[str, tuple[str, str]]:
    """Role and membership of the pool of every image, by its path below data/raw."""
    tables = []
    for table in ("prepared/manifest.csv", "splits/split.csv"):
        with (project.root / "data" / table).open(encoding="utf-8", newline="") as file:
            tables.append(list(csv.DictReader(file)))
    return {
        image["source"].removeprefix("data/raw/"): (split["role"], split["in_pool"])
        for image, split in zip(*tables, strict=True)
    }


@pytest.mark.xdist_group("awkward")
def test_copies_of_test_images_are_left_out(awkward: Project) -> None:
    of_image = roles(awkward)
    assert of_image["labelled/cat/same.png"] == ("left_out", "0")
    assert of_image["unlabelled/same.png"] == ("left_out", "0")
    assert of_image["test/cat/000.png"] == ("test", "0")
    assert of_image["unlabelled/000.png"] == ("unlabelled", "1")
    summary = (awkward.root / "reports/summary.md").read_text(encoding="utf-8")
    assert "Left out because equal to a validation or test image: 2 images." in summary


@pytest.mark.xdist_group("awkward")
def test_class_of_a_single_image_is_trained_on(awkward: Project) -> None:
    assert roles(awkward)["labelled/emu/000.png"][0] == "train"
    with (awkward.root / "reports/label_curve.csv").open(encoding="utf-8", newline="") as file:
        used = {row["labels_used"] for row in csv.DictReader(file)}
    assert used == {"9"}, "4, 4, and the only one there is"


@pytest.mark.xdist_group("awkward")
def test_no_top5_with_few_classes(awkward: Project) -> None:
    metrics = (awkward.root / "reports/metrics.json").read_text(encoding="utf-8")
    assert "top5" not in metrics
    assert json.loads(metrics)["finetune"][TASK]["0004"].keys() == {"top1"}
