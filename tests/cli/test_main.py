"""`semisup check` looks at what stages would refuse only after hours; help is quick, and true."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from semisup.cli.main import app, check
from semisup.workflow.errors import UserError

BORROWED = {"backbone": {"name": "timm/resnet10t"}}


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
