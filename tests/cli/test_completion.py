"""What the shell proposes where the user presses Tab."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from projects import CHECKOUT

# the shell asks by a variable that has the program's name
CODE = "import sys; sys.argv[0] = 'semisup'; from semisup.cli.main import main; main()"


def proposed(folder: Path, line: str) -> list[str]:
    """As bash asks for the word after a line."""
    asked = {"COMP_WORDS": f"semisup {line}", "COMP_CWORD": str(len(line.split(" ")))}
    env = os.environ | {"_SEMISUP_COMPLETE": "complete_bash"} | asked
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False
    )  # its status says whether there is anything
    assert not done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pre", ["predict"]),
        ("predict --me", ["--method"]),
        ("predict a.png --method s", ["supervised", "spread", "selftrain"]),
        ("predict a.png --task r", ["rotation", "random"]),
        ("predict a.png --budget 6", ["64"]),
        ("suggest --task i", ["imagenet"]),
        ("study cifar10_", ["cifar10_jpeg", "cifar10_rotnet"]),
        ("predict ph", []),  # the shell then names files
    ],
)
def test_words(line: str, words: list[str]) -> None:
    assert proposed(CHECKOUT, line) == words


@pytest.mark.parametrize("settings", [None, "pretext_tasks: ["])
def test_without_settings_that_can_be_read_nothing_is_proposed(
    tmp_path: Path, settings: str | None
) -> None:
    if settings:
        (tmp_path / "params.yaml").write_text(settings)
    assert proposed(tmp_path, "predict a.png --task ") == []
    assert proposed(tmp_path, "study ") == []
