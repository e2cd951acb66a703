"""How long each stage took on this machine: data/times.csv.

No stage reads it and DVC knows nothing of it: results are the same bytes each time, so that no time
can stand in them. `semisup times` shows it.
"""

import csv
import io
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from semisup.workflow.errors import UserError
from semisup.workflow.processes import is_one_of_several

FILE = Path("data/times.csv")
DONE, INTERRUPTED = "done", "interrupted"

Key = tuple[str, str, str]  # stage, task, budget; how it ended and seconds follow in a row


@dataclass(frozen=True)
class Spent:
    """seconds: of a stage's last run, and of runs before it that were interrupted."""

    stage: str
    task: str
    budget: str
    seconds: float


@contextmanager
def recorded(stage: str, item: Mapping[str, object]) -> Iterator[None]:
    """Add a row where the block ends well or by Ctrl-C: its seconds, and those of imports before.

    Args:
        stage: its name in dvc.yaml.
        item: values of its matrix: task, budget.
    """
    began = time.monotonic() - time.process_time()  # imports take little but the processor
    ended = ""
    try:
        yield
        ended = DONE
    except KeyboardInterrupt:
        ended = INTERRUPTED
        raise
    except SystemExit as leaving:
        ended = "" if leaving.code else DONE
        raise
    finally:
        if ended and not is_one_of_several():
            seconds = f"{time.monotonic() - began:.1f}"
            _append([stage, item.get("task", ""), item.get("budget", ""), ended, seconds])


def _append(row: list[object]) -> None:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(row)
    # no stage fails for it; in one piece, since stages may run side by side
    with suppress(OSError), FILE.open("ab", buffering=0) as file:
        file.write(line.getvalue().encode())


def read() -> list[Spent]:
    """The last run of each stage that ended well.

    Raises:
        UserError: where the file is not as stages write it.
    """
    if not FILE.exists():
        return []
    try:
        with FILE.open(encoding="utf-8", newline="") as file:
            rows = [(a, b, c, ended, float(taken)) for a, b, c, ended, taken in csv.reader(file)]
    except ValueError:
        raise UserError(f"{FILE}: not as stages write it; delete it") from None
    found: dict[Key, float] = {}
    lost: dict[Key, float] = {}  # in runs that were interrupted since
    for stage, task, budget, ended, seconds in rows:
        key = (stage, task, budget)
        lost[key] = lost.get(key, 0.0) + seconds
        if ended == DONE:
            found[key] = lost.pop(key)
    return [Spent(*key, seconds) for key, seconds in found.items()]
