"""Hidden names, beside a file or folder, of what will take its place when it is whole."""

import glob
import os
import shutil
from pathlib import Path

from semisup.workflow.processes import HOST, is_running

END = ".tmp"  # of these names: Git, DVC and `split` pass over them


def name_for(target: Path) -> Path:
    """That of this process, which no other process of any machine takes."""
    return target.with_name(f"{_begin(target)}{os.getpid()}{END}")


def only_name_for(target: Path) -> Path:
    """`name_for`, once nothing is there of it, nor of processes that were killed.

    Raises:
        OSError: something that is there can't be removed.
    """
    begin, mine = _begin(target), name_for(target)
    for left in target.parent.glob(f"{glob.escape(begin)}*{END}"):
        number = left.name[len(begin) : -len(END)]
        if number.isdigit() and (left == mine or not is_running(int(number))):
            remove(left)
    return mine


def remove(path: Path) -> None:
    """A file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _begin(target: Path) -> str:
    return f".{target.name}.{HOST}-"
