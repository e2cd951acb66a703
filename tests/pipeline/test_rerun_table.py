"""What an edit reruns, and that it reruns nothing else: the promise that the workflow makes.

What runs follows from dvc.yaml and from bytes, so that stubs of the stages show it; two rows and
one clone run in earnest.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from projects import BUDGETS, CHECKOUT, TASK, Project

ONE_BUDGET = [BUDGETS[-1]]  # keeps rows with many stages short
PAGES = {"report", "export"}  # what every classifier that may be advised reruns


def pretrained(*tasks: str) -> set[str]:
    return {f"pretrain@{task}" for task in tasks}


def embedded(*tasks: str) -> set[str]:
    return {f"embed@{task}" for task in tasks}


def heads(budgets: Iterable[int] = BUDGETS, task: str = TASK) -> set[str]:
    return {f"head@{task}-{budget}" for budget in budgets}


def neighbours(*tasks: str) -> set[str]:
    return {f"neighbours@{task}" for task in tasks}


def spread(budgets: Iterable[int] = BUDGETS, task: str = TASK) -> set[str]:
    return {f"spread@{task}-{budget}" for budget in budgets}


def chosen(*tasks: str) -> set[str]:
    return {f"choose@{task}" for task in tasks}


def from_heads(budgets: Iterable[int] = BUDGETS, task: str = TASK) -> set[str]:
    return heads(budgets, task) | spread(budgets, task) | finetuned(budgets, task) | PAGES


def finetuned(budgets: Iterable[int] = BUDGETS, task: str = TASK) -> set[str]:
    """And what follows, but for the report."""
    return {f"finetune@{task}-{budget}" for budget in budgets} | selftrained(budgets, task)


def selftrained(budgets: Iterable[int] = BUDGETS, task: str = TASK) -> set[str]:
    return {f"selftrain@{task}-{budget}" for budget in budgets}


def supervised(budgets: Iterable[int] = BUDGETS) -> set[str]:
    return {f"supervised@{budget}" for budget in budgets}


def from_embed(budgets: Sequence[int], task: str = TASK) -> set[str]:
    return embedded(task) | neighbours(task) | chosen(task) | from_heads(budgets, task)


def from_pretrain(budgets: Sequence[int], task: str = TASK) -> set[str]:
    return pretrained(task) | from_embed(budgets, task)


def from_split(budgets: Sequence[int]) -> set[str]:
    return {"split"} | from_pretrain(budgets) | supervised(budgets)


ROWS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "nothing": ({}, set()),
    "add a budget": (
        {"label_budgets": [*BUDGETS, 4]},
        from_heads([4]) | supervised([4]),
    ),
    "remove a budget": ({"label_budgets": ONE_BUDGET}, {"report"}),  # and not the largest
    "finetune": ({"finetune.lr": 0.01}, finetuned() | PAGES),
    "selftrain": ({"selftrain.lr": 0.005}, selftrained() | PAGES),
    "control": (
        {"control_budgets": ONE_BUDGET},
        {f"selftrain_baseline@{ONE_BUDGET[0]}", "report"},
    ),
    "head": ({"head.lr": 0.02}, from_heads() | chosen(TASK)),
    "neighbours": (
        {"neighbours.count": 4},
        neighbours(TASK) | spread() | chosen(TASK) | finetuned() | PAGES,
    ),
    "spread": ({"spread.alpha": 0.9}, spread() | finetuned() | PAGES),
    "choose": ({"choose.draws": 3}, chosen(TASK) | {"report"}),
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
    "supervised": ({"supervised.lr": 0.05}, supervised() | PAGES),
    "pretrain.* shared": (
        {"label_budgets": ONE_BUDGET, "pretrain.epochs": 2},
        from_pretrain(ONE_BUDGET),
    ),
    "pretrain.repeats": (
        {"label_budgets": ONE_BUDGET, "pretrain.repeats": 2},
        from_pretrain(ONE_BUDGET),
    ),
    "another task's settings": ({"pretrain.jigsaw.gap": 0.2}, {"report"}),
    "a model that nothing starts from": ({"pretrain.imagenet.weights": "in1k"}, {"report"}),
    "report": ({"report.confidence": 0.9}, {"report"}),
    "export": ({"export.precision": 0.9}, PAGES),
    "compute": ({"compute.threads": 2, "compute.precision": "auto"}, set()),
}


def assert_row(project: Project, row: str) -> None:
    edit, expected = ROWS[row]
    project.change(edit)
    if row == "remove a budget":  # where the report runs for another reason, it need not be
        project.prune()
    assert project.repro() == expected


# as "pretrain.* shared", and takes as long as two rows
TWICE = pytest.param("pretrain.repeats", marks=pytest.mark.slow)
STEPS_BELOW = {"control", "supervised"}  # of longer tests


@pytest.mark.parametrize(
    "row", [TWICE if row == "pretrain.repeats" else row for row in ROWS if row not in STEPS_BELOW]
)
def test_edit_of_params_reruns_what_it_affects(stubs: Project, row: str) -> None:
    assert_row(stubs, row)


def test_edit_of_params_in_earnest(project: Project) -> None:
    """As the branch of `test_dvc_commands.py`, which has another rate of fine-tuning."""
    assert_row(project, "add a budget")


def test_new_task_then_its_code_then_what_tasks_share(stubs: Project) -> None:
    """Three rows of the table that need a second task."""
    stubs.change({"label_budgets": ONE_BUDGET, "pretext_tasks": [TASK, "random"]})
    stubs.change({"finetune_tasks": [TASK, "random"]})
    assert stubs.repro() == from_pretrain(ONE_BUDGET, "random")

    code = stubs.root / "src/semisup/pretext/random.py"
    code.write_text(code.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    assert stubs.repro() == pretrained("random"), "the encoder's bytes did not change"

    stubs.change({"pretrain.augment.shift": 0.2})
    ran = stubs.repro()
    assert ran == pretrained("random") | from_pretrain(ONE_BUDGET), "an untrained encoder stays"


def test_a_start_and_then_its_model(stubs: Project) -> None:
    """Only tasks that start from weights of others depend on which these are."""
    stubs.change({"label_budgets": ONE_BUDGET, "pretrain.start": "imagenet"})
    assert stubs.repro() == from_pretrain(ONE_BUDGET)
    stubs.change({"pretrain.imagenet.weights": "in1k"})
    assert stubs.repro() == from_pretrain(ONE_BUDGET)
    stubs.change({"pretrain.foundation.weights": "other"})
    assert stubs.repro() == {"report"}, "which shows all settings"


def test_what_the_control_follows_from(stubs: Project) -> None:
    stubs.change({"label_budgets": ONE_BUDGET})
    stubs.prune()
    control = {f"selftrain_baseline@{ONE_BUDGET[0]}"}
    assert_row(stubs, "control")
    stubs.change({"selftrain.lr": 0.005})
    assert stubs.repro() == control | selftrained(ONE_BUDGET) | PAGES
    stubs.change({"supervised.lr": 0.05})
    assert stubs.repro() == control | supervised(ONE_BUDGET) | PAGES
    stubs.change({"control_budgets": []})
    stubs.prune()
    assert stubs.repro() == {"report"}


def test_code_of_a_task_that_does_something_else(stubs: Project) -> None:
    code = stubs.root / "src/semisup/pretext/rotation.py"
    code.write_text(code.read_text(encoding="utf-8") + "\nOTHER = 1\n", encoding="utf-8")
    assert stubs.repro() == from_pretrain(BUDGETS)


def test_a_task_that_is_not_to_be_fine_tuned(stubs: Project) -> None:
    stubs.change({"label_budgets": ONE_BUDGET, "pretext_tasks": [TASK, "random"]})
    assert stubs.repro() == from_pretrain(ONE_BUDGET, "random") - finetuned(ONE_BUDGET, "random")


def test_removed_task_trains_nothing(stubs: Project) -> None:
    stubs.change({"pretext_tasks": [], "finetune_tasks": []})
    stubs.prune()
    assert stubs.repro() == PAGES, "another classifier is to be taken away"


def test_a_clone_without_tasks_runs_the_baseline(finished_stubs: Project, tmp_path: Path) -> None:
    clone = finished_stubs.clone(tmp_path)
    clone.change({"pretext_tasks": [], "finetune_tasks": []})
    assert clone.repro() == {"prepare", "split"} | supervised() | PAGES
    assert clone.repro() == set()


def test_new_file_in_raw_reruns_prepare_alone_where_the_source_ignores_it(stubs: Project) -> None:
    (stubs.root / "data/raw/notes.txt").write_text("bought in May\n", encoding="utf-8")
    assert stubs.repro() == {"prepare"}


def test_edit_taken_back_trains_nothing_again(stubs: Project) -> None:
    assert_row(stubs, "supervised")
    stubs.git("checkout", "--quiet", "params.yaml")
    assert stubs.repro() == {"report"}, "results of known parameters come from DVC's cache"
    assert stubs.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    "kind", ["finished_stubs", pytest.param("finished", marks=pytest.mark.slow)]
)
def test_budget_removed_in_a_clone_gives_the_same_bytes(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """Run from scratch, without cache or data, against pruned where all had run before."""
    finished: Project = request.getfixturevalue(kind)
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


# Code. What `dvc status` names runs; what follows from it runs where its bytes changed.

CLASSIFIERS = {"head", "spread", "choose", "finetune", "selftrain", "supervised"}
TRAINERS = {"pretrain", *CLASSIFIERS}
ROOMS: dict[str, set[str]] = {
    "params/loading.py": {"prepare", "split", "embed", "neighbours", *PAGES, *TRAINERS},
    "workflow/outputs.py": {"prepare", "split", "embed", "neighbours", *PAGES, *TRAINERS},
    "compute/device.py": {"embed", "neighbours", *PAGES, *TRAINERS},
    "data/dataset.py": {"split", "embed", "neighbours", *PAGES, *TRAINERS},
    "data/augment.py": {"embed", *PAGES, *TRAINERS},
    "network/encoders.py": {"embed", *PAGES, *TRAINERS} - {"head", "spread", "choose"},
    "features/encode.py": {"pretrain", "embed"},
    "features/stored.py": {"pretrain", "embed", "neighbours", "head", "spread", "choose", "report"},
    "training/loop.py": TRAINERS,
    "classify/classifier.py": {"report", *CLASSIFIERS},
    "classify/network.py": {*PAGES, *CLASSIFIERS},
    "classify/evaluation.py": {*PAGES, *CLASSIFIERS},
    "pretext/rotation.py": {"pretrain"},
    "pretext/jigsaw.py": set(),  # which is not asked for
    "pretext/shared/patches.py": {"pretrain"},
    "pretrain/pretraining.py": {"pretrain"},
    "prepare/known_sets/glyphs.py": {"prepare"},
    "split/roles.py": {"split"},
    "labels/table.py": {"prepare", "split"},
    "embed.py": {"embed"},
    "neighbours/find.py": {"neighbours"},
    "neighbours/stored.py": {"neighbours", "spread", "choose", "report"},
    "head.py": {"head", "spread", "choose"},
    "spread/propagation.py": {"spread"},
    "choose/typical.py": {"choose"},
    "finetune.py": {"finetune", "selftrain"},
    "selftrain/mean_teacher.py": {"selftrain"},
    "supervised.py": {"supervised"},
    "report/words/summary.py": {"report"},
    "model/parts.py": PAGES,
    "model/whole.py": PAGES,
    "export/build.py": {"export"},
    "predict/loaded.py": set(),
    "project/make.py": set(),
    "studies/run.py": set(),
    "cli/main.py": set(),
}


# prints by file which stages DVC finds changed when that file is edited, to be fast in one process
# that looks at each room once; of the first file also what `dvc status` says
STATUS_OF_EDITS = """
import json, sys
from pathlib import Path
from dvc.repo import Repo

