"""Models of three kinds that others trained, through all stages as DVC runs them."""

import csv
import json
from pathlib import Path

import pytest
import torch
from borrowed_models import KINDS, section, write_file
from projects import Project, new_project
from safetensors.torch import load_file, save_file
from test_rerun_table import from_pretrain, pretrained
from torch import nn

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
        assert 0 <= float(result["top1"]) <= 1
    tuned = load_file(data / f"finetune/{row}-1/finetune_0.safetensors")
    given = load_file(file)
    assert {*given} - {name.removeprefix("encoder.blocks.model.") for name in tuned} <= {
        name for name in given if name.startswith(("fc.", "head.", "conv1.", "stem.", "pos_embed"))
    }
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

    # What is refused, in a line, with nothing written.
    shape = load_file(files[resnet])
    shape["layer1.0.conv1.weight"] = shape["layer1.0.conv1.weight"][:1].clone()
    save_file(shape, tmp_path / "shape.safetensors")
    torch.save(nn.Linear(2, 2), tmp_path / "whole.pth")
    key = "pretrain.imagenet"
    for model, file, said in [
        (vit, tmp_path / "gone.safetensors", f"{key}.file: {tmp_path / 'gone.safetensors'}: no s"),
        ("timm/vit_tinny_patch16_224", files[vit], f"{key}.model: unknown model 'timm/vit_tinny_"),
        (resnet, files[vit], f"{key}.file: {files[vit]}: not weights of {resnet}"),
        (resnet, tmp_path / "shape.safetensors", f"not weights of {resnet}"),
        (resnet, tmp_path / "whole.pth", "holds more than tensors, or none"),
    ]:
        use(project, "imagenet", model, file)
        before = project.hashes("data", "reports")
        done = project.python("stages/pretrain.py", "--task", "imagenet")
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
        assert project.hashes("data", "reports") == before
    assert pretrained("imagenet") == {"pretrain@imagenet"}
