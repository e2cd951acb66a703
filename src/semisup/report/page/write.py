"""report.html: the template, filled in; it loads nothing, so that it opens from disk."""

import json
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from semisup.report.facts import Facts
from semisup.report.findings.together import Findings
from semisup.report.page import tables
from semisup.report.page.curve import label_curve
from semisup.report.page.said import Said
from semisup.report.tables.interval import Interval, mean_over_draws
from semisup.report.tables.results import rows_of
from semisup.report.words import phrases

HERE = Path(__file__).parent


def write_page(
    every: pd.DataFrame, results: pd.DataFrame, facts: Facts, found: Findings, summary: str
) -> str:
    """The page as HTML.

    Args:
        every: results, a row per method, task, budget and draw.
        results: the same with the headline figure as `top1`.
        facts: all that the report knows beside the results.
        found: what the results say.
        summary: the same in words, as Markdown.
    """
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            facts=facts,
            found=found,
            said=Said(summary),
            curve=label_curve(every, results, facts, found),
            top=_at_the_top(results, facts, found),
            checks=tables.checks(found.forecasts.values()),
        )
    )


def _at_the_top(results: pd.DataFrame, facts: Facts, found: Findings) -> dict[str, Any]:
    """Accuracy of the best at the largest budget, and the labels that it took."""
    rows = rows_of(results, found.best)
    rows = rows[rows["budget"] == found.budgets[-1]]
    (mean,) = mean_over_draws(rows, "top1", facts.confidence).itertuples()
    beside = int(rows["validation_labels"].max())
    used = int(rows["labels_used"].max()) + (beside if facts.within_budget else 0)
    accuracy = Interval(float(mean.mean), float(mean.half))
    return {"accuracy": accuracy, "labels": used, "validation": beside}


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["in_script"] = _in_script
    for each in (phrases.labels, phrases.percent, phrases.points, phrases.plus_minus):
        environment.filters[each.__name__] = each
    for other in (
        phrases.between,
        phrases.sentence,
        phrases.counted,
        phrases.with_interval,
        phrases.short_count,
    ):
        environment.filters[other.__name__] = other
    environment.globals["file"] = _file
    return environment


def _in_script(value: Any) -> Markup:
    """JSON that can stand in an element of the page."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def _file(name: str) -> Markup:
    return Markup((HERE / name).read_text(encoding="utf-8"))
