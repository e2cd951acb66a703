"""The summary: what was found, put into the words of summary.md.jinja."""

import dataclasses
import re
from pathlib import Path

import jinja2
import pandas as pd

from semisup.model.templates import environment
from semisup.report.facts import Facts
from semisup.report.findings.doubts import SMALL_IMAGE
from semisup.report.findings.together import Findings
from semisup.report.methods import CONTROLS, METHODS
from semisup.report.words import phrases, tables

SHOWN = (
    *(phrases.labels, phrases.points, phrases.plus_minus, phrases.short_count, phrases.between),
    *(phrases.counted, phrases.sentence, phrases.level, phrases.about),
)


def write_summary(compared: pd.DataFrame, facts: Facts, found: Findings) -> str:
    """The summary as Markdown that also reads well on a console.

    Args:
        compared: the results as means over draws (`comparison.compare`).
        facts: all that the report knows beside the results.
        found: what the results say.
    """
    said = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    page = _template("summary.md.jinja").render(
        facts=facts, compared=compared, ahead=found.ahead, **said
    )
    return _unwrapped(page)


def _template(name: str) -> jinja2.Template:
    made = environment(Path(__file__).parent)
    made.filters |= {each.__name__: each for each in SHOWN}
    made.globals |= {"tables": tables, "METHODS": METHODS}
    made.globals |= {"CONTROLS": CONTROLS, "SMALL_IMAGE": SMALL_IMAGE}
    return made.get_template(name)


def _unwrapped(page: str) -> str:
    """Indented lines go on with the line above, but for those of tables; single empty lines."""
    parts = re.split(r"\n{2,}", page.strip())
    is_table = ["\n--" in part for part in parts]
    folded = [
        part if table else re.sub(r"\n +", " ", part)
        for part, table in zip(parts, is_table, strict=True)
    ]
    return "\n\n".join(folded) + "\n"
