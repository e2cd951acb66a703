"""What Git leaves in a file where a merge can't tell what to keep."""

import re

_MARK = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)  # of ours or theirs: one may be taken out


def marked_line(text: str) -> int | None:
    """The line of the first mark, from 1; None where there is none."""
    mark = _MARK.search(text)
    return text.count("\n", 0, mark.start()) + 1 if mark else None
