"""Models of three kinds that others trained, through all stages as DVC runs them.

What is refused of them stands in tests/pretext.
"""

import csv
import json
import re
from pathlib import Path

import pytest
import torch
from borrowed_models import KINDS, section, write_file
from projects import Project, new_project
from safetensors.torch import load_file
from test_rerun_table import from_pretrain

ROWS = ("imagenet", "foundation")
WIDTHS = dict(zip(KINDS, (512, 320, 192), strict=True))  # of what their classifiers see
BUDGET = [1]
EDITS = {
    "label_budgets": BUDGET,
    "pretext_tasks": [*ROWS],
    "finetune_tasks": [*ROWS],
    "draws": 1,
    "choose.budgets": [1],
    "data.glyphs": {"classes": 3, "train_images": 60, "test_images": 12, "clutter": 0.3},
}


def use(project: Project, row: str, model: str, file: Path) -> None:
    project.change({f"pretrain.{row}": section(model, file=str(file), input=32)})


def assert_done(project: Project, row: str, model: str, file: Path) -> None:
    """Every stage's result is there and is this model's."""
    data = project.root / "data"
    origin = json.loads((data / f"pretrain/{row}/pretext.json").read_text())["origin"]
    assert (origin["model"], origin["source"]) == (model, str(file))
    info = json.loads((data / f"features/{row}/features.json").read_text())
    assert info["width"] == WIDTHS[model]
    for method in ("head", "spread", "finetune"):
        with (data / f"{method}/{row}-1/results.csv").open() as table:
            (result,) = csv.DictReader(table)
        assert int(result["updates"]) > 0
    encoder = load_file(data / f"pretrain/{row}/encoder.safetensors")
    given = load_file(file)
    differ = {
        name
        for name, value in given.items()
        if not torch.equal(encoder.get(f"blocks.model.{name}", torch.zeros(0)), value)
    }
    of_classifier = ("fc.", "head.fc.", "head.weight", "head.bias")
    # places of patches are adapted to the side
    assert {name for name in differ if not name.startswith(of_classifier)} <= {"pos_embed"}
    assert f"encoder.{next(iter(encoder))}" in load_file(
        data / f"finetune/{row}-1/finetune_0.safetensors"
    )
    curve = (project.root / "reports/label_curve.csv").read_text()
    assert f"finetune,{row},1,0," in curve


@pytest.mark.slow
def test_three_kinds_through_all_stages(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    project.change(EDITS)
    resnet, convnext, vit = KINDS
    files = {model: write_file(model, tmp_path) for model in KINDS}
    use(project, "imagenet", resnet, files[resnet])
    use(project, "foundation", convnext, files[convnext])
    project.repro()
    assert_done(project, "imagenet", resnet, files[resnet])
    assert_done(project, "foundation", convnext, files[convnext])
    use(project, "imagenet", vit, files[vit])
    assert project.repro() == from_pretrain(BUDGET, "imagenet")
    assert_done(project, "imagenet", vit, files[vit])

    (tmp_path / "half.safetensors").write_bytes(files[resnet].read_bytes()[:-9])
    use(project, "imagenet", resnet, tmp_path / "half.safetensors")
    before = project.hashes("data", "reports")
    done = project.python("stages/pretrain.py", "--task", "imagenet")
    assert (done.returncode, done.stdout) == (2, "")
    said = r"error: params\.yaml: pretrain\.imagenet\.file: .*half.* not fully covered\); give .*\n"
    assert re.fullmatch(said, done.stderr)
    assert project.hashes("data", "reports") == before
