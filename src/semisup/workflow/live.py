"""What stages that run now say of themselves: data/live, a folder for each, gone when it ends.

DVC knows nothing of it, no stage reads it. `semisup progress` shows it. Trainings add a folder each
in DVCLive's layout (`training/live.py`), so that `dvc plots show data/live` draws their curves.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from semisup.workflow import half_written
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
    """Have the folder there while the block runs. No stage fails for it.

    Args:
        stage: its name in dvc.yaml.
        item: values of its matrix: task, budget.
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
    with suppress(OSError):
        FOLDER.mkdir(exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)  # of a stage that was killed
        folder.mkdir()
        write(folder / ABOUT, json.dumps(about))
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # of other stages
            FOLDER.rmdir()


def folder_of(unfinished: Path) -> Path | None:
    """That of a training, by where its checkpoint lies; None where the stage has no folder."""
    stage = FOLDER / unfinished.parent.name
    return stage / unfinished.stem if stage.is_dir() else None


def write(path: Path, text: str) -> None:
    """Replace a file in one step, so that nobody reads half of it."""
    with half_written.files(path) as [written]:
        written.write_text(text, encoding="utf-8")


def running() -> list[RunningStage]:
    """Stages that run here now, the first that began first."""
    found = []
    for path in FOLDER.glob(f"*/{ABOUT}"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # it has ended meanwhile
            about = json.loads(path.read_text(encoding="utf-8"))
            if about["host"] == HOST and is_running(about["process"]):
                found.append(RunningStage(about["name"], about["began"], path.parent))
    return sorted(found, key=lambda stage: stage.began)
