"""What a command says: examples below its help, and what goes wrong, in one line."""

import errno
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer

from semisup.workflow import command
from semisup.workflow.errors import UserError

# what a user's files and disks may say, whichever command asks
OF_FILES = {errno.EACCES, errno.EPERM, errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ENOSPC}
OF_FILES |= {errno.EROFS, errno.EDQUOT, errno.ENAMETOOLONG}


def call(app: Callable[[], object]) -> NoReturn:
    """Run `app` and leave with its status; a package or file that is not there is a line."""
    try:
        command.call(app)
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name == "semisup":
            raise
        command.fail(f"the package {name} is not installed; {how_to_install()}")
    except OSError as error:
        if error.errno not in OF_FILES:
            raise
        command.fail(": ".join(map(str, filter(None, (error.filename, error.strerror)))))


def example(*lines: str) -> str:
    """What stands below the help of a command."""
    return "\n\n".join(["Example:", *(f"  {line}" for line in lines)])


def without_boxes(app: typer.Typer) -> None:
    """Run `app`, and say what is wrong with its words and options without Typer's box around it.

    Raises:
        UserError: an option is not known, lacks its value, or the like.
    """
    try:
        status = app(standalone_mode=False)
    except Exception as error:
        # one of Click's, known by what it has: newer Typers bring a Click that can't be imported
        if not hasattr(error, "format_message"):
            raise
        context = getattr(error, "ctx", None)
        said = " ".join(error.format_message().split()).rstrip(".")
        help_of = context.command_path if context else "semisup"
        raise UserError(f"{said[:1].lower()}{said[1:]}; see `{help_of} --help`") from None
    sys.exit(status or 0)


def one_or_more(option: typer.CallbackParam, value: int) -> int:
    """An option's value as it is: a range of Typer's would draw a box around what is wrong.

    Raises:
        UserError: it is less than 1.
    """
    if value < 1:
        raise UserError(f"{option.opts[0]} {value}: should be 1 or more")
    return value


def how_to_install() -> str:
    """What to do where a package is missing: in a clone, or in a project of one's own."""
    return "run `make setup`" if Path("src/semisup").exists() else "install semisup anew"


def tidy_up_when_stopped() -> None:
    """From now on SIGTERM and SIGHUP end as Ctrl-C does: what is half written is removed."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, _: sys.exit(128 + number))


def spare_the_tracker() -> None:
    """Start the process by which Python keeps count of shared semaphores, deaf to SIGHUP.

    A closed terminal would end it before this process, which then starts another one: that prints a
    traceback for each semaphore which it has never heard of.
    """
    if hasattr(signal, "SIGHUP"):
        from multiprocessing import resource_tracker

        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        try:
            resource_tracker.ensure_running()  # it inherits what is blocked
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def keeping_stages() -> Iterator[None]:
    """Within it Ctrl-C ends by words that suit a run of several stages."""
    try:
        yield
    except KeyboardInterrupt:
        raise command.Interrupted("finished stages stay") from None
