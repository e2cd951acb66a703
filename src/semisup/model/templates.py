"""Pages from templates, in Markdown or HTML."""

import math
from pathlib import Path

import jinja2


def percent(share: float) -> str:
    """A share of 0 to 1; "-" where there is none."""
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"


def environment(folder: Path, autoescape: bool = False) -> jinja2.Environment:
    """Of a folder's templates, to whom anything that they are not given is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=autoescape,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["percent"] = percent
    return made
