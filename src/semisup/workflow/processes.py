"""Processes: what those that others start do first, and which of them are still running."""

import ctypes
import os
import re
import signal
import sys
from pathlib import Path

# in names of files that machines may share, since process numbers are those of one machine
HOST = re.sub(r"\W", "_", os.uname().nodename)
ENDS_WITH_PARENT = sys.platform == "linux"  # whether `end_with_parent` can do it


def end_with_parent() -> None:
    """Have this process killed when the one that started it dies, even by SIGKILL; on Linux."""
    if ENDS_WITH_PARENT and hasattr(libc := ctypes.CDLL(None), "prctl"):
        set_parent_death_signal = 1  # of sys/prctl.h
        libc.prctl(set_parent_death_signal, signal.SIGKILL)


def is_one_of_several() -> bool:
    """Whether it trains together with others; the process that started them tells of it."""
    return "WORLD_SIZE" in os.environ


def is_running(process: int) -> bool:
    """Whether this machine has a process of that number which has not ended.

    One that has ended keeps its number until its parent asks how: in containers perhaps for ever.
    """
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user
        return True
    return not _has_ended(process)


def _has_ended(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2]
    except OSError:  # not on Linux, or it is gone now
        return False
    return state.split()[0] == "Z"
