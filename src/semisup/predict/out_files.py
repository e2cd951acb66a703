"""Files that the option --out names: whole, or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from semisup.workflow import half_written
from semisup.workflow.errors import UserError


@contextmanager
def all_or_none(*out: Path) -> Iterator[list[Path]]:
    """Files to write to, which take the places of these when all went well.

    Until then they have names that `split` passes over. What a process that was killed left of the
    same files is removed.

    Raises:
        UserError: they can't be written; it names the first.
    """
    targets = [Path(os.path.realpath(path)) for path in out]  # behind links
    written = [half_written.name_for(target) for target in targets]
    try:
        for target in targets:
            half_written.only_name_for(target)
        yield written
        for file, target in zip(written, targets, strict=True):
            file.replace(target)
    except OSError as error:
        raise UserError(f"--out {out[0]}: can't be written: {error.strerror or error}") from None
    finally:
        for file in written:
            with suppress(OSError):  # of a disk that can't be written: that is said already
                file.unlink()
