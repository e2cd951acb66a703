"""The summary: what was found, put into the words of summary.md.jinja."""

import re
from pathlib import Path

import jinja2
import pandas as pd

from semisup.report.facts import Facts
from semisup.report.findings.answers import Answers, answer, gains
from semisup.report.findings.choice import choices
from semisup.report.findings.choosing import of_task
from semisup.report.findings.doubts import SMALL_IMAGE, doubt, few_test_images
from semisup.report.findings.gained import gained
from semisup.report.findings.own import own_and_others
from semisup.report.findings.pool import BEFORE, control, from_pool
from semisup.report.methods import CONTROLS, METHODS, Way
from semisup.report.tables.comparison import ranking
from semisup.report.tables.results import deepest, methods_in
from semisup.report.words import phrases, tables


def write_summary(results: pd.DataFrame, compared: pd.DataFrame, facts: Facts) -> str:
    """The summary as Markdown that also reads well on a console.

    Args:
        results: a row per method, task, budget and draw.
        compared: the same as means over draws (`comparison.compare`).
        facts: all else.
    """
    ranked, chosen = ranking(results), choices(results, facts.confidence)
    ways = {task: deepest(results, task) for task in ranked}
    used = results["validation_labels"]
    page = _template("summary.md.jinja").render(
        facts=facts,
        compared=compared,
        ranked=ranked,
        trained=[task for task in ranked if task not in CONTROLS],
        budgets=sorted(results["budget"].unique()),
        draws=results["draw"].nunique(),
        methods=methods_in(results),
        choices=chosen,
        doubts=doubt(results, chosen[-1] if chosen else None, facts),
        answers=_answers(results, ways[ranked[0]], facts) if ranked else None,
        few_test_images=few_test_images(facts),
        ways=ways,
        gains={task: gains(results, way, facts.confidence) for task, way in ways.items()},
        steps=gained(results, ranked[0], facts.confidence) if ranked else [],
        from_pool={
            method: from_pool(results, facts.told, Way(method, task), facts.confidence)
            for method in BEFORE
            for task in ranked[:1]
        },
        control=control(results, ranked, facts.confidence),
        own=own_and_others(results, facts),
        choosing=of_task(facts, ranked[0]) if ranked else None,
        validation_labels=(used.min(), used.max()),
    )
    return _unwrapped(page)


def _answers(results: pd.DataFrame, way: Way, facts: Facts) -> Answers:
    beside = 0 if facts.within_budget else facts.validation_per_class
    return answer(results, way, facts.confidence, beside)


def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = (phrases.labels, phrases.percent, phrases.points, phrases.plus_minus)
    for each in (*shown, phrases.short_count, phrases.counted, phrases.sentence, phrases.plain):
        environment.filters[each.__name__] = each
    environment.globals |= {"tables": tables, "METHODS": METHODS}
    environment.globals |= {"CONTROLS": CONTROLS, "SMALL_IMAGE": SMALL_IMAGE}
    return environment.get_template(name)


def _unwrapped(page: str) -> str:
    """Indented lines go on with the line above, but for those of tables; single empty lines."""
    parts = re.split(r"\n{2,}", page.strip())
    is_table = ["\n--" in part for part in parts]
    folded = [
        part if table else re.sub(r"\n +", " ", part)
        for part, table in zip(parts, is_table, strict=True)
    ]
    return "\n\n".join(folded) + "\n"
