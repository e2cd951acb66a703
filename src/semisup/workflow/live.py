"""What stages that run now say of themselves: data/live, a folder for each, gone when it ends.

DVC knows nothing of it, no stage reads it. `semisup progress` shows it. Trainings add a folder each
in DVCLive's layout (`training/live.py`), so that `dvc plots show data/live` draws their curves.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from semisup.workflow import half_written
from semisup.workflow.errors import UserError
from semisup.workflow.processes import HOST, is_one_of_several, is_running

FOLDER = Path("data/live")
ABOUT = "stage.json"
METRICS, CURVES = "metrics.json", Path("plots/metrics")  # of a training, as DVCLive names them


@dataclass(frozen=True)
class RunningStage:
    """A stage, named as DVC does, that a process of this machine runs; began: seconds of 1970."""

    name: str
    began: float
    folder: Path


@contextmanager
def shown(stage: str, item: Mapping[str, object]) -> Iterator[None]:
    """Have the folder there while the block runs. No stage fails for want of it.

    Args:
        stage: its name in dvc.yaml.
        item: values of its matrix: task, budget.

    Raises:
        UserError: another process runs this stage.
    """
    if is_one_of_several():
        yield
        return
    values = "-".join(map(str, item.values()))
    folder = FOLDER / f"{stage}-{values}".removesuffix("-")
    about = {
        "name": f"{stage}@{values}".removesuffix("@"),
        "began": time.time(),
        "host": HOST,
        "process": os.getpid(),
    }
    held: IO[str] | None = None
    with suppress(OSError):  # none is there, or this disk knows no locks
        _refuse_if_held(folder / ABOUT)
    with suppress(OSError):
        FOLDER.mkdir(exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)  # of a stage that was killed
        folder.mkdir()
        write(folder / ABOUT, json.dumps(about))
        held = (folder / ABOUT).open("r+", encoding="utf-8")
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if held:
            held.close()
        with suppress(OSError):  # of other stages
            FOLDER.rmdir()


def _refuse_if_held(path: Path) -> None:
    """Where a DVC was killed, its stage goes on, and would write over what the next one makes.

    The lock goes with its process, however that ends; numbers of processes are given out again.

    Raises:
        UserError: the process that wrote the file still runs.
        OSError: there is no file, or no lock.
    """
    with path.open("r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            about = json.load(file)
            number = about["process"]
            where = "" if about["host"] == HOST else f" of {about['host']}"
            raise UserError(
                f"{about['name']}: process {number}{where} runs it already, perhaps left by a DVC "
                f"that was killed; wait until it ends, or end it: kill {number}"
            ) from None


def folder_of(unfinished: Path) -> Path | None:
    """Folder of a training, by where its checkpoint lies; None where the stage has no folder."""
    stage = FOLDER / unfinished.parent.name
    return stage / unfinished.stem if stage.is_dir() else None


def write(path: Path, text: str) -> None:
    """Replace a file in one step, so that nobody reads half of it."""
    with half_written.files(path) as [written]:
        written.write_text(text, encoding="utf-8")


def ended() -> list[Path]:
    """Folders of stages of this machine that were killed: DVC would go on drawing their curves."""
    found = []
    for path in FOLDER.glob(f"*/{ABOUT}"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # it ends just now
            about = json.loads(path.read_text(encoding="utf-8"))
            if about["host"] == HOST and not is_running(about["process"]):
                found.append(path.parent)
    return found


def running() -> list[RunningStage]:
    """Stages that run here now, the first that began first."""
    found = []
    for path in FOLDER.glob(f"*/{ABOUT}"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # it has ended meanwhile
            about = json.loads(path.read_text(encoding="utf-8"))
            if about["host"] == HOST and is_running(about["process"]):
                found.append(RunningStage(about["name"], about["began"], path.parent))
    return sorted(found, key=lambda stage: stage.began)
