"""The page of a study's results."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from made_up import OFFSETS, facts, results
from projects import CHECKOUT

from semisup.params.loading import Params
from semisup.report.tables.comparison import compare
from semisup.report.tables.headline import SCORE
from semisup.report.tables.results import read_csv
from semisup.studies import hardware
from semisup.studies import results as study_results
from semisup.studies.overlay import Published, Study
from semisup.studies.results import CACHED, COPIED, FOLDER, HARDWARE, beside, page, write
from semisup.workflow import outputs

RIVAL = Published(name="Rival", source="https://example.org/rival", top1={4: 91.7, 25: 95.0})
STUDY = Study(
    title="Some images",
    needs="n",
    params={},
    quick={"draws": 1},
    published=[RIVAL],
    differs=["All of it."],
)
MACHINE = {"processor": "A chip", "cores": 2, "device": "cpu", "precision": "bfloat16"}


def compared(draws: Sequence[float] = OFFSETS) -> pd.DataFrame:
    """The table task_comparison.csv, as the report writes it."""
    table = compare(results(["rotation"], draws=draws), facts(["rotation"]).pretext, 0.95)
    return table.rename(columns={SCORE: "top1"})


def test_published_figures_stand_beside() -> None:
    assert beside(compared(), "top1", [RIVAL]).splitlines() == [
        "labels per class    |        1 |        4 |       16 |  25",
        "------------------- | -------: | -------: | -------: | --:",
        "supervised          | 10.0±2.5 | 30.0±2.5 | 50.0±2.5 |   -",
        "head (rotation)     | 40.0±2.5 | 60.0±2.5 | 80.0±2.5 |   -",
        "finetune (rotation) | 42.0±2.5 | 62.0±2.5 | 82.0±2.5 |   -",
        "Rival (published)   |        - |     91.7 |        - |  95",
    ]


def test_one_draw_has_no_interval(tmp_path: Path) -> None:
    table = tmp_path / "task_comparison.csv"
    compared(draws=[0.0]).to_csv(table, index=False)
    shown = beside(read_csv(table), "top1", []).splitlines()
    assert shown[2] == "supervised          | 10.0 | 30.0 | 50.0"


def test_page(make_params: Callable[..., Params]) -> None:
    text = page("some-quick", STUDY, make_params({}), compared(), MACHINE)
    assert text.startswith(
        "# Some images\n\nStudy `some-quick`. Top-1 accuracy on test in %, mean and 95% interval "
        "over 3 draws, by labels per class.\n\nlabels per class "
    )
    assert "\n\nRival: https://example.org/rival\n\nWhat differs:\n\n- All of it.\n\n" in text
    assert "Computed on A chip (2 cores used, cpu, bfloat16)." in text
    cached = page("some-quick", STUDY, make_params({}), compared(), None)
    assert "Computed on another machine: the results came from DVC's cache." in cached


@pytest.mark.parametrize(("spent", "name"), [(CACHED, "A chip"), ("1 minute\n", "This one")])
def test_results_of_the_cache_are_not_of_this_machine(
    spent: str,
    name: str,
    make_params: Callable[..., Params],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (Path("copy/reports/figures")).mkdir(parents=True)
    for file in ("params.yaml", *(f"reports/{each}" for each in COPIED)):
        Path("copy", file).touch()
    compared().to_csv("copy/reports/task_comparison.csv", index=False)
    FOLDER.joinpath("some").mkdir(parents=True)
    outputs.write_json(FOLDER / "some" / HARDWARE, MACHINE)
    monkeypatch.setattr(hardware, "of", lambda _: MACHINE | {"processor": "This one"})
    monkeypatch.setattr(study_results, "_times", lambda *_: spent)
    folder = write("some", STUDY, make_params({}), Path("copy"))
    assert outputs.read_json(folder / HARDWARE)["processor"] == name
    assert f"Computed on {name} (2 cores" in (folder / "README.md").read_text(encoding="utf-8")
    assert (folder / "times.md").read_text(encoding="utf-8") == spent


def test_where_classes_count_the_same(make_params: Callable[..., Params]) -> None:
    table = compared().rename(columns={"top1": "balanced_accuracy"})
    text = page("some", STUDY, make_params({}), table, MACHINE)
    assert "Study `some`. Balanced accuracy on test in %" in text
    assert "\nhead (rotation)     | 40.0±2.5 |" in text


@pytest.mark.parametrize(
    ("study", "name"),
    [("cifar10_jpeg", "CIFAR-10"), ("fashion_mnist", "Fashion-MNIST")],
)
def test_the_page_says_by_whose_features_the_summaries_choose(study: str, name: str) -> None:
    summary = (CHECKOUT / f"reports/studies/{study}-quick/summary.md").read_text(encoding="utf-8")
    (task,) = re.findall(r"clusters of the frozen features of (\w+)", summary)
    page = " ".join((CHECKOUT / "docs/studies.md").read_text(encoding="utf-8").split())
    assert f"{name}'s by features of `{task}`" in page