def changed(repo):
    rooms = {}

    def is_changed(dep):
        key = str(dep), str(dep.hash_info)
        if key not in rooms:
            rooms[key] = bool(dep.status())
        return rooms[key]
    return sorted(
        stage.addressing
        for stage in repo.index.stages
        if any([is_changed(dep) for dep in stage.deps if str(dep).startswith("src")])
    )

found = {}
with Repo() as repo:
    for name in sys.argv[1:]:
        code = Path("src/semisup", name)
        was = code.read_text(encoding="utf-8")
        code.write_text(was + "EDITED = True\\n", encoding="utf-8")
        found[name] = changed(repo)
        if len(found) == 1:
            assert found[name] == sorted(repo.status())
        code.write_text(was, encoding="utf-8")
print(json.dumps(found))
"""


def test_edit_of_a_room_reruns_the_stages_that_use_it(stubs: Project) -> None:
    """The table is printed by `pytest -s -k edit_of_a_room`."""
    shown = stubs.run("python", "-c", STATUS_OF_EDITS, *ROOMS).stdout
    found = {
        name: {stage.partition("@")[0] for stage in stages}
        for name, stages in json.loads(shown).items()
    }
    for name, stages in found.items():
        print(f"{name:24} -> {', '.join(sorted(stages)) or 'nothing'}")
    assert found == ROOMS
    assert json.loads(stubs.dvc("status", "--json")) == {}


def test_every_room_is_edited_above() -> None:
    package = CHECKOUT / "src/semisup"
    edited = {Path(name).parts[0] for name in ROOMS}
    code = {path.relative_to(package).parts[0] for path in package.rglob("*.py")}
    assert edited == code - {"__init__.py"}


def test_what_is_no_code_reruns_nothing(stubs: Project) -> None:
    """Leftovers of editors, notebooks and Python in rooms that stages declare."""
    room = stubs.root / "src/semisup/data"
    for name in ("rows.py~", ".rows.py.swp", "__pycache__/x.pyc", ".ipynb_checkpoints/rows.py"):
        (room / name).parent.mkdir(exist_ok=True)
        (room / name).write_text("left over")
    assert json.loads(stubs.dvc("status", "--json")) == {}
