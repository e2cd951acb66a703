"""Pages from templates, in Markdown or HTML."""

import math
import re
from pathlib import Path

import jinja2


def percent(share: float) -> str:
    """A share of 0 to 1; "-" where there is none."""
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"


def plain(text: str) -> str:
    """Text of the user, whose signs mean nothing to Markdown."""
    signs = r"[\\*<`~$\[]|\b_+|_+\b|__+|&(?=#?\w+;)"
    return re.sub(signs, lambda found: "".join(f"\\{sign}" for sign in found[0]), text)


def environment(folder: Path, autoescape: bool = False) -> jinja2.Environment:
    """Of a folder's templates, to whom anything that they are not given is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=autoescape,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"percent": percent, "plain": plain}
    return made
