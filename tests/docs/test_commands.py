"""Every command of the documentation runs, in a tiny project that has run once."""

import argparse
import re
import shutil
import sys
from pathlib import Path

import pytest
from pages import CHECKOUT, PAGES, commands, inline
from projects import TASK, Project

# What runs in place of a command that can't run here as it stands.
STAND_INS = {
    "make check": "make --dry-run check",  # mypy takes a minute
    "pytest tests/pretext/test_rotation.py": "pytest tests/test_one.py",
    "dvc remote add --default shared /mnt/shared/semisup": "dvc remote add -d shared ../shared",
    "dvc exp run --name gentle -S finetune.lr=0.002 -S 'label_budgets=[4,16]'": "dvc exp run "
    "--name gentle -S finetune.lr=0.002 -S 'label_budgets=[2]'",
    "dvc queue start": "dvc queue start --help",  # runs in the next table's test
    "semisup suggest --count 50": "semisup suggest --help",  # every image there has a label
    "semisup look": "semisup look --help",  # its images are letters
    "dvc add data/raw/photos": "mkdir data/raw/photos && cp reports/figures/*.png data/raw/photos "
    "&& dvc add data/raw/photos",
    "dvc pull prepare": "dvc pull --help",  # there is no remote yet
}
# Commands that another test runs in earnest, and what it says there.
ELSEWHERE = {
    "dvc queue start": ("tests/pipeline/test_dvc_commands.py", '"queue", "start"'),
    "semisup suggest --count 50": ("tests/pipeline/test_suggest.py", '"suggest", "--count"'),
    "semisup look": ("tests/cli/test_look.py", "look.look("),
    "dvc pull prepare": ("tests/pipeline/test_raw_in_dvc.py", '"pull", "prepare"'),
}
# What shows that a command did something.
SAYS = {
    "make help": "make repro",
    "make test": "1 passed",
    "dvc params diff main": "report.confidence",
    "dvc metrics show": f"finetune.{TASK}.0002.top1",
    "dvc plots diff main": "index.html",
    "dvc plots show": "index.html",
    "dvc exp show --only-changed": "gentle",
    "dvc queue status": "Queued",
    "dvc push --run-cache": "pushed",
}
EDITED = {"README.md": {"report.confidence": 0.9}}  # in the workspace when a page begins
RUN = {page: [*dict.fromkeys(commands(page))] for page in PAGES}
FIRST = {command: page for page in reversed(PAGES) for command in RUN[page]}


@pytest.fixture
def ready(project: Project) -> Project:
    """With what `make` needs: its file, and an environment that is set up."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy2(CHECKOUT / name, project.root)
    (project.root / "tests").mkdir()
    (project.root / "tests/test_one.py").write_text("def test_one() -> None:\n    assert True\n")
    environment = project.root / ".venv"
    environment.mkdir()
    for path in Path(sys.prefix).iterdir():  # pyvenv.cfg too, else this would be another Python
        (environment / path.name).symlink_to(path)
    (environment / ".installed").unlink(missing_ok=True)  # a link: not that of this Python
    (environment / ".installed").touch()
    project.restore()
    return project


@pytest.mark.parametrize("page", [page for page in PAGES if RUN[page]])
def test_commands_of_a_page_run_in_their_order(ready: Project, page: str) -> None:
    """Those that an earlier page has are not run again."""
    ready.change(EDITED.get(page, {}))
    for command in RUN[page]:
        if FIRST[command] != page:
            continue
        if command.startswith("#!"):
            ready.run("bash", "-n", "-c", command)
            continue
        done = ready.run("bash", "-c", STAND_INS.get(command, command))
        assert SAYS.get(command, "") in done.stdout + done.stderr, command


def test_tables_above_name_no_command_that_is_gone() -> None:
    assert {*STAND_INS, *ELSEWHERE, *SAYS} - {"make help"} <= FIRST.keys()
    for path, said in ELSEWHERE.values():
        assert said in (CHECKOUT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_commands_within_the_text_exist(page: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for code in inline(page):
        program, *words = code.split()
        if program == "make" and words:
            assert words[0] in targets, code
        elif program == "dvc" and words:
            commands_of_dvc, options = known_to_dvc(words)
            assert commands_of_dvc, f"{code}: DVC knows no such command"
            named = {word for word in words if word.startswith("--")}
            assert named <= options, f"{code}: DVC knows no such option"


def known_to_dvc(words: list[str]) -> tuple[list[str], set[str]]:
    """The words that name a command of DVC, and the options that it has."""
    from dvc.cli.parser import get_main_parser

    parser: argparse.ArgumentParser = get_main_parser()
    named = []
    for word in words:
        below = [a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        if not below or word not in below[0]:
            break
        named.append(word)
        parser = below[0][word]
    return named, {option for action in parser._actions for option in action.option_strings}


@pytest.mark.slow
def test_the_script_for_several_machines_runs_on_one(ready: Project) -> None:
    """With Slurm's programs stood in for, and two processes for eight."""
    (script,) = (c for c in RUN["docs/large-data.md"] if c.startswith("#!"))
    script = script.replace("--nproc-per-node=8", "--nproc-per-node=2")
    tools = ready.root.parent / "tools"
    tools.mkdir()
    for name, does in {"scontrol": "echo localhost", "srun": 'exec "$@"'}.items():
        (tools / name).write_text(f"#!/bin/sh\n{does}\n")
        (tools / name).chmod(0o755)
    ready.change({"pretrain.rotation.lr": 0.05})
    settings = f"export PATH={tools}:$PATH SLURM_NNODES=1 SLURM_JOB_NODELIST=here\n"
    ready.run("sh", "-e", "-c", settings + script)
    assert f"pretrain@{TASK}" not in ready.repro(), "it was committed"
