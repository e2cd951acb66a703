"""What an edit reruns, and that it reruns nothing else: the promise that the workflow makes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from projects import BUDGETS, TASK, Project

ONE_BUDGET = [BUDGETS[-1]]  # keeps rows with many stages short


def pretrained(*tasks: str) -> set[str]:
    return {f"pretrain@{task}" for task in tasks}


def embedded(*tasks: str) -> set[str]:
    return {f"embed@{task}" for task in tasks}


def heads(budgets: Iterable[int] = BUDGETS, task: str = TASK) -> set[str]:
    return {f"head@{task}-{budget}" for budget in budgets}


def finetuned(budgets: Iterable[int] = BUDGETS, task: str = TASK) -> set[str]:
    return {f"finetune@{task}-{budget}" for budget in budgets}


def supervised(budgets: Iterable[int] = BUDGETS) -> set[str]:
    return {f"supervised@{budget}" for budget in budgets}


def from_embed(budgets: Sequence[int], task: str = TASK) -> set[str]:
    return embedded(task) | heads(budgets, task) | finetuned(budgets, task) | {"report"}


def from_pretrain(budgets: Sequence[int], task: str = TASK) -> set[str]:
    return pretrained(task) | from_embed(budgets, task)


def from_split(budgets: Sequence[int]) -> set[str]:
    return {"split"} | from_pretrain(budgets) | supervised(budgets)


ROWS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing": ({}, set()),
    "add a budget": (
        {"label_budgets": [*BUDGETS, 4]},
        heads([4]) | finetuned([4]) | supervised([4]) | {"report"},
    ),
    "remove a budget": ({"label_budgets": ONE_BUDGET}, {"report"}),
    "finetune": ({"finetune.lr": 0.01}, finetuned() | {"report"}),
    "head": ({"head.lr": 0.02}, heads() | finetuned() | {"report"}),
    "pretrain.rotation": (
        {"label_budgets": ONE_BUDGET, "pretrain.rotation.lr": 0.05},
        from_pretrain(ONE_BUDGET),
    ),
    "embed": ({"label_budgets": ONE_BUDGET, "embed.views": 2}, from_embed(ONE_BUDGET)),
    "backbone": (
        {"label_budgets": ONE_BUDGET, "backbone.name": "alexnet"},
        from_pretrain(ONE_BUDGET) | supervised(ONE_BUDGET),
    ),
    "data.augment": (
        {"label_budgets": ONE_BUDGET, "data.augment.shift": 0.2},
        from_embed(ONE_BUDGET) | supervised(ONE_BUDGET),
    ),
    "split": (
        {"label_budgets": ONE_BUDGET, "split.validation_per_class": 5},
        from_split(ONE_BUDGET),
    ),
    "seed": ({"label_budgets": ONE_BUDGET, "seed": 1}, {"prepare"} | from_split(ONE_BUDGET)),
    "report": ({"report.confidence": 0.9}, {"report"}),
    "compute": ({"compute.threads": 2, "compute.precision": "auto"}, set()),
}


@pytest.mark.parametrize("row", ROWS)
def test_edit_of_params_reruns_what_it_affects(project: Project, row: str) -> None:
    edit, expected = ROWS[row]
    project.change(edit)
    if "label_budgets" in edit:
        project.prune()
    assert project.repro() == expected


def test_new_task_then_its_code_then_what_tasks_share(project: Project) -> None:
    """Three rows of the table that need a second task."""
    project.change({"label_budgets": ONE_BUDGET, "pretext_tasks": [TASK, "random"]})
    project.prune()
    assert project.repro() == from_pretrain(ONE_BUDGET, "random")

    code = project.root / "src/semisup/pretext/random.py"
    code.write_text(code.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    assert project.repro() == pretrained("random"), "the encoder's bytes did not change"

    project.change({"pretrain.augment.shift": 0.2})
    ran = project.repro()
    assert ran == pretrained("random") | from_pretrain(ONE_BUDGET), "an untrained encoder stays"


def test_removed_task_reruns_only_the_report(project: Project) -> None:
    project.change({"pretext_tasks": []})
    project.prune()
    assert project.repro() == {"report"}


def test_a_clone_without_tasks_runs_the_baseline(finished: Project, tmp_path: Path) -> None:
    clone = finished.clone(tmp_path)
    clone.change({"pretext_tasks": []})
    assert clone.repro() == {"prepare", "split"} | supervised() | {"report"}
    assert clone.repro() == set()


def test_new_file_in_raw_reruns_prepare_alone_where_the_source_ignores_it(
    project: Project,
) -> None:
    (project.root / "data/raw/notes.txt").write_text("bought in May\n", encoding="utf-8")
    assert project.repro() == {"prepare"}


def test_edit_taken_back_trains_nothing_again(project: Project) -> None:
    project.change({"supervised.lr": 0.05})
    assert project.repro() == supervised() | {"report"}
    project.git("checkout", "--quiet", "params.yaml")
    assert project.repro() == {"report"}, "results of known parameters come from DVC's cache"
    assert project.git("status", "--porcelain") == ""


def test_budget_removed_in_a_clone_gives_the_same_bytes(finished: Project, tmp_path: Path) -> None:
    """Run from scratch, without cache or data, against pruned where all had run before."""
    edit = {"label_budgets": ONE_BUDGET}
    clone, pruned = finished.clone(tmp_path), finished.copy(tmp_path)
    clone.change(edit)
    assert clone.repro() == {"prepare"} | from_split(ONE_BUDGET)
    pruned.restore()
    pruned.change(edit)
    pruned.prune()
    assert pruned.repro() == {"report"}
    assert clone.hashes("reports") == pruned.hashes("reports")
    was = pruned.lock()
    assert clone.lock() == {stage: was[stage] for stage in clone.lock()}
