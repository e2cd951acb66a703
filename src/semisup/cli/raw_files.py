"""Names in data/raw that DVC can't take, and that its own message would not name."""

import os
from pathlib import Path

from semisup.prepare.junk import is_junk
from semisup.workflow.errors import UserError
from semisup.workflow.outputs import RAW


def check_names() -> None:
    """Refuse names that are no Unicode, and links that lead nowhere.

    Raises:
        UserError: it names the first such file.
    """
    for folder, folders, files in os.walk(RAW):
        folders[:] = [name for name in folders if not is_junk(name)]
        for name in (*folders, *(name for name in files if not is_junk(name))):
            path = Path(folder, name)
            if not name.isascii():
                try:
                    name.encode()
                except UnicodeEncodeError:
                    raise UserError(
                        f"{os.fsencode(path)!r}: the name is not UTF-8, which DVC can't track; "
                        "rename it (convmv renames many)"
                    ) from None
            if path.is_symlink() and not path.exists():
                raise UserError(
                    f"{path}: a link that leads nowhere, which DVC can't track; remove or mend it"
                )
