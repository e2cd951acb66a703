"""How a command line program of this project starts and ends."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import NoReturn

import typer

from semisup.workflow import live, times
from semisup.workflow.errors import UserError
from semisup.workflow.processes import is_one_of_several

USER_ERROR, INTERRUPTED = 2, 130


class Interrupted(SystemExit):
    """Ctrl-C in a program of several steps, which says what it keeps."""

    def __init__(self, kept: str) -> None:
        super().__init__(INTERRUPTED)
        self.kept = kept


class Said(SystemExit):
    """Ctrl-C, and the user was told of it."""


def run(main: Callable[..., None]) -> NoReturn:
    """Run a stage's function; a user's mistake and Ctrl-C end in one line on standard error."""

    @wraps(main)
    def timed(**item: object) -> None:
        stage = Path(sys.argv[0]).stem
        with live.shown(stage, item), times.recorded(stage, item):
            main(**item)

    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(timed)
    try:
        call(app)
    except SystemExit as leaving:
        if not leaving.code:
            _leave_at_once()
        raise


@contextmanager
def warned(show: Callable[[], None]) -> Iterator[None]:
    """Where a user's mistake ends what is done here, `show` the warnings, which may say why."""
    try:
        yield
    except UserError:
        show()
        raise


def call(app: Callable[[], object]) -> NoReturn:
    """Run `app` and leave with its status."""
    try:
        app()
    except UserError as error:
        fail(str(error))
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        fail(
            "out of memory: lower the batch size or data.image_size, take a smaller backbone, or "
            "run fewer things beside"
        )
    except Said:  # by a stage's script that `semisup stage` runs
        raise
    except SystemExit as leaving:  # Typer turns Ctrl-C into one, without a word
        if leaving.code != INTERRUPTED or is_one_of_several():
            raise
        kept = getattr(leaving, "kept", "nothing was written")
        print(f"interrupted: {kept}; run it again to go on", file=sys.stderr)
        raise Said(INTERRUPTED) from None
    sys.exit(0)


def fail(message: str) -> NoReturn:
    """End by a line on standard error."""
    print(f"error: {message}", file=sys.stderr)
    sys.exit(USER_ERROR)


def _is_out_of_memory(error: Exception) -> bool:
    # torch's class cannot be named here: stages that do without torch would import it
    is_torchs = type(error).__name__ == "OutOfMemoryError"
    # of the host; of its pinned memory and of MPS; of CUDA's libraries
    said = ("can't allocate memory", "out of memory", "ALLOC_FAILED")
    return isinstance(error, MemoryError) or is_torchs or any(some in str(error) for some in said)


def _leave_at_once() -> NoReturn:
    """Without taking the interpreter apart: with torch in it that lasts half a second."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
