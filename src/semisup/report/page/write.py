"""report.html: the template, filled in; it loads nothing, so that it opens from disk."""

import json
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import yaml
from markupsafe import Markup

from semisup.model import templates
from semisup.model.calibration import without_threshold
from semisup.params.base import Section
from semisup.params.loading import Params
from semisup.report.findings.suspects import FEWEST
from semisup.report.findings.together import Findings
from semisup.report.inputs import Inputs
from semisup.report.methods import BASELINE, CONTROLS, METHODS
from semisup.report.page import classes, compared, encoder, pictures, tables, trusted
from semisup.report.page.curve import label_curve
from semisup.report.page.paragraphs import Said
from semisup.report.reliability import Reliability
from semisup.report.tables.headline import SCORE
from semisup.report.tables.interval import Interval, mean_over_draws
from semisup.report.tables.plots import pretext_curves
from semisup.report.tables.results import read_confusion, rows_of
from semisup.report.words.phrases import FILTERS
from semisup.workflow import outputs

HERE = Path(__file__).parent
# that figures depend on, beside others that read, draw and keep
PACKAGES = ("semisup", "torch", "torchvision", "timm", "numpy", "pillow")


def write_page(
    inputs: Inputs,
    table: pd.DataFrame,
    found: Findings,
    reliabilities: Sequence[Reliability],
    summary: str,
    params: Params,
) -> str:
    """The page as HTML.

    Args:
        inputs: what was read.
        table: the results as means over draws (`comparison.compare`).
        found: what the results say.
        reliabilities: of the best way, at each budget.
        summary: what was found in words, as Markdown.
        params: to be shown.

    Raises:
        UserError: where a stage has not run.
    """
    facts, data = inputs.facts, inputs.data
    counts = {budget: read_confusion(data, found.best, budget) for budget in found.budgets}
    page = _environment().get_template("page.html.jinja")
    return page.render(
        facts=facts,
        found=found,
        said=Said(summary),
        top=_at_the_top(inputs, found),
        curve=label_curve(inputs.every, inputs.results, facts, found),
        checks=tables.checks(found.forecasts.values()),
        MOST_SHOWN=classes.MOST_SHOWN,
        FEWEST=FEWEST,
        tasks=compared.tasks(table, facts, found),
        recall=classes.recall_and_precision(counts, data.classes),
        matrix=classes.matrix(counts, data.classes),
        reliabilities=reliabilities,
        reliability_diagram=trusted.reliability_diagram(reliabilities),
        mistakes=trusted.mistakes(reliabilities[-1], data),
        **_of_encoders(inputs, found),
        of_classes=pictures.of_classes(data),
        roles=tables.roles(outputs.SPLITS / outputs.CLASSES),
        rejected=tables.listed(outputs.PREPARED / outputs.REJECTED),
        conflicts=tables.conflicts(outputs.PREPARED / outputs.CONFLICTS),
        settings=_settings(params),
        versions=_versions(),
    )


def _of_encoders(inputs: Inputs, found: Findings) -> dict[str, Any]:
    task = found.trained[0] if found.trained else ""
    pretrained = {task: encoder.examples(task) for task in found.ranked}
    return {
        "seen": encoder.seen(task, inputs.data, found.budgets[-1]) if task else None,
        "filters": encoder.filters([task for task in found.ranked if task not in CONTROLS]),
        "pretraining": compared.pretraining(pretext_curves(found.ranked), found.ranked),
        "examples": {task: each for task, each in pretrained.items() if each},
    }


def _at_the_top(inputs: Inputs, found: Findings) -> dict[str, Any]:
    """Accuracy of the best at the largest budget, and the labels that it took.

    before: those of the budget that more labels are counted from.
    """
    rows = rows_of(inputs.results, found.best)
    top = rows[rows["budget"] == found.budgets[-1]]
    means = mean_over_draws(top, SCORE, inputs.facts.confidence)
    beside = rows["validation_labels"] if inputs.facts.within_budget else 0
    used = (rows["labels_used"] + beside).groupby(rows["budget"]).max()
    return {
        "accuracy": Interval(float(means["mean"].iloc[0]), float(means["half"].iloc[0])),
        "labels": int(used[found.budgets[-1]]),
        "validation": int(top["validation_labels"].max()),
        "before": int(used[found.ahead.largest]) if found.ahead else 0,
    }


def _settings(params: Params) -> str:
    """params.yaml without what was not used, and without how it was computed."""
    names = [name for name in type(params).model_fields if name != "compute"]
    read = {name: getattr(params, name) for name in names}
    values = {n: v.model_dump() if isinstance(v, Section) else v for n, v in read.items()}
    unused = {*(params.pretrain.model_extra or {})} - {*params.pretext_tasks, params.pretrain.start}
    values["pretrain"] = {n: v for n, v in values["pretrain"].items() if n not in unused}
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True)


def _versions() -> str:
    told = [f"{name} {version(name)}" for name in PACKAGES]
    return ", ".join([f"Python {platform.python_version()}", *told])


def _environment() -> jinja2.Environment:
    made = templates.environment(HERE, autoescape=True)
    made.filters |= FILTERS | {"in_script": _in_script}
    made.globals |= {"file": _file, "without_threshold": without_threshold, "METHODS": METHODS}
    made.globals |= {"BASELINE": BASELINE}
    return made


def _in_script(value: Any) -> Markup:
    """JSON that can stand in an element of the page."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def _file(name: str) -> Markup:
    return Markup((HERE / name).read_text(encoding="utf-8"))
