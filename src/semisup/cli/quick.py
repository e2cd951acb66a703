"""A first answer: head and spreading, on the encoders of tasks that train nothing.

The stages are those of the workflow, run by DVC: `dvc repro` afterwards runs only the others.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from semisup.cli.workflow import DVC, clock, environment, failure, kind_of
from semisup.params.loading import Params
from semisup.params.sections import known_tasks, task_module
from semisup.pretext.shared.borrowed_settings import BorrowedSettings
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

PAGE = Path("reports/quick.md")
BEGINS = re.compile(r"^Running stage '(.+)':$")
PASSED = re.compile(r"^Stage '(.+)' (?:didn't change|is cached)")


def quick(params: Params) -> str:
    """Run what is needed, write reports/quick.md; returns its text.

    Raises:
        UserError: where params.yaml lists no task that trains nothing, or a stage failed.
    """
    tasks = answering(params.pretext_tasks)
    if not tasks:
        raise UserError(
            "pretext_tasks of params.yaml: a quick answer needs one that trains nothing; "
            f"add one of {', '.join(untrained(known_tasks()))}"
        )
    _run(targets(tasks, params.label_budgets))
    page = answer(params, tasks)
    write(page)
    return page


def answering(tasks: Iterable[str]) -> list[str]:
    """Those that others trained; the controls where there are none of these."""
    ready = untrained(tasks)
    borrowed = [t for t in ready if issubclass(task_module(t).Settings, BorrowedSettings)]
    return borrowed or ready


def untrained(tasks: Iterable[str]) -> list[str]:
    """Those of the tasks whose encoder is ready from the start. Imports each task's file."""
    from semisup.pretext.shared.task import NoTraining

    return [t for t in tasks if issubclass(task_module(t).Task, NoTraining)]


def targets(tasks: Sequence[str], budgets: Sequence[int]) -> list[str]:
    """Stages of dvc.yaml, in the order in which they run."""
    of_tasks = [f"{stage}@{t}" for t in tasks for stage in ("pretrain", "embed", "neighbours")]
    items = [f"{task}-{budget}" for task in tasks for budget in budgets]
    of_budgets = [f"{stage}@{item}" for item in items for stage in ("head", "spread")]
    return ["prepare", "split", *of_tasks, *of_budgets]


def write(page: str) -> None:
    """Replace reports/quick.md in one step.

    Raises:
        UserError: it can't be written.
    """
    with outputs.replacing_files(PAGE) as [written]:
        PAGE.parent.mkdir(exist_ok=True)
        written.write_text(page, encoding="utf-8")


def answer(params: Params, tasks: Sequence[str]) -> str:
    """The accuracies as a page: those of the report, with its intervals."""
    from semisup.data.dataset import open_data
    from semisup.model.templates import plain
    from semisup.report.facts import read_warnings
    from semisup.report.findings.doubts import short_budgets
    from semisup.report.methods import HEAD, SPREAD, Way
    from semisup.report.tables.headline import NAMES, SCORE, in_headline
    from semisup.report.tables.interval import mean_over_draws
    from semisup.report.tables.results import read_results, rows_of
    from semisup.report.words.phrases import sentence, what_is_shown
    from semisup.report.words.tables import by_budget

    ways = [Way(method.name, task) for task in tasks for method in (HEAD, SPREAD)]
    data = open_data()
    every, fraction = read_results(ways, params.label_budgets), params.split.within_budget_fraction
    results = in_headline(every, data, fraction)
    means = mean_over_draws(results, SCORE, params.report.confidence)
    means = means.rename(columns={"mean": SCORE, "half": "half_width"})
    shown = what_is_shown(params.draws, params.report.confidence)
    rows = rows_of(results, ways[0])
    short = short_budgets(rows, len(data.classes), within_budget=not len(data.validation))
    lines = [*map(plain, read_warnings()), *_said_of(short)]
    parts = [
        "# A first answer",
        f"{sentence(NAMES[data.headline])} on test in %, {shown}, of frozen encoders that were not "
        "trained on these images.",
        *(by_budget(means, [task]) for task in tasks),
        *(["\n".join(f"- {line}" for line in lines)] if lines else []),
        "`make repro` goes on from here, and adds pretraining and supervised training to compare.",
    ]
    return "\n\n".join(parts) + "\n"


def _said_of(short: Mapping[int, int]) -> list[str]:
    """A line on budgets that some class has too few images for; or none."""
    said = "; ".join(
        f"{budget} per class came to {count} in all" for budget, count in short.items()
    )
    return [f"some classes have fewer images than the budget: {said}"] if said else []


class StageProgress:
    """Which stage runs, for how long all has taken, and how long the rest may take."""

    def __init__(self, stages: Sequence[str], started: float) -> None:
        self._known, self._left, self._started = {*stages}, [*stages], started
        self._running: tuple[str, float] | None = None
        self._seconds: dict[str, list[float]] = {}  # by kind of stage

    def begins(self, stage: str, now: float) -> str:
        """Note that a stage begins; returns the line to show."""
        if self._running:
            before, begun = self._running
            self._seconds.setdefault(kind_of(before), []).append(now - begun)
        self._known.add(stage)  # `code` of a project of one's own is none that was asked for
        self.passed(stage)
        self._running = (stage, now)
        count, passed = len(self._known), clock(now - self._started)
        line = f"stage {count - len(self._left)} of {count}: {stage}; {passed} so far"
        if not self._seconds:
            return line
        known = {kind_of(one) for one in (stage, *self._left)} <= {*self._seconds}
        return f"{line}, {'about' if known else 'more than'} {clock(self._rest(stage))} left"

    def passed(self, stage: str) -> None:
        """It need not run, or not again."""
        if stage in self._left:
            self._left.remove(stage)

    def _rest(self, running: str) -> float:
        """As long as stages of the same kind took, or as all did."""
        every = [value for values in self._seconds.values() for value in values]
        known = (self._seconds.get(kind_of(stage), every) for stage in [running, *self._left])
        return sum(sum(values) / len(values) for values in known)


def _run(stages: Sequence[str]) -> None:
    """By DVC, one after the other; what a stage prints is shown where it fails."""
    progress, printed = StageProgress(stages, time.monotonic()), ""
    command = [*DVC, "repro", *stages]
    env = environment()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as running:
        for line in running.stdout or ():
            if found := PASSED.match(line):
                progress.passed(found[1])
            elif found := BEGINS.match(line):
                print(progress.begins(found[1], time.monotonic()), file=sys.stderr, flush=True)
                printed = ""
            else:
                printed += line
    if running.returncode:
        print(printed, file=sys.stderr, end="")
        raise failure()
