"""The summary: what was found, put into the words of summary.md.jinja."""

import dataclasses
import re
from pathlib import Path

import pandas as pd

from semisup.model.templates import environment
from semisup.report.facts import Facts
from semisup.report.findings.doubts import SMALL_IMAGE
from semisup.report.findings.together import Findings
from semisup.report.methods import CONTROLS, METHODS
from semisup.report.words import tables
from semisup.report.words.phrases import FILTERS


def write_summary(compared: pd.DataFrame, facts: Facts, found: Findings) -> str:
    """The summary as Markdown that also reads well on a console.

    Args:
        compared: the results as means over draws (`comparison.compare`).
        facts: all that the report knows beside the results.
        found: what the results say.
    """
    said = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    made = environment(Path(__file__).parent)
    made.filters |= FILTERS
    made.globals |= {"tables": tables, "METHODS": METHODS}
    made.globals |= {"CONTROLS": CONTROLS, "SMALL_IMAGE": SMALL_IMAGE}
    template = made.get_template("summary.md.jinja")
    return _unwrapped(template.render(facts=facts, compared=compared, ahead=found.ahead, **said))


def _unwrapped(page: str) -> str:
    """Indented lines go on with the line above, but for those of tables; single empty lines."""
    parts = re.split(r"\n{2,}", page.strip())
    is_table = ["\n--" in part for part in parts]
    folded = [
        part if table else re.sub(r"\n +", " ", part)
        for part, table in zip(parts, is_table, strict=True)
    ]
    return "\n\n".join(folded) + "\n"
