"""A project's dvc.yaml, params.yaml and Makefile, made of those of this repository."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import getitem

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, Node

from semisup.params.loading import PARAMS_FILE
from semisup.project import shipped
from semisup.project.code import FOLDER
from semisup.workflow.errors import UserError

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
_YAML = YAML(typ="safe")
KEPT_TARGETS = ("help", "check-params", "quick", "repro")


def workflow(text: str) -> str:
    """dvc.yaml: commands and code of the package in place of those of the repository."""
    _, _, stages = text.partition("\nstages:\n")
    stages = re.sub(r"cmd: python stages/(\w+)\.py", r"cmd: semisup stage \1", stages)
    stages = stages.replace("- stages/", f"- {FOLDER}/stages/")
    stages = stages.replace("- src/semisup/", f"- {FOLDER}/")
    return HEADER.format(folder=FOLDER) + "\n" + stages


def settings(text: str, edits: Mapping[str, object]) -> str:
    """params.yaml with some values changed, each to one line, and all else kept with comments.

    Args:
        text: of the file, which someone may have edited.
        edits: by dotted key: {"data.image_size": 64}.

    Raises:
        UserError: the text is no YAML, lacks a key, or uses a value again elsewhere.
    """
    try:
        wanted = _YAML.load(text)
        root, made = YAML(typ="safe", pure=True).compose(text), text
        found = {key: _entry(root, key.split(".")) for key in edits}
        # from the end on, so that places of the others stay
        for key in sorted(found, key=lambda key: -found[key][0].end_mark.index):
            made = _with_value(made, *found[key], edits[key])
            *sections, name = key.split(".")
            reduce(getitem, sections, wanted)[name] = edits[key]
        if _YAML.load(made) == wanted:
            return made
    except (YAMLError, LookupError, TypeError, AttributeError, ValueError):
        pass
    file = shipped.folder() / PARAMS_FILE
    raise UserError(
        f"{file}: was edited so that no settings for a project can be made of it; take the last "
        f"commit's: `git checkout HEAD {PARAMS_FILE}`"
    )


def _entry(section: Node, key: Sequence[str]) -> tuple[Node, Node]:
    """A key and its value."""
    found = {name.value: (name, value) for name, value in section.value}[key[0]]
    return _entry(found[1], key[1:]) if key[1:] else found


def _with_value(text: str, key: Node, value: Node, new: object) -> str:
    colon, start, end = key.end_mark.index, value.start_mark.index, _end(text, value)
    if start == value.end_mark.index:  # there is none: YAML finds it where the next key begins
        start = end = colon + 1
    after, comment = text[end:], ""
    if "\n" in text[colon:start]:  # below its key, whose comment stays; that of the last line goes
        comment = text[colon + 1 : start].partition("\n")[0].rstrip()
        after = re.sub(r"\A *(#.*)?", "", after)
    return f"{text[:colon]}: {_plain(new)}{comment}{after}"


def _end(text: str, value: Node) -> int:
    """Where it ends: of lists in lines of their own, YAML counts comments after them too."""
    if value.value and isinstance(value, CollectionNode) and not value.flow_style:
        last = value.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    begin, end = int(value.start_mark.index), value.end_mark.index
    return begin + len(text[begin:end].rstrip())


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
