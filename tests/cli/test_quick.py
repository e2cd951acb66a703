"""What a quick answer runs and shows; real runs are in tests/pipeline."""

from pathlib import Path

import pandas as pd
import pytest

from semisup.cli import quick
from semisup.cli.quick import Progress, answer, targets, untrained
from semisup.params.loading import Params
from semisup.workflow import outputs
from semisup.workflow.errors import UserError


def test_tasks_that_train_nothing() -> None:
    assert untrained(["rotation", "random", "jigsaw", "imagenet"]) == ["random", "imagenet"]


def test_stages() -> None:
    assert targets(["random"], [1, 4]) == [
        *("prepare", "split", "pretrain@random", "embed@random", "neighbours@random"),
        *("head@random-1", "spread@random-1", "head@random-4", "spread@random-4"),
    ]


def test_none_that_trains_nothing(make_params: type[Params]) -> None:
    with pytest.raises(
        UserError, match=r"^pretext_tasks .*; add one of foundation, imagenet, pixels, random$"
    ):
        quick.quick(make_params({"pretext_tasks": ["rotation"]}))


def test_progress() -> None:
    stages = ["prepare", "head@a-1", "spread@a-1", "head@a-2", "spread@a-2"]
    progress = Progress(stages, 100)
    lines = []
    for stage, now in zip(stages[1:], (103, 107, 115, 119), strict=True):
        if stage == "head@a-1":
            progress.passed("prepare")
        lines.append(progress.begins(stage, now))
    assert lines == [
        "stage 2 of 5: head@a-1; 0:03 so far",
        "stage 3 of 5: spread@a-1; 0:07 so far, more than 0:12 left",  # three of 4 seconds
        "stage 4 of 5: head@a-2; 0:15 so far, about 0:12 left",  # of 4 and 8
        "stage 5 of 5: spread@a-2; 0:19 so far, about 0:08 left",
    ]


def test_a_minute_is_sixty_seconds() -> None:
    assert (
        Progress(["prepare"], 0).begins("prepare", 659.7) == "stage 1 of 1: prepare; 11:00 so far"
    )


def test_a_stage_that_others_depend_on_counts_too() -> None:
    """`code`, in a project that `semisup init` made."""
    progress = Progress(["prepare", "split"], 0)
    lines = [progress.begins(stage, 0).partition(";")[0] for stage in ("code", "prepare", "split")]
    assert lines == ["stage 1 of 3: code", "stage 2 of 3: prepare", "stage 3 of 3: split"]


def test_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_params: type[Params]) -> None:
    monkeypatch.chdir(tmp_path)
    for method in ("head", "spread"):
        for budget in (1, 4):
            top1 = [0.4 + budget / 100 + (method == "spread") / 10 + d for d in (-0.01, 0, 0.01)]
            rows = {"method": method, "task": "random", "budget": budget, "draw": range(3)}
            folder = outputs.folder_of(method, "random", budget)
            folder.mkdir(parents=True)
            table = pd.DataFrame({**rows, "top1": top1})
            table.to_csv(folder / outputs.RESULTS, index=False)
    params = make_params({"label_budgets": [1, 4], "pretext_tasks": ["rotation", "random"]})
    assert (
        answer(params, ["random"])
        == """\
# A first answer

Top-1 accuracy on test in %, mean and 95% interval over 3 draws, of frozen encoders that were not \
trained on these images.

labels per class | head (random) | spread (random)
---------------: | ------------: | --------------:
               1 |      41.0±2.5 |        51.0±2.5
               4 |      44.0±2.5 |        54.0±2.5

`make repro` goes on from here, and compares with pretraining and supervised training.
"""
    )
