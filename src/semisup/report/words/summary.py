"""The report in words."""

from pathlib import Path

import pandas as pd

from semisup.report.facts import Facts
from semisup.report.tables.comparison import CONTROL, comparison_text, ranking, short_count
from semisup.report.words.advisor import advice
from semisup.report.words.answers import answers, gain_line
from semisup.report.words.notes import notes


def write_summary(results: pd.DataFrame, compared: pd.DataFrame, facts: Facts) -> str:
    """The summary as Markdown that also reads well on a console.

    Args:
        results: a row per method, task, budget and draw.
        compared: the same as means over draws (`comparison.compare`).
        facts: all else.
    """
    ranked = ranking(results)
    draws = results["draw"].nunique()
    parts = ["# How many labels do these images need?", _data_line(facts)]
    parts += [comparison_text(compared, ranked, draws, facts.confidence), _figures_line(ranked)]
    parts += ["## Advice", advice(results, facts)]
    if ranked:
        parts += [f"## Pretraining by {ranked[0]}", _pretext_line(ranked[0], facts)]
        parts += answers(results, ranked[0], facts.confidence)
    if ranked[1:]:
        lines = [_other_line(results, task, facts) for task in ranked[1:]]
        parts += ["## The other tasks", "\n".join(lines)]
    parts += ["## Mind", "\n".join(f"- {note}" for note in notes(results, facts))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _data_line(facts: Facts) -> str:
    split, data = facts.split, facts.data
    return (
        f"{len(data['classes'])} classes; {split['pool']} images in the unlabelled pool, "
        f"{split['train']} to buy labels for, {split['validation']} labelled for validation, "
        f"{split['test']} for test."
    )


def _figures_line(ranked: list[str]) -> str:
    shown = {"label curve": "label_curve", "tasks compared": "tasks", "first layers": "filters"}
    names = [*shown.items()] if ranked else [("label curve", "label_curve")]
    return "Pictures: " + ", ".join(_link(text, name) for text, name in names) + "."


def _link(text: str, figure: str) -> str:
    return f"[{text}]({Path('figures') / figure}.png)"


def _pretext_line(task: str, facts: Facts) -> str:
    figures, cost = facts.pretext[task]["figures"], _cost(task, facts)
    if not figures:
        return f"{cost[0].upper()}{cost[1:]}."
    return f"The pretext task on held-out pool images: {_figures(figures)}; {cost}." + _picture(
        task, facts
    )


def _cost(task: str, facts: Facts) -> str:
    """Images that passed the encoder, in all and for each image of the pool."""
    seen, pool = (facts.pretext[task][key] for key in ("encoder_images", "pool_images"))
    if not seen:
        control = ": a control" if task == CONTROL else ""
        return f"nothing was trained on the pool{control}"
    return f"{short_count(seen)} images seen, {seen / pool:.3g} per pool image"


def _figures(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in figures.items())


def _picture(task: str, facts: Facts) -> str:
    has = facts.columns.get(task)
    return f" {_link('What it learned', f'pretext_{task}')}." if has else ""


def _other_line(results: pd.DataFrame, task: str, facts: Facts) -> str:
    figures = facts.pretext[task]["figures"]
    parts = [_figures(figures)] if figures else []
    parts += [_cost(task, facts), gain_line(results, task, facts.confidence)]
    return f"- **{task}**: {'; '.join(parts)}.{_picture(task, facts)}"
