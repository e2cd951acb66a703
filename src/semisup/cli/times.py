"""Minutes that each task and method took here, and what accuracy they bought."""

from collections.abc import Collection, Iterable, Sequence

from semisup.cli import workflow
from semisup.cli.workflow import clock
from semisup.params.loading import Params
from semisup.params.recipes import WHOLE_NETWORK
from semisup.report.findings.own import Comparison
from semisup.report.methods import POOL_ALONE
from semisup.report.words.phrases import plus_minus, points
from semisup.workflow import times as recorded
from semisup.workflow.errors import UserError
from semisup.workflow.outputs import LOCK
from semisup.workflow.times import Spent

BESIDE = "choose"  # the one stage of a task that no classifier of it needs
UNKNOWN = "-"


def times(params: Params) -> str:
    """The page to show.

    Raises:
        UserError: where no stage has run here.
    """
    from semisup.report.words.markdown import table

    spent = asked_for(recorded.read(), params)
    if not spent:
        fetched = "; results fetched from DVC's cache have no times" if LOCK.exists() else ""
        raise UserError(f"{recorded.FILE}: no stage has run here yet{fetched}; run `make repro`")
    of_tasks, others = stages()
    others = [stage for stage in others if stage != POOL_ALONE.method or params.control_budgets]
    rows = [
        [task, *(_sum(spent, [stage], task) for stage in of_tasks), _sum(spent, of_tasks, task)]
        for task in params.pretext_tasks
    ]
    parts = [
        "Minutes and seconds that each stage took when it last ran on this machine, all budgets "
        f"together. {UNKNOWN}: it did not run here.",
        table(["task", *of_tasks, "in all"], rows),
        "; ".join(f"{stage} {_sum(spent, [stage])}" for stage in others) + ".",
    ]
    found = _compared(params)
    return "\n\n".join([*parts, *([bought(found, spent, of_tasks)] if found else [])]) + "\n"


def stages() -> tuple[list[str], list[str]]:
    """Of dvc.yaml, in its order: those of a task, and the others.

    Raises:
        UserError: where that can't be read.
    """
    declared = workflow.declared()
    of_tasks = [name for name, stage in declared.items() if "task" in stage.get("matrix", {})]
    return of_tasks, [name for name in declared if name not in of_tasks]


def asked_for(spent: Iterable[Spent], params: Params) -> list[Spent]:
    """Those of stages that params.yaml asks for."""
    budgets = {"", *map(str, params.label_budgets)}
    tasks = {"", *params.pretext_tasks}
    found = [s for s in spent if s.task in tasks and s.budget in budgets]
    controls = {*map(str, params.control_budgets)}
    found = [s for s in found if s.stage != POOL_ALONE.method or s.budget in controls]
    return [s for s in found if s.stage not in WHOLE_NETWORK or s.task in params.finetune_tasks]


def bought(found: Comparison, spent: Sequence[Spent], of_tasks: Sequence[str]) -> str:
    """What an encoder of one's own gains over one that others trained, and what it costs.

    A method costs its stage and all those of a task before it in `of_tasks`.
    """
    gains = ", ".join(
        f"{budget}: {points(gain.mean)}{plus_minus(gain.half)}"
        for budget, gain in found.gains.items()
    )
    own, others = (
        _sum(spent, {*of_tasks[: of_tasks.index(way.method) + 1]} - {BESIDE}, way.task)
        for way in (found.own, found.others)
    )
    return (
        f"{found.own.words}: {own}; {found.others.words}: {others}. The best of the first kind "
        f"minus the best of the second, in points on test by labels per class: {gains}."
    )


def _sum(spent: Iterable[Spent], some: Collection[str], task: str = "") -> str:
    """Of some stages, and one task where they are of tasks."""
    seconds = [s.seconds for s in spent if s.stage in some and s.task == task]
    return clock(sum(seconds)) if seconds else UNKNOWN


def _compared(params: Params) -> Comparison | None:
    """By the results of the stages; None where they, or encoders of both kinds, are not there."""
    from semisup.report.findings.own import own_and_others
    from semisup.report.inputs import read_inputs

    try:
        found = read_inputs(params)
    except UserError:  # the workflow has not ended
        return None
    return own_and_others(found.results, found.facts)
