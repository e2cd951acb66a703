"""Minutes that each task and method took here, and what accuracy they bought."""

from collections.abc import Iterable, Sequence

from semisup.cli.quick import clock
from semisup.params.loading import Params
from semisup.report.findings.own import Comparison
from semisup.workflow import times as recorded
from semisup.workflow.errors import UserError
from semisup.workflow.times import Spent

OF_TASKS = ("pretrain", "embed", "neighbours", "head", "spread", "choose", "finetune")
OF_ALL = ("prepare", "split", "supervised", "report")
UNKNOWN = "-"


def times(params: Params) -> str:
    """The page to show.

    Raises:
        UserError: where no stage has run here.
    """
    from semisup.report.words.markdown import table

    spent = asked_for(recorded.read(), params)
    if not spent:
        raise UserError(f"{recorded.FILE}: no stage has run here yet; run `make repro`")
    rows = [_row(task, [s for s in spent if s.task == task]) for task in params.pretext_tasks]
    parts = [
        "Minutes and seconds that each stage took when it last ran on this machine, all budgets "
        f"together. {UNKNOWN}: it did not run here.",
        table(["task", *OF_TASKS, "in all"], rows),
        "; ".join(f"{stage} {_sum(spent, stage)}" for stage in OF_ALL) + ".",
    ]
    found = _compared(params)
    return "\n\n".join([*parts, *([bought(found, spent)] if found else [])]) + "\n"


def asked_for(spent: Iterable[Spent], params: Params) -> list[Spent]:
    """Those of stages that params.yaml asks for."""
    budgets = {"", *map(str, params.label_budgets)}
    tasks = {"", *params.pretext_tasks}
    found = [s for s in spent if s.task in tasks and s.budget in budgets]
    return [s for s in found if s.stage != "finetune" or s.task in params.finetune_tasks]


def bought(found: Comparison, spent: Sequence[Spent]) -> str:
    """What an encoder of one's own gains over one that others trained, and what it costs."""
    gains = ", ".join(
        f"{100 * gain.mean:+.1f}" + (f"±{100 * gain.half:.1f}" if gain.known else "") + f" at {b}"
        for b, gain in found.gains.items()
    )
    own, others = (
        _sum([s for s in spent if s.task == way.task], *_needed(way.method))
        for way in (found.own, found.others)
    )
    return (
        f"{found.own.words}: {own}; {found.others.words}: {others}. The first is ahead by so many "
        f"points of top-1 on test, by labels per class: {gains}."
    )


def _needed(method: str) -> tuple[str, ...]:
    """Stages that a classifier of the method comes from."""
    frozen = ("pretrain", "embed", "head")
    more = {"spread": ("neighbours", "spread"), "finetune": ("neighbours", "spread", "finetune")}
    return frozen + more.get(method, ())


def _row(task: str, spent: Sequence[Spent]) -> list[str]:
    return [task, *(_sum(spent, stage) for stage in OF_TASKS), _sum(spent, *OF_TASKS)]


def _sum(spent: Iterable[Spent], *stages: str) -> str:
    seconds = [s.seconds for s in spent if s.stage in stages]
    return clock(sum(seconds)) if seconds else UNKNOWN


def _compared(params: Params) -> Comparison | None:
    """By the results of the stages; None where they, or encoders of both kinds, are not there."""
    from semisup.report.facts import read_facts
    from semisup.report.findings.own import own_and_others
    from semisup.report.methods import ways
    from semisup.report.tables.results import read_results

    budgets = params.label_budgets
    try:
        results = read_results(ways(params.pretext_tasks, params.finetune_tasks), budgets)
        facts = read_facts(params.pretext_tasks, budgets, params.report.confidence)
    except UserError:  # the workflow has not ended
        return None
    return own_and_others(results, facts)
