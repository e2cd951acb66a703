"""Files that the option --out names: whole, or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from semisup.workflow.errors import UserError
from semisup.workflow.processes import HOST
from semisup.workflow.scratch import HALF_WRITTEN


@contextmanager
def all_or_none(*out: Path) -> Iterator[list[Path]]:
    """Files to write to, which take the places of these when all went well.

    Until then they have names that `split` passes over.

    Raises:
        UserError: they can't be written; it names the first.
    """
    targets = [Path(os.path.realpath(path)) for path in out]  # behind links
    own = f"{HOST}-{os.getpid()}{HALF_WRITTEN}"
    written = [target.with_name(f".{target.name}.{own}") for target in targets]
    try:
        yield written
        for file, target in zip(written, targets, strict=True):
            file.replace(target)
    except OSError as error:
        raise UserError(f"--out {out[0]}: can't be written: {error.strerror or error}") from None
    finally:
        for file in written:
            with suppress(OSError):  # of a disk that can't be written: that is said already
                file.unlink()
