"""What an update of the package needs of a project's dvc.yaml, which `semisup init` wrote once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from semisup.project import code, derived, shipped
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named

NAME = "dvc.yaml"
PARTS = ("deps", "params", "outs", "metrics")  # what a stage lists
MEND = (
    f"take that of a new project (`semisup init NEW --no-git`, `cp NEW/{NAME} .`), and repeat what "
    "you changed in yours"
)

Stages = Mapping[str, Mapping[str, Any]]


def check(stages: Stages) -> None:
    """Refuse a dvc.yaml that names what the installed package lacks: DVC would say `No such file`.

    Raises:
        UserError: it names what, and for which stages.
    """
    if gone := [*_gone(stages)]:
        said = f"{NAME}: of another version of semisup than is installed, which lacks"
        raise UserError(f"{said} {named(gone)}; {MEND}")


def lacking(stages: Stages) -> str | None:
    """What the package's stages need, so that they run when it changes, and dvc.yaml lacks.

    A stage that is not there, and what the user has added, may be meant.
    """
    if not any(code.FOLDER in Path(dep).parents for one in stages.values() for dep in _deps(one)):
        return None  # no project that `init` made
    text = (shipped.folder() / NAME).read_text(encoding="utf-8")
    wanted = yaml.safe_load(derived.workflow(text))["stages"]
    found = [
        f"{part} of {name}"
        for name, stage in wanted.items()
        if name in stages
        for part in _lacking(stage, stages[name])
    ]
    if not found:
        return None
    return f"{NAME}: lacks {named(found)}, as of another version of semisup; {MEND}"


def _gone(stages: Stages) -> Iterator[str]:
    files = code.files()
    there = {code.FOLDER / path for file in files for path in (file, *file.parents)}
    for name, stage in stages.items():
        for dep in _deps(stage):
            known = Path(dep.partition("${")[0] + "x").parent if "${" in dep else Path(dep)
            if code.FOLDER in known.parents and known not in there:
                yield f"{dep} ({name})"


def _lacking(wanted: Mapping[str, Any], stage: Mapping[str, Any]) -> Iterator[str]:
    for part in PARTS:
        there = _entries(stage, part)
        yield from (f"{e} in {part}" for e in _entries(wanted, part) if e not in there)
    if wanted["cmd"] not in str(stage.get("cmd")):
        yield "cmd"
    if wanted.get("matrix") != stage.get("matrix"):
        yield "matrix"


def _deps(stage: Mapping[str, Any]) -> list[str]:
    return _entries(stage, "deps")


def _entries(stage: Mapping[str, Any], part: str) -> list[str]:
    """Their names, without how DVC shall treat them."""
    return [str(e if isinstance(e, str) else next(iter(e))) for e in stage.get(part) or ()]
