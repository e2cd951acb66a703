"""Every command of the documentation runs, in a tiny project that has run once."""

import argparse
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from pages import BLOCK, CHECKOUT, PAGES, blocks, commands, inline, text
from pictures import write_pictures
from PIL import ExifTags, Image
from projects import TASK, Project
from warm import warm_python

from semisup.cli.main import app

# What runs in place of a command that can't run here as it stands.
STAND_INS = {
    "make check": "make --dry-run check",  # mypy takes a minute
    "pytest tests/pretext/test_rotation.py": "pytest tests/test_one.py",
    "dvc remote add --default shared /mnt/shared/semisup": "dvc remote add -d shared ../shared",
    "dvc exp run --name gentle -S 'finetune.lr=[0.002,0.01]' -S 'label_budgets=[4,16]'": "dvc exp "
    "run --name gentle -S 'finetune.lr=[0.002,0.01]' -S 'label_budgets=[2]'",
    # no stage runs there
    "dvc plots show data/live": "mkdir data/live && printf 'step\\tloss\\n1\\t0.5\\n' > "
    "data/live/loss.tsv && dvc plots show data/live && rm -r data/live",
    "dvc queue start": "dvc queue start --help",  # runs in the next table's test
    "semisup suggest --count 50": "semisup suggest --help",  # every image there has a label
    "semisup predict photos --method supervised --budget 4": "semisup predict photos "
    "--method supervised --budget 2",
    # as it says, from another project
    "dvc artifacts get . classifier --out model": "mkdir ../other && cd ../other && git init -q "
    "&& dvc init -q && dvc artifacts get ../project classifier --out model && ls model",
    "semisup look": "semisup look --help",  # its images are letters
    "dvc add data/raw/photos": "mkdir data/raw/photos && cp reports/figures/*.png data/raw/photos "
    "&& dvc add data/raw/photos",
    "dvc pull prepare": "dvc pull --help",  # there is no remote yet
    "semisup study glyphs --quick": "semisup study --help",  # takes minutes
    "sh tests/gpu/run.sh --device cpu --tiny --out rehearsal": "true",  # takes a minute
}
# Commands that another test runs in earnest, and what it says there.
ELSEWHERE = {
    "dvc queue start": ("tests/pipeline/test_dvc_commands.py", '"queue", "start"'),
    "semisup suggest --count 50": ("tests/pipeline/test_suggest.py", '"suggest", "--count"'),
    "dvc plots show data/live": ("tests/docs/test_plots_page.py", '"show", "data/live"'),
    "semisup look": ("tests/cli/test_look.py", "look.look("),
    "dvc pull prepare": ("tests/pipeline/test_raw_in_dvc.py", '"pull", "prepare"'),
    "semisup study glyphs --quick": (
        "tests/pipeline/test_study.py",
        '"study", "letters", "--quick"',
    ),
    "sh tests/gpu/run.sh --device cpu --tiny --out rehearsal": (
        "tests/gpu/test_rehearsal.py",
        '"--device", "cpu", "--tiny", "--out"',
    ),
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
    "semisup progress": "stages",
    "dvc plots show data/live": "index.html",
    "semisup times": "| selftrain | in all\n",
    "semisup predict photos": "predictions.csv: 3 images",
    "semisup predict one.jpg more.zip --out answers.csv --top 5": "answers.csv: 4 images",
    "semisup predict photos --model ../elsewhere/model": "predictions.csv: 3 images",
    "dvc artifacts get . classifier --out model": "MODEL_CARD.md",
}
CLASSIFIER = "docs/classifier.md"
EDITED = {"README.md": {"report.confidence": 0.9}}  # in the workspace when a page begins
SEMISUP: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
RUN = {page: [*dict.fromkeys(commands(page))] for page in PAGES}
RUN["docs/tutorial.md"] = []  # it makes a project of its own: test_tutorial.py
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
    link_all(Path(sys.prefix), environment)  # pyvenv.cfg too, else this would be another Python
    for name in (".installed", "bin"):  # not those of this Python
        (environment / name).unlink(missing_ok=True)
    (environment / ".installed").touch()
    (environment / "bin").mkdir()
    link_all(warm_python().bin, environment / "bin")
    link_all(Path(sys.prefix, "bin"), environment / "bin")
    project.restore()
    return project


