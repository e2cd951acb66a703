"""Files that the option --out names: whole, or not there."""

import glob
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from semisup.workflow.errors import UserError
from semisup.workflow.processes import HOST, is_running
from semisup.workflow.scratch import HALF_WRITTEN


@contextmanager
def all_or_none(*out: Path) -> Iterator[list[Path]]:
    """Files to write to, which take the places of these when all went well.

    Until then they have names that `split` passes over. What a process that was killed left of the
    same files is removed.

    Raises:
        UserError: they can't be written; it names the first.
    """
    targets = [Path(os.path.realpath(path)) for path in out]  # behind links
    written = [
        target.with_name(f"{_hidden(target)}{os.getpid()}{HALF_WRITTEN}") for target in targets
    ]
    try:
        _remove_left(targets)
        yield written
        for file, target in zip(written, targets, strict=True):
            file.replace(target)
    except OSError as error:
        raise UserError(f"--out {out[0]}: can't be written: {error.strerror or error}") from None
    finally:
        for file in written:
            with suppress(OSError):  # of a disk that can't be written: that is said already
                file.unlink()


def _hidden(target: Path) -> str:
    """How the names begin of what processes of this machine write for a file."""
    return f".{target.name}.{HOST}-"


def _remove_left(targets: Sequence[Path]) -> None:
    for target in targets:
        begins = _hidden(target)
        for left in target.parent.glob(f"{glob.escape(begins)}*{HALF_WRITTEN}"):
            number = left.name[len(begins) : -len(HALF_WRITTEN)]
            if number.isdigit() and not is_running(int(number)):
                left.unlink(missing_ok=True)
