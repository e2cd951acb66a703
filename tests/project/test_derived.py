"""What a project's files have of those of the repository, and what not."""

import re
from typing import Any

import pytest
import yaml
from projects import CHECKOUT

from semisup.params.data_sections import Folder
from semisup.project import derived, shipped
from semisup.project.code import FOLDER
from semisup.project.make import Given
from semisup.workflow.errors import UserError

WORKFLOW = (CHECKOUT / "dvc.yaml").read_text(encoding="utf-8")
PARAMS = (CHECKOUT / "params.yaml").read_text(encoding="utf-8")


def test_the_workflow_is_the_same_but_for_its_code() -> None:
    made = yaml.safe_load(derived.workflow(WORKFLOW))
    own = yaml.safe_load(WORKFLOW)
    code = made["stages"].pop("code")
    assert code == {"cmd": "semisup code", "always_changed": True, "outs": [str(FOLDER)]}
    for name, stage in own["stages"].items():
        mine = made["stages"][name]
        assert mine.pop("cmd") == stage.pop("cmd").replace(
            f"python stages/{name}.py", f"semisup stage {name}"
        )
        deps = [dep.replace(f"{FOLDER}/stages", "stages") for dep in mine.pop("deps")]
        assert [dep.replace(f"{FOLDER}", "src/semisup") for dep in deps] == stage.pop("deps")
        assert mine == stage
    assert {**made, "stages": {}} == {**own, "stages": {}}


def test_no_path_of_the_repository_is_left() -> None:
    assert re.findall(r"(?<!code/)\bstages/|\bsrc/|\bpython\b", derived.workflow(WORKFLOW)) == []


def changed_lines(edits: dict[str, object]) -> list[str]:
    made = derived.settings(PARAMS, edits)
    assert len(made.splitlines()) == len(PARAMS.splitlines())
    lines = zip(made.splitlines(), PARAMS.splitlines(), strict=True)
    return [mine for mine, own in lines if mine != own]


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("seed", 8, "seed: 8  # of everything random"),
        ("data.image_size", 64, "  image_size: 64  # side of the square images"),
        ("data.source", "folder", "  source: folder  # glyphs (embedded)"),
        ("label_budgets", [1, 2], "label_budgets: [1, 2]  # labels per class"),
        ("data.folder.unlabelled", "data/raw/a b", '    unlabelled: "data/raw/a b"  # images'),
        ("data.folder.test", ["x", "y"], '    test: ["x", "y"]  # like `labelled`'),
        ("data.folder.labels", "data/raw/#1.csv", '    labels: "data/raw/#1.csv"  # a table'),
        ("data.folder.columns.path", "no", '      path: "no"\n'),
        ("pretrain.augment.flip", True, "    flip: true\n"),
        ("supervised.lr", [0.05], "  lr: [0.05]  # each is tried"),
    ],
)
def test_one_value_changes_and_its_comment_stays(key: str, value: object, line: str) -> None:
    (changed,) = changed_lines({key: value})
    assert f"{changed}\n".startswith(line)
    found: Any = yaml.safe_load(derived.settings(PARAMS, {key: value}))
    for part in key.split("."):
        found = found[part]
    assert found == value


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        (Given(), {"unlabelled": None, "labelled": None, "labels": None}),
        (Given(images=["a/x"]), {"unlabelled": "data/raw/x", "labelled": None}),
        (Given(images=["x", "y.zip"]), {"unlabelled": ["data/raw/x", "data/raw/y.zip"]}),
        (
            Given(images=["x"], labels="../t.csv"),
            {"unlabelled": None, "labelled": "data/raw/x", "labels": "data/raw/t.csv"},
        ),
        (
            Given(images=["x"], labelled=["z"], labels="t.csv"),
            {"unlabelled": "data/raw/x", "labelled": "data/raw/z", "labels": "data/raw/t.csv"},
        ),
    ],
)
def test_settings_name_what_was_given(given: Given, folder: dict[str, object]) -> None:
    data = yaml.safe_load(derived.settings(PARAMS, given.settings()))["data"]
    assert data["source"] == "folder"
    assert folder.items() <= data["folder"].items()


