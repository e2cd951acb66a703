"""What a study leaves in reports/studies/NAME."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import chdir
from pathlib import Path

import pandas as pd

from semisup.data.dataset import BALANCED, TOP1
from semisup.params.loading import PARAMS_FILE, Params
from semisup.report.methods import Way
from semisup.report.tables.headline import NAMES
from semisup.report.tables.results import read_csv
from semisup.report.words.markdown import tables
from semisup.report.words.phrases import sentence, what_is_shown, with_interval
from semisup.studies import hardware
from semisup.studies.overlay import Published, Study
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

FOLDER = outputs.REPORTS / "studies"
COPIED = (outputs.CURVE, outputs.METRICS, outputs.COMPARISON, outputs.IN_WORDS)
HARDWARE = "hardware.json"
CACHED = "Every result came from DVC's cache: nothing ran here.\n"
NOTHING = "-"


def write(called: str, study: Study, params: Params, copy: Path) -> Path:
    """Collect results, settings, machine and times; returns the folder.

    Args:
        called: the folder's name.
        study: what was run.
        params: its settings.
        copy: where it was run.

    Raises:
        UserError: where a result is missing.
    """
    reports = copy / outputs.REPORTS
    spent, machine = _times(params, copy), _machine(FOLDER / called)
    if spent != CACHED:
        machine = hardware.of(params.compute)
    with outputs.replacing(FOLDER / called) as folder:
        for name in COPIED:
            shutil.copyfile(reports / name, folder / name)
        shutil.copytree(reports / "figures", folder / "figures")
        shutil.copyfile(copy / PARAMS_FILE, folder / PARAMS_FILE)
        if machine:
            outputs.write_json(folder / HARDWARE, machine)
        (folder / "times.md").write_text(spent, encoding="utf-8")
        text = page(called, study, params, read_csv(reports / outputs.COMPARISON), machine)
        (folder / "README.md").write_text(text, encoding="utf-8")
    return FOLDER / called


def _times(params: Params, copy: Path) -> str:
    from semisup.cli import times

    try:
        with chdir(copy):
            return times.times(params)
    except UserError:
        return CACHED


def _machine(folder: Path) -> Mapping[str, object] | None:
    """What it says of earlier results, which may be those that the cache has."""
    file = folder / HARDWARE
    return outputs.read_json(file) if file.is_file() else None


def page(
    called: str,
    study: Study,
    params: Params,
    compared: pd.DataFrame,
    machine: Mapping[str, object] | None,
) -> str:
    """Results beside published figures, on which machine, and what differs.

    Args:
        called: the study's name.
        study: titles, published figures.
        params: its settings.
        compared: the table task_comparison.csv.
        machine: of `hardware.of`; None where that is not known.
    """
    figure = BALANCED if BALANCED in compared else TOP1
    shown = what_is_shown(params.draws, params.report.confidence)
    differs = [f"- {line}" for line in study.differs]
    parts = [
        f"# {study.title}",
        f"Study `{called}`. {sentence(NAMES[figure])} on test in %, {shown}, by labels per class.",
        beside(compared, figure, study.published),
        *(f"{one.name}: {one.source}" for one in study.published),
        *(["What differs:", "\n".join(differs)] if differs else []),
        f"{_computed(machine)} All settings: [params.yaml](params.yaml); how long it took: "
        "[times.md](times.md); in words: [summary.md](summary.md).",
        "![Label curve](figures/label_curve.png)",
    ]
    return "\n\n".join(parts) + "\n"


def _computed(machine: Mapping[str, object] | None) -> str:
    if machine is None:
        return "Computed on another machine: the results came from DVC's cache."
    how = f"{machine['cores']} cores used, {machine['device']}, {machine['precision']}"
    return f"Computed on {machine['processor']} ({how})."


def beside(compared: pd.DataFrame, figure: str, published: Sequence[Published]) -> str:
    """A row for each way and each published one, a column for each number of labels."""
    rows: dict[str, dict[int, str]] = {}
    columns = (compared[name] for name in ("method", "task", "budget", figure, "half_width"))
    for method, task, budget, mean, half in zip(*columns, strict=True):
        rows.setdefault(Way(method, task).series, {})[int(budget)] = with_interval(mean, half)
    for one in published:
        rows[f"{one.name} (published)"] = {at: f"{value:g}" for at, value in one.top1.items()}
    budgets = sorted({budget for cells in rows.values() for budget in cells})
    lines = [
        [name, *(cells.get(budget, NOTHING) for budget in budgets)] for name, cells in rows.items()
    ]
    return tables(["labels per class", *map(str, budgets)], lines, keys=1)
