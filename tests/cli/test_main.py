"""`semisup check` looks at what stages would refuse only after hours; help is quick, and true."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from projects import CHECKOUT
from warm import warm_python

from semisup.cli import workflow
from semisup.cli.main import app, check, run
from semisup.workflow.errors import UserError

BORROWED = {"backbone": {"name": "timm/resnet10t"}}


@pytest.fixture(autouse=True)
def _project(tmp_path: Path) -> None:
    """What `check` wants to be there."""
    (tmp_path / ".git").mkdir()
    shutil.copy2(CHECKOUT / "dvc.yaml", tmp_path)


@pytest.fixture
def write(values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes params.yaml with layers of embed and supervised, of a backbone of timm."""
    monkeypatch.chdir(tmp_path)

    def put(embed: str, supervised: str) -> None:
        changed = values | BORROWED
        changed["embed"]["layer"], changed["supervised"]["layer"] = embed, supervised
        Path("params.yaml").write_text(yaml.safe_dump(changed))

    return put


def test_layers_of_a_librarys_model(write: Any) -> None:
    write("auto", "layer3")
    check()
    for embed, supervised, key in [("conv5", "layer3", "embed"), ("auto", "auto", "supervised")]:
        write(embed, supervised)
        with pytest.raises(UserError, match=rf"params\.yaml: {key}\.layer: .*layer4, features"):
            check()


KEY = "params.yaml: pretrain"


@pytest.mark.parametrize(
    ("tasks", "edits", "said"),
    [
        (
            ["imagenet"],
            {"model": "timm/resnet10tt", "weights": "x"},
            f"{KEY}.imagenet.model: unknown model 'timm/resnet10tt' (did you mean 'resnet10t'?); ",
        ),
        (
            ["rotation", "imagenet"],
            {"model": "torchvision/convnext_tyni", "file": "mine.pth"},
            f"{KEY}.imagenet.model: unknown model 'torchvision/convnext_tyni' (did you mean "
            "'convnext_tiny'?); allowed: torchvision/NAME",
        ),
        (
            ["imagenet"],
            {"model": "timm/resnet18", "weights": "a1_in2k"},
            f"{KEY}.imagenet.weights: timm/resnet18 has no weights 'a1_in2k' (did you mean "
            "'a1_in1k'?); allowed: ",
        ),
        (["imagenet"], {"model": "timm/resnet10t", "weights": "own", "file": "mine.pth"}, ""),
        (
            ["imagenet"],
            {"file": "nope.pth"},
            f"{KEY}.imagenet.file: nope.pth: no such file; give the path of a .safetensors or",
        ),
        (["rotation"], {"file": "nope.pth"}, ""),
        (["imagenet"], {"file": "read before.pth"}, ""),
        (
            ["imagenet"],
            {"layer": "block.4"},
            f"{KEY}.imagenet.layer: unknown layer 'block.4' (did you mean 'blocks.4'?); allowed: ",
        ),
        (["imagenet"], {"layer": "blocks.4"}, ""),
        (["rotation"], {"layer": "block.4"}, ""),
        (
            ["imagenet"],
            {"model": "torchvision/resnet18", "weights": "ResNet18_Weights.IMAGENET1K_V1"},
            "",
        ),
        (["rotation"], {"model": "timm/resnet10tt"}, ""),  # the row is not asked for
    ],
)
def test_models_of_rows_that_others_trained(
    tasks: list[str],
    edits: dict[str, Any],
    said: str,
    values: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    values |= {"pretext_tasks": tasks, "finetune_tasks": []}
    values["pretrain"]["imagenet"] |= edits
    Path("mine.pth").write_bytes(b"PK")
    Path("data/pretrain/imagenet").mkdir(parents=True)
    origin = {"origin": {"source": "read before.pth"}}
    Path("data/pretrain/imagenet/pretext.json").write_text(json.dumps(origin))
    Path("params.yaml").write_text(yaml.safe_dump(values))
    try:
        check()
        text = ""
    except UserError as error:
        text = str(error)
    assert text.startswith(said)
    assert bool(text) == bool(said)
    assert "\n" not in text
    assert len(text) < 500


@pytest.mark.parametrize(("model", "loads"), [(None, False), ("timm/resnet10t", True)])
def test_the_installed_model_needs_no_library(
    model: str | None, loads: bool, values: dict[str, Any], tmp_path: Path
) -> None:
    """So that `make repro` does not wait for timm."""
    values["pretext_tasks"], values["finetune_tasks"] = ["rotation", "imagenet"], []
    if model:
        values["pretrain"]["imagenet"] |= {"model": model, "file": "mine.pth"}
        (tmp_path / "mine.pth").write_bytes(b"PK")
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values))
    code = "from semisup.cli.main import check; check(); import sys; print('timm' in sys.modules)"
    done = warm_python().run("-c", code, cwd=tmp_path)
    assert (done.stdout, done.stderr) == (f"{loads}\n", "")


def test_a_run_of_several_stages_begins_with_a_look_at_the_settings(
    values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `make repro` and `semisup quick` do; stages that DVC runs would say it later, or oddly."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workflow, "read", lambda: pytest.fail("stages were looked at"))
    Path("params.yaml").write_text(yaml.safe_dump(values | {"label_budgets": [1, 1]}))
    with pytest.raises(UserError, match=r"^params\.yaml: label_budgets: 1 is given twice"):
        run(jobs=1)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["predict", "a.png", "--top", "0"], "--top 0: should be 1 or more"),
        (["repro", "--jobs", "-1"], "--jobs -1: should be 1 or more"),
        (["suggest", "--count", "0"], "--count 0: should be 1 or more"),
    ],
)
def test_a_number_out_of_range_is_said_in_a_line(command: list[str], message: str) -> None:
    with pytest.raises(UserError, match=f"^{message}$"):
        app(command, standalone_mode=False)


def test_version() -> None:
    command = [sys.executable, "-c", "from semisup.cli.main import main; main()", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    assert done.stdout == f"semisup {project['version']}\n"


HEAVY = ("torch", "numpy", "pandas", "pydantic", "dvc", "ruamel.yaml", "PIL", "matplotlib")


def test_help_waits_for_nothing_heavy() -> None:
    code = f"import sys, semisup.cli.main; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


COMMANDS: dict[str, Any] = {"": typer.main.get_command(app)}
COMMANDS |= COMMANDS[""].commands


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_an_example_that_can_be(name: str) -> None:
    title, *examples = COMMANDS[name].epilog.split("\n\n")
    assert title == "Example:"
    for example in examples:
        program, command, *words = example.split("&&")[0].split()
        assert program == "semisup"
        assert name in ("", command)
        known = {o for param in COMMANDS[command].params for o in param.opts}
        assert {word for word in words if word.startswith("--")} <= known
