"""Files that the option --out names: whole, or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from semisup.workflow import half_written
from semisup.workflow.errors import UserError


@contextmanager
def all_or_none(*out: Path) -> Iterator[list[Path]]:
    """Files to write to, which take the places of these when all went well.

    Raises:
        UserError: they can't be written; it names the first.
    """
    targets = [Path(os.path.realpath(path)) for path in out]  # behind links
    try:
        with half_written.files(*targets) as written:
            yield written
    except OSError as error:
        if not targets[0].parent.exists():
            folder = out[0].parent
            told = f"there is no folder {folder}; make it or name another"
            raise UserError(f"--out {out[0]}: {told}") from None
        raise UserError(f"--out {out[0]}: can't be written: {error.strerror or error}") from None
