"""What stages that were killed left on disk. Their next run would remove it, if there is one."""

import json
import shutil
from contextlib import suppress
from pathlib import Path

from semisup.workflow import half_written, live
from semisup.workflow.outputs import RAW, REPORTS
from semisup.workflow.processes import HOST, is_running


def remove_left() -> None:
    """Remove what they had begun to write, and what they said of themselves while they ran.

    Checkpoints stay: an edit may be taken back, and the training goes on.
    """
    for folder in (Path(), RAW.parent):
        for left in [*half_written.left_in(folder)]:
            number = left.stem.rpartition("-")[2]
            if number.isdigit() and not is_running(int(number)):
                _remove(left)
    for folder in (REPORTS, *RAW.parent.glob("*/")):
        if folder != RAW:  # the user's
            half_written.remove_left_below(folder)
    for about in live.FOLDER.glob(f"*/{live.ABOUT}"):
        with suppress(OSError, ValueError, KeyError, TypeError):  # its stage ends just now
            said = json.loads(about.read_text(encoding="utf-8"))
            if said["host"] == HOST and not is_running(said["process"]):
                _remove(about.parent)
    with suppress(OSError):  # of stages that run
        live.FOLDER.rmdir()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
