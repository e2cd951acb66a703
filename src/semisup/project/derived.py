"""A project's dvc.yaml, params.yaml and Makefile, made of those of this repository."""

import json
import re
from collections.abc import Mapping
from io import StringIO

import yaml
from ruamel.yaml import YAML

from semisup.project.code import FOLDER

HEADER = """\
# The workflow, as `semisup init` wrote it. `matrix` makes one stage per pretext task and label
# budget of params.yaml. The code is that of the installed package: the stage `code` notes a hash
# of each of its files, and a stage runs again when those that it lists have changed.

stages:
  code:
    cmd: semisup code
    always_changed: true
    outs:
      - {folder}
"""
KEPT_TARGETS = ("help", "check-params", "quick", "repro")


def workflow(text: str) -> str:
    """dvc.yaml: commands and code of the package in place of those of the repository."""
    _, _, stages = text.partition("\nstages:\n")
    stages = re.sub(r"cmd: python stages/(\w+)\.py", r"cmd: semisup stage \1", stages)
    stages = stages.replace("- stages/", f"- {FOLDER}/stages/")
    stages = stages.replace("- src/semisup/", f"- {FOLDER}/")
    return HEADER.format(folder=FOLDER) + "\n" + stages


def settings(text: str, edits: Mapping[str, object]) -> str:
    """params.yaml with some values changed, each of one line, and all comments kept.

    Args:
        text: of the file.
        edits: by dotted key: {"data.image_size": 64}.
    """
    lines, parsed = text.splitlines(), YAML().load(StringIO(text))
    for key, value in edits.items():
        *sections, name = key.split(".")
        section = parsed
        for part in sections:
            section = section[part]
        line, column = section.lc.value(name)
        comment = re.search(r"  # .*$", lines[line])
        lines[line] = f"{lines[line][:column]}{_plain(value)}{comment[0] if comment else ''}"
    return "\n".join(lines) + "\n"


def _plain(value: object) -> str:
    """As a person would write it, where every reader of YAML takes it for the same."""
    is_path = isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w./-]*", value)
    if is_path and yaml.safe_load(str(value)) == value:
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def makefile(text: str) -> str:
    """Makefile: the targets that run the workflow, by programs of .venv or of the caller."""
    top = [
        "# `make help` lists the targets. Programs are those of .venv, if there is one, or yours.",
        "",
        "export PATH := $(CURDIR)/.venv/bin:$(PATH)",
        *re.findall("(?:^# .+\n)?^(?:SHELL|unexport) .+$", text, re.MULTILINE),
        "",
        ".DEFAULT_GOAL := help",
        f".PHONY: {' '.join(KEPT_TARGETS)}",
    ]
    rules = [re.sub(r"^([a-z-]+:) setup ", r"\1 ", block) for block in text.split("\n\n")]
    kept = [rule for rule in rules if rule.partition(":")[0] in KEPT_TARGETS]
    return "\n".join(top) + "\n\n" + "\n\n".join(rule.rstrip("\n") for rule in kept) + "\n"
