"""The summary, whole and by its sections."""

import pandas as pd

from semisup.report.facts import Facts
from semisup.report.findings.together import find
from semisup.report.tables.comparison import compare
from semisup.report.words.summary import write_summary


def summary(table: pd.DataFrame, known: Facts) -> str:
    compared = compare(table, known.pretext, known.confidence)
    return write_summary(compared, known, find(table, known))


def section(title: str, table: pd.DataFrame, known: Facts) -> str:
    """What stands below one heading."""
    return summary(table, known).split(f"## {title}\n\n")[1].split("\n\n## ")[0].rstrip("\n")
