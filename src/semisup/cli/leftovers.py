"""What stages that were killed leave: they may be up to date now, and never run again."""

import shutil

from semisup.workflow import half_written, live
from semisup.workflow.outputs import RAW, REPORTS


def remove() -> None:
    """Remove what processes of this machine that have ended had begun to write, or to show.

    Checkpoints stay: they may be of a task that comes back, and hours of work.
    """
    for folder in (*RAW.parent.glob("*/"), REPORTS):
        if folder != RAW:  # the user's
            half_written.remove_left_below(folder)
    # right in data/, below which the user's files are not looked through; and of data/live
    for left in (*half_written.left_by_ended(RAW.parent), *live.ended()):
        shutil.rmtree(left, ignore_errors=True)
