import dataclasses
from pathlib import Path

import pytest
from made_up import THREE_DRAWS

from semisup.report.methods import BASELINE, Way
from semisup.report.tables.plots import classifier_curves, label_curve, pretext_curves
from semisup.training.progress import Row
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

pytestmark = pytest.mark.usefixtures("in_a_folder")


def write_history(folder: Path, *merits: float, **extra: int) -> None:
    """A row for each merit on held-out images; the others are 1 higher, losses 2 higher."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        dataclasses.asdict(Row(10 * n, n / 2, 0.1, merit + 3, merit + 1, merit + 2, merit)) | extra
        for n, merit in enumerate(merits)
    ]
    outputs.write_table(folder / outputs.HISTORY, rows)


def test_label_curve_is_percent_by_series() -> None:
    assert label_curve(THREE_DRAWS).to_dict("list") == {
        "budget": [4, 4],
        "series": ["supervised", "finetune (rotation)"],
        "top1": [25.0, 57.08],
    }


def test_pretext_curves_are_of_both_parts_of_the_pool() -> None:
    write_history(outputs.folder_of("pretrain", "gan"), 0.25, 0.5)
    write_history(outputs.folder_of("pretrain", "jigsaw"), 0.75)
    assert pretext_curves(["jigsaw", "gan"]).to_dict("list") == {
        "epoch": [0.0, 0.0, 0.0, 0.5, 0.0, 0.5],
        "series": [
            *("jigsaw, train", "jigsaw, heldout"),
            *("gan, train", "gan, train", "gan, heldout", "gan, heldout"),
        ],
        "merit": [1.75, 0.75, 1.25, 1.5, 0.25, 0.5],
        "loss": [3.75, 2.75, 3.25, 3.5, 2.25, 2.5],
    }


def test_without_tasks_their_curves_are_a_header() -> None:
    table = pretext_curves([])
    assert table.empty
    assert [*table.columns] == ["epoch", "series", "merit", "loss"]


def test_classifier_curves_are_of_the_first_draw() -> None:
    way = Way("head", "gan")
    for budget in (4, 16):
        write_history(BASELINE.folder(budget), 0.1 * budget, draw=0)
        write_history(way.folder(budget), 0.25, 0.5, draw=0)
    with (way.folder(4) / outputs.HISTORY).open("a") as file:
        file.write("0,0,0.1,1,1,1,0.99,1\n")  # of the second draw
    table = classifier_curves([BASELINE, way], [4, 16])
    assert table.to_dict("list") == {
        "update": [0, 0, 0, 10, 0, 10],
        "series": [
            *("supervised 4", "supervised 16"),
            *("head (gan) 4", "head (gan) 4", "head (gan) 16", "head (gan) 16"),
        ],
        "accuracy": [0.4, 1.6, 0.25, 0.5, 0.25, 0.5],
    }


def test_missing_curve_says_what_to_run() -> None:
    with pytest.raises(UserError, match=r"data/pretrain/gan/history.csv: not there yet; run"):
        pretext_curves(["gan"])
