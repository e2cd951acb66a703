"""Minutes as `semisup times` shows them; a real run's are in tests/docs."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from made_up import facts, results
from projects import CHECKOUT

from semisup.cli import times
from semisup.data.dataset import ImageData
from semisup.params.loading import Params
from semisup.report.findings.own import Comparison
from semisup.report.inputs import Inputs
from semisup.report.methods import Way
from semisup.report.tables.interval import Interval
from semisup.workflow.errors import UserError
from semisup.workflow.times import Spent

Make = Callable[..., Params]
SPENT = [
    *(Spent("prepare", "", "", 2.0), Spent("supervised", "", "4", 100.0)),
    *(Spent("pretrain", "rotation", "", 200.4), Spent("head", "rotation", "4", 3.0)),
    *(Spent("head", "rotation", "1", 4.0), Spent("finetune", "rotation", "4", 60.0)),
    *(Spent("embed", "imagenet", "", 50.0), Spent("head", "imagenet", "4", 5.0)),
    *(Spent("spread", "imagenet", "4", 6.0), Spent("finetune", "imagenet", "4", 900.0)),
    Spent("selftrain", "imagenet", "4", 900.0),  # no longer among finetune_tasks
    *(Spent("head", "rotation", "32", 1000.0), Spent("embed", "gan", "", 1000.0)),
]
EDITS = {"label_budgets": [1, 4], "pretext_tasks": ["rotation", "imagenet"]}


@pytest.fixture(autouse=True)
def _nothing_has_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy2(CHECKOUT / "dvc.yaml", tmp_path)


def test_a_row_for_each_task_that_is_asked_for(
    make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(times.recorded, "read", lambda: SPENT)
    shown = times.times(make_params(EDITS)).split("\n\n")
    assert shown[1].splitlines() == [
        "task     | pretrain | embed | head | neighbours | spread | choose | finetune | selftrain "
        "| in all",
        "-------- | -------: | ----: | ---: | ---------: | -----: | -----: | -------: | --------: "
        "| -----:",
        "rotation |     3:20 |     - | 0:07 |          - |      - |      - |     1:00 |         - "
        "|   4:27",
        "imagenet |        - |  0:50 | 0:05 |          - |   0:06 |      - |        - |         - "
        "|   1:01",
    ]
    assert shown[2] == "prepare 0:02; split -; supervised 1:40; report -; export -.\n"


def test_what_an_encoder_of_ones_own_bought() -> None:
    gains = {1: Interval(0.5, 0.02), 4: Interval(-0.012, float("nan"))}
    found = Comparison(Way("finetune", "rotation"), Way("head", "imagenet"), gains, 9)
    assert times.bought(found, SPENT[:10], times.stages()[0]) == (
        "rotation, fine-tuned: 4:27; imagenet, frozen: 0:55. The best of the first kind minus "
        "the best of the second, in points on test by labels per class: 1: +50.0±2.0, 4: -1.2."
    )


def test_results_stand_below_the_minutes(
    make_params: Make, make_data: Callable[..., ImageData], monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = ["rotation", "imagenet"]
    monkeypatch.setattr(times.recorded, "read", lambda: SPENT)
    found = Inputs([], results(tasks), results(tasks), facts(tasks), make_data())
    monkeypatch.setattr("semisup.report.inputs.read_inputs", lambda _: found)
    assert (
        times.times(make_params(EDITS))
        .split("\n\n")[3]
        .startswith(
            "rotation, fine-tuned: 4:27; imagenet, fine-tuned: 1:01. The best of the first kind"
        )
    )


def test_nothing_has_run(make_params: Make) -> None:
    with pytest.raises(UserError, match=r"^data/times\.csv: no stage has run here yet; run"):
        times.times(make_params(EDITS))


def test_a_clone_has_results_without_times(make_params: Make) -> None:
    Path("dvc.lock").write_text("schema: '2.0'\n")
    with pytest.raises(UserError, match="; results fetched from DVC's cache have no times; run"):
        times.times(make_params(EDITS))
