"""What errors of libraries say, in one line."""

import textwrap


def shortened(error: BaseException) -> str:
    """Part of a line: the reasons without their headline, or the error's name."""
    reasons = " ".join(str(error).split("\n\t", 1)[-1].split()) or type(error).__name__
    return textwrap.shorten(reasons, 160, placeholder=" ...")
