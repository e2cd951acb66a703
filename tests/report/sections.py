"""The summary, whole and by its sections."""

import pandas as pd

from semisup.report.facts import Facts
from semisup.report.tables.comparison import compare
from semisup.report.words.summary import write_summary


def summary(table: pd.DataFrame, known: Facts) -> str:
    return write_summary(table, compare(table, known.pretext, known.confidence), known)


def section(title: str, table: pd.DataFrame, known: Facts) -> str:
    """What stands below one heading."""
    return summary(table, known).split(f"## {title}\n\n")[1].split("\n\n## ")[0].rstrip("\n")
