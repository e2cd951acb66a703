"""What stages that were killed leave: they may be up to date now, and never run again."""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from semisup.workflow import half_written, live
from semisup.workflow.outputs import RAW, REPORTS
from semisup.workflow.processes import HOST, is_running


def remove() -> None:
    """Remove what processes of this machine that have ended had begun to write, or to show.

    Checkpoints stay: they may be of a task that comes back, and hours of work.
    """
    for folder in (*RAW.parent.glob("*/"), REPORTS):
        if folder != RAW:  # the user's
            half_written.remove_left_below(folder)
    for left in (*_half_written_outputs(), *_shown_by_ended()):
        shutil.rmtree(left, ignore_errors=True)


def _half_written_outputs() -> Iterator[Path]:
    """Those right in data/, below which the user's files are not looked through."""
    for left in half_written.left_in(RAW.parent):
        number = left.name.removesuffix(half_written.END).rpartition("-")[2]
        if number.isdigit() and not is_running(int(number)):
            yield left


def _shown_by_ended() -> Iterator[Path]:
    """Folders of data/live, which `dvc plots show data/live` would go on drawing."""
    for path in live.FOLDER.glob(f"*/{live.ABOUT}"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # it ends just now
            about = json.loads(path.read_text(encoding="utf-8"))
            if about["host"] == HOST and not is_running(about["process"]):
                yield path.parent
