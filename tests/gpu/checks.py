"""What is checked, each by a program of its own: python checks.py NAME OPTIONS-AS-JSON.

Prints one line of JSON.
"""

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from speed import speed
from training import digest, train

from semisup.params.sections import known_tasks, task_module
from semisup.pretext.shared.task import NoTraining
from semisup.training import loop
from semisup.workflow.scratch import Scratch

UPDATES = 50
# Of two players the losses together need not fall: the discriminator has to tell images apart
ADVERSARIAL, CHANCE = ("gan",), 0.5
KILLED_AT = 30


@dataclass(frozen=True)
class Options:
    """device: cpu or cuda; tiny: as small as can be; folder: to put things into."""

    device: str
    tiny: bool
    folder: str


def learns(options: Options) -> dict[str, Any]:
    """Of every task: loss at the first and the last looks, means over some updates."""
    found = {}
    for task in known_tasks():
        if issubclass(task_module(task).Task, NoTraining):
            continue
        began = time.monotonic()
        done = train(task, options.device, UPDATES, options.tiny).fit
        assert done is not None
        first, last = done.rows[0].train_loss, min(row.train_loss for row in done.rows[-2:])
        merit = done.rows[-1].train_merit
        found[task] = {
            "updates": done.updates,
            "first_loss": round(first, 4),
            "last_loss": round(last, 4),
            "last_merit": round(merit, 4),
            "seconds": round(time.monotonic() - began, 1),
            "ok": merit > CHANCE if task in ADVERSARIAL else last < first,
        }
    return {"ok": all(one["ok"] for one in found.values()), "tasks": found}


def repeats(options: Options) -> dict[str, Any]:
    """Rotation twice: the same bytes?"""
    first, second = (
        digest(train("rotation", options.device, UPDATES, options.tiny)) for _ in range(2)
    )
    return {"ok": first == second, "sha256": [first, second]}


def dies(options: Options) -> dict[str, Any]:
    """Rotation, by a process that is killed amidst it; prints nothing."""
    count, update = 0, loop.update

    def counted(*given: Any) -> None:
        nonlocal count
        count += 1
        if count == KILLED_AT:
            os.kill(os.getpid(), signal.SIGKILL)
        update(*given)

    loop.update = counted
    _resumable(options)
    return {"ok": False}


def resumes(options: Options) -> dict[str, Any]:
    """After `dies`: it goes on from what that left, to the bytes of a training left alone."""
    left = [*Path(options.folder, "scratch").glob("*")]
    count, update = 0, loop.update

    def counted(*given: Any) -> None:
        nonlocal count
        count += 1
        update(*given)

    loop.update = counted
    resumed = digest(_resumable(options))
    made = count
    alone = digest(train("rotation", options.device, UPDATES, options.tiny))
    return {
        "ok": bool(left) and made < UPDATES and resumed == alone,
        "updates_after_the_kill": made,
        "same_bytes": resumed == alone,
    }


def _resumable(options: Options) -> Any:
    scratch = Scratch(Path(options.folder, "scratch"), "key", 0.0)  # saved after each update
    return train("rotation", options.device, UPDATES, options.tiny, scratch)


CHECKS = {one.__name__: one for one in (learns, repeats, dies, resumes)}


def main() -> None:
    """Run the one that is named."""
    options = Options(**json.loads(sys.argv[2]))
    if sys.argv[1] == "speed":
        found = speed(options.device, options.tiny)
    else:
        found = CHECKS[sys.argv[1]](options)
    about = {"torch": torch.__version__, "device": options.device}
    if options.device == "cuda":
        about["device"] = torch.cuda.get_device_name()
    print(json.dumps(about | found))


if __name__ == "__main__":
    main()
