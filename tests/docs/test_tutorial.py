"""Each line of the tutorial runs, in its order, on a few tiny files."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from pages import BLOCK, text
from PIL import Image
from projects import CHECKOUT, TINY, Project

PAGE = "docs/tutorial.md"
CLASSES, LABELLED, UNLABELLED = ("ant", "bee", "cow"), 5, 10
# what makes it fast; the page itself sets the others
SET = ("data.source", "label_budgets", "finetune_tasks")
MADE = {key: value for key, value in TINY.items() if key not in SET}
COUNT = {"semisup suggest --count 40": "semisup suggest --count 6"}  # there are only thirty
SAYS = {
    "semisup look": "45 files to decode: 15 labelled, 0 validation, 0 test, 30 unlabelled",
    "cat reports/summary.md": "# ",
    "semisup suggest --count 40": "data/labels/suggested-1.csv",
    "dvc metrics diff": "head.rotation.0004.top1",
    "semisup predict ../new --out answers.csv": "answers.csv: 3 images",
    "head -n 4 answers.csv": "path,class,probability",
}
Step = tuple[str, str]  # the language of a block, and a line of it, or all of it


def steps() -> Iterator[Step]:
    for language, code in BLOCK.findall(text(PAGE)):
        if language == "yaml":
            yield language, code
        elif language == "sh":
            yield from (("sh", line) for line in code.splitlines())


def flat(section: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Values by their dotted keys."""
    for key, value in section.items():
        if isinstance(value, dict):
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def write_photos(place: Path) -> dict[str, str]:
    """JPEG files, the class of each by its name, and labels.csv of the first."""
    rng = np.random.default_rng(0)
    truth, rows = {}, ["path,label"]
    for folder, count in (("photos", LABELLED + UNLABELLED), ("new", 1)):
        (place / folder).mkdir()
        for number in range(count * len(CLASSES)):
            label = CLASSES[number % len(CLASSES)]
            pixels = rng.integers(0, 256, (20, 20, 3), np.uint8)
            pixels[..., CLASSES.index(label)] //= 4
            name = f"{number:03d}.jpg"
            Image.fromarray(pixels).save(place / folder / name)
            truth[f"data/raw/{folder}/{name}"] = label
            if folder == "photos" and number < LABELLED * len(CLASSES):
                rows.append(f"{name},{label}")
    (place / "labels.csv").write_text("\n".join(rows) + "\n")
    return truth


def fill_in(table: Path, truth: dict[str, str]) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    lines = [f"{row['path']},{truth[row['path']]}" for row in rows]
    table.write_text("\n".join(["path,label", *lines]) + "\n", encoding="utf-8")


@pytest.mark.slow
def test_each_line_runs(tmp_path: Path) -> None:
    truth = write_photos(tmp_path)
    project, ran = Project(tmp_path, str(CHECKOUT / "src")), list[set[str]]()
    for language, step in steps():
        if language == "yaml":
            project.change(dict(flat(yaml.safe_load(step))))
            project.change({} if ran else MADE)
        elif step.startswith("cd "):
            project = Project(project.root / step[3:], project.source)
        else:
            done = project.run("bash", "-c", COUNT.get(step, step))
            assert SAYS.get(step, "") in done.stdout + done.stderr, step
            if step == "make repro":
                stages = re.findall(r"^Running stage '(\w+)", done.stdout, re.MULTILINE)
                ran.append({*stages})
            if "suggest" in step:
                fill_in(project.root / "data/labels/suggested-1.csv", truth)
    first, second = ran
    assert {"code", "prepare", "pretrain", "supervised", "export"} <= first
    assert not {"prepare", "pretrain"} & second, "pretraining is not done again"
    assert {"split", "head", "report"} <= second
    with (project.root / "reports/label_curve.csv").open(encoding="utf-8") as file:
        used = {row["budget"]: int(row["labels_used"]) for row in csv.DictReader(file)}
    assert used["4"] > used["2"] > used["1"]
    assert json.loads((project.root / "data/model/classifier.json").read_text())["classes"]
