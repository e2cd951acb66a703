"""Whether a project's dvc.yaml suits the installed package."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from projects import CHECKOUT

from semisup.project import derived, update
from semisup.workflow.errors import UserError

TEXT = (CHECKOUT / "dvc.yaml").read_text(encoding="utf-8")
MADE = yaml.safe_load(derived.workflow(TEXT))["stages"]
Edit = Callable[[Any], object]  # of the stages


def with_edit(edit: Edit) -> Any:
    stages = copy.deepcopy(MADE)
    edit(stages)
    return stages


@pytest.mark.parametrize("stages", [MADE, yaml.safe_load(TEXT)["stages"]])
def test_those_of_this_version_pass(stages: Any) -> None:
    update.check(stages)
    assert update.lacking(stages) is None


MEANT: list[Edit] = [
    lambda s: s["split"]["deps"].append("mine.txt"),
    lambda s: s["split"].update(frozen=True, desc="mine"),
    lambda s: s["split"].update(outs=[{"data/splits": {"persist": True}}]),
    lambda s: s["head"].update(cmd=f"nice {s['head']['cmd']}"),
    lambda s: s.pop("export"),
    lambda s: s.update(mine={"cmd": "touch x", "deps": ["data/code/params"], "outs": ["x"]}),
]


@pytest.mark.parametrize("edit", MEANT)
def test_what_the_user_added_is_no_matter(edit: Edit) -> None:
    update.check(with_edit(edit))
    assert update.lacking(with_edit(edit)) is None


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda s: s["split"]["deps"].append("data/code/label_tables"), "data/code/label_tables"),
        (lambda s: s["split"]["deps"].append("data/code/data/set.py"), "data/code/data/set.py"),
        (
            lambda s: s["split"]["deps"].append("data/code/pretexts/${item.task}.py"),
            r"data/code/pretexts/\$\{item.task\}.py",
        ),
        (lambda s: s["split"]["deps"].append({"data/code/x": {}}), "data/code/x"),
    ],
)
def test_code_that_is_gone(edit: Edit, said: str) -> None:
    message = rf"^dvc\.yaml: of another version .* lacks {said} \(split\); take that of a new pr"
    with pytest.raises(UserError, match=message) as raised:
        update.check(with_edit(edit))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            lambda s: s["head"]["params"].remove("split.within_budget_fraction"),
            "split.within_budget_fraction in params of head, as",
        ),
        (
            lambda s: s["head"]["deps"].remove("data/code/classify"),
            "data/code/classify in deps of head, a",
        ),
        (
            lambda s: s["head"].update(outs=["data/heads"]),
            "data/head/${item.task}-${item.budget} in outs",
        ),
        (lambda s: s["head"].update(cmd="semisup stage heads"), "cmd of head, as"),
        (lambda s: s["head"].update(matrix={"task": ["rotation"]}), "matrix of head, as of anoth"),
        (lambda s: s["head"].pop("params"), "seed in params of head, draws in params of head"),
    ],
)
def test_what_it_lacks(edit: Edit, said: str) -> None:
    found = update.lacking(with_edit(edit))
    assert found is not None
    assert found.startswith(f"dvc.yaml: lacks {said}")
    assert "; take that of a new project (`semisup init NEW --no-git`" in found
    update.check(with_edit(edit))
