"""The one exception whose message is meant for the person at the terminal."""

from pathlib import Path


class UserError(Exception):
    """Something that the user can put right.

    The message is one line: what was wrong (file, key, value), what is allowed, what to do.
    Commands print it without a traceback and exit with status 2.
    """


class NoMeans(UserError):
    """The machine lacks memory, disk space or a device: what was done so far is worth keeping."""


class Diverged(UserError):
    """A training's loss is no longer a number: another learning rate may do."""


def not_here(file: Path) -> UserError:
    """The error where this is no project, or a folder of one."""
    return UserError(f"{file}: no such file; run this in the project's top folder")
