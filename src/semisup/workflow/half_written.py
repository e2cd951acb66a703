"""Files and folders that are whole or not there.

They are written by hidden names beside where they will be. Git, DVC and `split` pass over these.
"""

import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from semisup.workflow.processes import HOST, is_running

END = ".tmp"  # of these names


@contextmanager
def files(*targets: Path) -> Iterator[list[Path]]:
    """Names to write to, whose files take the places of the targets when all went well.

    Else the targets stay as they were, and nothing is left beside them; also of processes that were
    killed.

    Raises:
        OSError: something can't be written or removed.
    """
    written = [_only_name_for(target) for target in targets]
    try:
        yield written
        for file, target in zip(written, targets, strict=True):
            file.replace(target)
    finally:
        for file in written:
            with suppress(OSError):  # of a disk that can't be written: that is said already
                file.unlink()


@contextmanager
def folder(target: Path) -> Iterator[Path]:
    """The same for a new folder, and for what is in it.

    Raises:
        OSError: something can't be written or removed.
    """
    written = _only_name_for(target)
    try:
        written.mkdir(parents=True)
        yield written
        if target.exists():
            shutil.rmtree(target)
        written.rename(target)
    finally:
        shutil.rmtree(written, ignore_errors=True)


def remove_left_below(folder: Path) -> None:
    """Remove what processes of this machine that were killed began to write."""
    for left in [*folder.rglob(f".*.{HOST}-*{END}")]:
        if _has_ended(left):
            _remove(left)


def left_in(folder: Path) -> Iterator[Path]:
    """What processes of this machine began to write there; they may still run."""
    return folder.glob(f".*.{HOST}-*{END}")


def left_by_ended(folder: Path) -> list[Path]:
    """What processes of this machine that have ended began to write there."""
    return [left for left in left_in(folder) if _has_ended(left)]


def _only_name_for(target: Path) -> Path:
    """That of this process, which no other of any machine takes; what is there of it is removed."""
    mine = target.with_name(f".{target.name}.{HOST}-{os.getpid()}{END}")
    _remove(mine)
    for left in target.parent.glob(f".{glob.escape(target.name)}.{HOST}-*{END}"):
        if _has_ended(left):
            _remove(left)
    return mine


def _has_ended(left: Path) -> bool:
    """Whether the process that began to write it has ended, by its number in the name."""
    number = left.name.removesuffix(END).rpartition("-")[2]
    return number.isdigit() and not is_running(int(number))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
