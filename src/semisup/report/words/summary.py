"""The summary: what was found, put into the words of summary.md.jinja."""

import re
from pathlib import Path

import pandas as pd

from semisup.model.templates import environment
from semisup.report.facts import Facts
from semisup.report.findings.doubts import SMALL_IMAGE
from semisup.report.findings.together import Findings
from semisup.report.methods import BASELINE, CONTROLS, METHODS
from semisup.report.words import tables
from semisup.report.words.phrases import FILTERS


def write_summary(compared: pd.DataFrame, facts: Facts, found: Findings) -> str:
    """The summary as Markdown that also reads well on a console.

    Args:
        compared: the results as means over draws (`comparison.compare`).
        facts: all that the report knows beside the results.
        found: what the results say.
    """
    made = environment(Path(__file__).parent)
    made.filters |= FILTERS
    made.globals |= {"tables": tables, "METHODS": METHODS}
    made.globals |= {"BASELINE": BASELINE, "CONTROLS": CONTROLS, "SMALL_IMAGE": SMALL_IMAGE}
    template = made.get_template("summary.md.jinja")
    said = vars(found) | {"facts": facts, "compared": compared, "ahead": found.ahead}
    return _unwrapped(template.render(said))


def _unwrapped(page: str) -> str:
    """Indented lines go on with the line above, but for those of tables; single empty lines."""
    parts = re.split(r"\n{2,}", page.strip())
    folded = [part if "\n--" in part else re.sub(r"\n +", " ", part) for part in parts]
    return "\n\n".join(folded) + "\n"
