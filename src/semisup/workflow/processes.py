"""What processes that others start do first."""

import ctypes
import signal
import sys

ENDS_WITH_PARENT = sys.platform == "linux"  # whether `end_with_parent` can do it


def end_with_parent() -> None:
    """Have this process killed when the one that started it dies, even by SIGKILL; on Linux."""
    if ENDS_WITH_PARENT and hasattr(libc := ctypes.CDLL(None), "prctl"):
        set_parent_death_signal = 1  # of sys/prctl.h
        libc.prctl(set_parent_death_signal, signal.SIGKILL)
