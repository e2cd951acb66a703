"""How far the workflow is while it runs: stages done and left, time left, loss and accuracy."""

import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import mean
from typing import Any

from semisup.cli import repro, workflow
from semisup.cli.workflow import Stages, clock, kind_of
from semisup.project import code
from semisup.workflow import live
from semisup.workflow import times as recorded
from semisup.workflow.errors import UserError
from semisup.workflow.live import RunningStage
from semisup.workflow.outputs import LOCK
from semisup.workflow.processes import is_running
from semisup.workflow.times import Spent

SECONDS = 5.0  # between two looks
# of DVC, with the process that has them: of a stage, and of what it does between stages; of
# `semisup repro`, which starts DVC for each stage
LOCKS = (Path(".dvc/tmp/rwlock"), Path(".dvc/tmp/lock"), repro.LOCK)
_PID = re.compile(r'(?:"pid":|^)\s*(\d+)')

Metrics = Mapping[str, Any]
Busy = Sequence[tuple[RunningStage, Mapping[str, Metrics]]]  # stages, with what their trainings say


def progress() -> str:
    """A page of text.

    Raises:
        UserError: where this is no project, or DVC refuses one of its files.
    """
    return _page_now(workflow.read())


def watch() -> Iterator[str]:
    """The page again and again, until no stage is left to run.

    Raises:
        UserError: as `progress`.
    """
    changed, stages = _lock_time(), workflow.read()  # in this order: a stage may end meanwhile
    yield _page_now(stages)
    while stages.left():
        time.sleep(SECONDS)
        if (now := _lock_time()) != changed:  # a stage has ended
            with suppress(UserError):  # DVC may be just writing the lock: look again
                stages, changed = workflow.read(), now
        yield _page_now(stages)


def _lock_time() -> float:
    return LOCK.stat().st_mtime if LOCK.exists() else 0.0


def _page_now(stages: Stages) -> str:
    running = [(stage, _trainings(stage.folder)) for stage in live.running()]
    if not stages.left() and code.has_changed():
        return (
            f"all {len(stages.order)} stages are done, but by other code than that of the "
            "installed semisup; `make repro` runs what that affects"
        )
    return page(stages, running, recorded.read(), time.time(), between=_dvc_runs())


def _dvc_runs() -> bool:
    """Whether a process that DVC's locks name is there, other than this one."""
    found = set[int]()
    for path in LOCKS:
        with suppress(OSError, ValueError):  # it ends just now
            text = path.read_text(encoding="utf-8")
            found |= {int(pid) for pid in _PID.findall(text)}
    return any(is_running(pid) for pid in found - {os.getpid()})


def page(
    stages: Stages,
    running: Busy,
    spent: Sequence[Spent],
    now: float,
    between: bool = False,
) -> str:
    """What is done, what runs, and how long the rest may take.

    Args:
        stages: as DVC finds them.
        running: stages, each with what its trainings say, by their names.
        spent: of stages that ran here.
        now: seconds of 1970.
        between: DVC runs, whether a stage does or not.
    """
    left, count = stages.left(), len(stages.order)
    if not left:
        return f"all {count} stages are done"
    lines = [f"{count - len(left)} of {count} stages done; left, at most: {_kinds(stages, left)}"]
    seconds = _seconds_left(left, running, spent, now)
    if seconds is not None:
        lines[0] += f"; about {clock(seconds)} to go, judging by like stages"
    for stage, trainings in running:
        lines.append(f"{stage.name}: running for {clock(now - stage.began)}")
        unfinished = {name: said for name, said in trainings.items() if said["step"] < said["of"]}
        merit = "merit" if stage.name.startswith("pretrain") else "accuracy"
        lines += [f"  {name}: {_words(said, merit)}" for name, said in unfinished.items()]
    if not running and between:
        lines.append("between two stages: one is about to begin, or has just ended")
    elif not running:
        lines.append("no stage is running; `make repro` begins, or goes on")
    return "\n".join(lines)


def _kinds(stages: Stages, left: set[str]) -> str:
    """How many stages of each kind, in their order."""
    kinds = [kind_of(name) for name in stages.order if name in left]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))


def _words(said: Metrics, merit: str) -> str:
    words = f"update {said['step']} of {said['of']}"
    for part, where in (("train", "in training"), ("heldout", "held out")):
        if figures := said.get(part):
            names = {"loss": "loss", "merit": merit}  # without what is no number
            shown = (f"{names[key]} {figures[key]:.4g}" for key in names if key in figures)
            words += f"; {where}: {', '.join(shown)}"
    return words


def _seconds_left(
    left: set[str], running: Busy, spent: Sequence[Spent], now: float
) -> float | None:
    """By what the same stage took, or like ones, or all; None where little is known of them."""
    known = {_name(one): one.seconds for one in spent}
    if 2 * sum(_is_known(name, known) for name in left) < len(left):
        return None
    total = sum(_likely(name, known) for name in left - {stage.name for stage, _ in running})
    for stage, trainings in running:
        passed = now - stage.began
        fractions = [said["step"] / said["of"] for said in trainings.values()]
        if _is_known(stage.name, known):
            total += max(0.0, _likely(stage.name, known) - passed)
        elif fractions and min(fractions) > 0:
            total += passed / mean(fractions) - passed
    return total / max(1, len(running))


def _name(spent: Spent) -> str:
    """As DVC names the stage."""
    item = "-".join(value for value in (spent.task, spent.budget) if value)
    return f"{spent.stage}@{item}".removesuffix("@")


def _is_known(name: str, known: Mapping[str, float]) -> bool:
    return any(kind_of(other) == kind_of(name) for other in known)


def _likely(name: str, known: Mapping[str, float]) -> float:
    alike = [known[other] for other in known if kind_of(other) == kind_of(name)]
    return known.get(name) or mean(alike or known.values())


def _trainings(folder: Path) -> dict[str, Metrics]:
    """What the trainings of a stage say, by their names without that of the stage."""
    found = {}
    for path in sorted(folder.glob(f"*/{live.METRICS}")):
        with suppress(OSError, ValueError):  # the stage has ended meanwhile
            name = path.parent.name.removeprefix(f"{folder.name}-").replace("-", " ")
            found[name] = json.loads(path.read_text(encoding="utf-8"))
    return found
