"""A quick answer runs stages of the workflow, and `dvc repro` then runs only the others."""

import re
from subprocess import CompletedProcess

import pytest
from projects import BUDGETS, TASK, Project
from test_rerun_table import chosen, embedded, heads, neighbours, pretrained, spread

MAIN = "from semisup.cli.main import main; main()"
RUN = re.compile(r"^stage (\d+) of (\d+): (\S+); \d+:\d\d so far", re.MULTILINE)


def quick(project: Project) -> CompletedProcess[str]:
    return project.python("-c", MAIN, "quick")


@pytest.mark.slow
def test_what_it_ran_is_not_run_again(project: Project) -> None:
    project.change({"pretext_tasks": [TASK, "random"]})
    done = quick(project)
    assert done.returncode == 0, done.stderr
    ran = RUN.findall(done.stderr)
    of_budgets = heads(task="random") | spread(task="random")
    of_task = pretrained("random") | embedded("random") | neighbours("random")
    assert {stage for _, _, stage in ran} == of_task | of_budgets
    count = str(2 + 3 + 2 * len(BUDGETS))
    assert [(int(n), of) for n, of, _ in ran] == [(n, count) for n in range(3, int(count) + 1)]
    page = (project.root / "reports/quick.md").read_text(encoding="utf-8")
    assert done.stdout == page
    assert f"\n{BUDGETS[0]:16} | " in page
    assert project.git("status", "--porcelain", "reports") == ""
    assert project.repro() == chosen("random") | {"report", "export"}
    again = quick(project)
    assert (again.returncode, again.stdout, again.stderr) == (0, page, "")


def test_nothing_that_trains_nothing(stubs: Project) -> None:
    done = quick(stubs)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"error: pretext_tasks .* add one of .*random\n", done.stderr)


def test_a_stage_that_fails(project: Project) -> None:
    project.change({"pretext_tasks": [TASK, "random"], "head.lr": 1000000000000.0})
    project.change({"head.epochs": 30})
    done = quick(project)
    assert done.returncode == 2
    assert "the loss is no longer a number" in done.stderr
    assert done.stderr.endswith("error: a stage failed; its own message stands above\n")
    assert not (project.root / "reports/quick.md").exists()