def test_nothing_that_is_said_of_other_images_stays() -> None:
    """As where `semisup init` belongs to a checkout in which someone works."""
    own = yaml.safe_load(PARAMS)["data"]["folder"]
    keys = {*Folder.model_fields} - {"no_label", "columns"}
    keys |= {f"columns.{name}" for name in own["columns"]}
    given = Given()
    edited = derived.settings(PARAMS, {f"data.folder.{key}": "1" for key in keys})
    made = yaml.safe_load(derived.settings(edited, given.settings()))
    assert made == yaml.safe_load(derived.settings(PARAMS, given.settings()))
    assert made["data"]["folder"] == own


VALUE = "    unlabelled: null  # images in any nesting\n"


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("    unlabelled: null\n", "    unlabelled: data/raw/x"),
        ("    unlabelled:\n", "    unlabelled: data/raw/x"),
        ("    unlabelled:  # of all\n", "    unlabelled: data/raw/x  # of all"),
        ("    unlabelled: [a,\n      b]  # two\n", "    unlabelled: data/raw/x  # two"),
        ("    unlabelled:  # mine\n      [a, b]  # y\n", "    unlabelled: data/raw/x  # mine"),
        ("    unlabelled:\n      - a\n      - b  # y\n", "    unlabelled: data/raw/x"),
        (
            "    unlabelled:  # I\n    - a\n    - [b,\n      c]\n",
            "    unlabelled: data/raw/x  # I",
        ),
        ("    unlabelled: >-\n      a\n      b\n", "    unlabelled: data/raw/x"),
        ("    unlabelled: 'a  # b'  # c\n", "    unlabelled: data/raw/x  # c"),
        ("    unlabelled: &some [a]  # c\n", "    unlabelled: data/raw/x  # c"),
        ("    unlabelled: {a: 1,\n      b: 2}\n", "    unlabelled: data/raw/x"),
    ],
)
def test_a_value_of_any_form_is_replaced(value: str, line: str) -> None:
    assert VALUE in PARAMS
    comment = "    # what comes next\n"
    text = PARAMS.replace(VALUE, value + comment)
    made = derived.settings(text, {"data.folder.unlabelled": "data/raw/x"})
    assert made == PARAMS.replace(VALUE, f"{line}\n{comment}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (VALUE, ""),
        (VALUE, "    unlabelled: &some [a]\n    more: *some\n"),
        ("    labelled: null", "    labelled: &some [a]\n    unlabelled: *some"),
        ("data:\n", "data: {}\nother:\n"),
        ("data:\n", "<<<<<<< HEAD\ndata:\n"),
        ("data:\n", "data: [\n"),
        (PARAMS, ""),
    ],
)
def test_settings_that_no_project_can_be_made_of(before: str, after: str) -> None:
    text = PARAMS.replace(before, after, 1)
    with pytest.raises(UserError, match=r"params\.yaml: was edited so .*; take the last commit's"):
        derived.settings(text, {"data.folder.unlabelled": "data/raw/x"})


def test_the_makefile_has_the_targets_of_the_workflow_alone() -> None:
    made = derived.makefile((CHECKOUT / "Makefile").read_text(encoding="utf-8"))
    assert re.findall(r"^([a-z-]+):", made, re.MULTILINE) == [*derived.KEPT_TARGETS]
    assert "setup" not in made
    assert "\t@semisup check\n" in made


def test_every_file_that_is_shipped_is_there() -> None:
    files = {*map(str, shipped.files(CHECKOUT))}
    assert {"params.yaml", "dvc.yaml", "stages/head.py", "data/head/.gitkeep"} <= files
    for pattern in shipped.SHIPPED:
        assert [*CHECKOUT.glob(pattern)], pattern
    stages = {*yaml.safe_load(WORKFLOW)["stages"]}
    assert {file[7:-3] for file in files if file.startswith("stages/")} == {*stages, "environment"}