def link_all(folder: Path, place: Path) -> None:
    """What is in the folder and not yet there."""
    for path in folder.iterdir():
        if not (place / path.name).exists():
            (place / path.name).symlink_to(path)


def put_images(project: Project) -> None:
    """Files that docs/classifier.md names, and a classifier elsewhere."""
    new = write_pictures(project.root / "photos", 3)
    for name in ("one.jpg", "two.png"):
        shutil.copy2(new[0], project.root / name)
    shutil.make_archive(str(project.root / "more"), "zip", project.root / "photos")
    shutil.copytree(project.root / "data/model", project.root.parent / "elsewhere/model")


@pytest.mark.parametrize("page", [page for page in PAGES if RUN[page]])
def test_commands_of_a_page_run_in_their_order(ready: Project, page: str) -> None:
    """Those that an earlier page has are not run again."""
    ready.change(EDITED.get(page, {}))
    if page == CLASSIFIER:
        put_images(ready)
    for command in RUN[page]:
        if FIRST[command] != page:
            continue
        if command.startswith("#!"):
            ready.run("bash", "-n", "-c", command)
            continue
        done = ready.run("bash", "-c", STAND_INS.get(command, command))
        assert SAYS.get(command, "") in done.stdout + done.stderr, command


def test_what_would_run_is_told_after_a_new_budget(project: Project) -> None:
    """Where outputs that stages wait for are not there yet."""
    project.restore()
    project.change({"label_budgets": [1, 2, 3]})
    section = text("docs/dvc.md").partition("## What would run")[2].partition("\n## ")[0]
    (block,) = (code for _, code in BLOCK.findall(section))
    said = {"dvc status": rf"^head@{TASK}-3:", "semisup progress": r"at most: .*\b1 head\b"}
    assert block.splitlines() == [*said]
    for command, pattern in said.items():
        told = project.run("bash", "-c", command).stdout
        assert re.search(pattern, told, re.MULTILINE), command


def test_programs_in_python_run(project: Project) -> None:
    """Those of the README and of the page on the classifier, as one program."""
    project.restore()
    put_images(project)
    noise = np.random.default_rng(0).integers(0, 256, (60, 90, 4), np.uint8)
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    # to be cut, scaled, turned, laid on white
    Image.fromarray(noise).save(project.root / "one.jpg", "png", exif=turned)
    images = "np.load('data/prepared/images.npy', mmap_mode='r')[:4]"
    exports = [
        *("import numpy as np", "from pathlib import Path", "from semisup.export import onnx"),
        f"onnx.write(semisup.load('data/model'), np.array({images}), Path('data/model'))",
    ]  # which the tiny settings leave out
    programs = [block for page in ("README.md", CLASSIFIER) for block in blocks(page, "python")]
    alike = "print((model.pixels(['one.jpg']).numpy() == images).all())"
    equal = "print(np.abs(answers(images).numpy() - probabilities).max() < 1e-5)"
    whole = [programs[0], *exports, *programs[1:], alike, equal]
    (project.root / "all.py").write_text("\n".join(whole))
    lines = project.run("python", "all.py").stdout.splitlines()
    assert lines[0].startswith("[Answer(label='")
    assert len(lines) == 7
    assert {line.split()[0] for line in lines[1:-2]} <= set("ABCDEF")
    assert lines[-2] == "True", "model.onnx is shown other pixels than `semisup predict` sees"
    assert lines[-1] == "True", "the program in PyTorch is another network"


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
        elif program == "semisup" and words:
            if words[0].startswith("--"):
                continue
            command = SEMISUP.get(words[0])
            assert command, code
            options = {o for param in command.params for o in param.opts}
            given = {word for word in words[1:] if word.startswith("--")}
            assert command.context_settings or given <= options, code  # `stage` passes them on
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
