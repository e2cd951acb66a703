"""What a quick answer runs and shows; real runs are in tests/pipeline."""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from left_behind import write_data
from made_up import BUDGETS

from semisup.cli import quick
from semisup.cli.quick import StageProgress, answer, answering, targets, untrained
from semisup.data.dataset import ROLES
from semisup.params.loading import Params
from semisup.report.inputs import read_inputs
from semisup.report.tables.comparison import compare
from semisup.report.words.tables import by_budget
from semisup.workflow import outputs
from semisup.workflow.errors import UserError


def test_tasks_that_train_nothing() -> None:
    assert untrained(["rotation", "random", "jigsaw", "imagenet"]) == ["random", "imagenet"]


def test_controls_answer_where_nothing_else_can() -> None:
    assert answering(["rotation", "random", "imagenet", "pixels", "foundation"]) == [
        *("imagenet", "foundation")
    ]
    assert answering(["rotation", "random", "pixels"]) == ["random", "pixels"]
    assert not answering(["rotation"])


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
    progress = StageProgress(stages, 100)
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
        StageProgress(["prepare"], 0).begins("prepare", 659.7)
        == "stage 1 of 1: prepare; 11:00 so far"
    )


def test_a_stage_that_others_depend_on_counts_too() -> None:
    """`code`, in a project that `semisup init` made."""
    progress = StageProgress(["prepare", "split"], 0)
    lines = [progress.begins(stage, 0).partition(";")[0] for stage in ("code", "prepare", "split")]
    assert lines == ["stage 1 of 3: code", "stage 2 of 3: prepare", "stage 3 of 3: split"]


def answered(make_params: type[Params]) -> tuple[str, str]:
    """The page, and the table of the report, of the untrained encoder's heads."""
    asked = {"pretext_tasks": ["random"], "finetune_tasks": [], "label_budgets": BUDGETS}
    params = make_params(asked)
    found = read_inputs(params)
    compared = compare(found.results, found.facts.pretext, params.report.confidence)
    table = by_budget(compared[compared["task"] == "random"], ["random"])
    return answer(params, ["random"]), table


def test_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_params: type[Params]) -> None:
    """With the intervals of the report, which are wider by the noise of the test images."""
    monkeypatch.chdir(tmp_path)
    write_data()
    for folder in (outputs.PREPARED, outputs.SPLITS):
        outputs.write_json(folder / outputs.WARNINGS, [])
    page, table = answered(make_params)
    assert (
        page
        == f"""\
# A first answer

Top-1 accuracy on test in %, mean and 95% interval over 3 draws, of frozen encoders that were not \
trained on these images.

{table}

`make repro` goes on from here, and adds pretraining and supervised training to compare.
"""
    )


def test_page_of_doubtful_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_params: type[Params]
) -> None:
    """Figures of a test set that is small or has copies are worth no more for being quick."""
    monkeypatch.chdir(tmp_path)
    write_data()
    for folder, line in ((outputs.PREPARED, "<x>"), (outputs.SPLITS, "the test set is small")):
        outputs.write_json(folder / outputs.WARNINGS, [line])
    page, table = answered(make_params)
    assert f"{table}\n\n- \\<x>\n- the test set is small\n\n`make repro` goes on" in page


def test_page_of_budgets_that_classes_can_not_fill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_params: type[Params]
) -> None:
    """Else the last rows look as if more labels brought nothing."""
    monkeypatch.chdir(tmp_path)
    write_data()
    for folder in (outputs.PREPARED, outputs.SPLITS):
        outputs.write_json(folder / outputs.WARNINGS, [])
    file = outputs.folder_of("head", "random", BUDGETS[-1]) / outputs.RESULTS
    table = pd.read_csv(file)
    table.assign(labels_used=table["labels_used"] - 1).to_csv(file, index=False)
    page, _ = answered(make_params)
    count = 3 * BUDGETS[-1] - 1
    said = f"images than the budget: {BUDGETS[-1]} per class came to {count} in all"
    assert f"\n\n- some classes have fewer {said}\n\n`make repro`" in page


def test_page_of_uneven_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_params: type[Params]
) -> None:
    """It shows what the report will compare: naming the largest class would look accurate."""
    monkeypatch.chdir(tmp_path)
    write_data()
    rows = np.load(outputs.SPLITS / outputs.SPLIT_ROWS)
    of_b = np.load(outputs.PREPARED / outputs.MANIFEST_ROWS)["label"] == 1
    rows["role"][of_b] = ROLES.index("test")  # four of b, one of each other class
    np.save(outputs.SPLITS / outputs.SPLIT_ROWS, rows)
    for path in tmp_path.rglob(outputs.PREDICTIONS):
        np.save(path, np.zeros((3, 6), np.uint16))
    page, table = answered(make_params)
    assert "Balanced accuracy on test in %, mean" in page
    assert table in page


def test_what_a_failed_stage_printed_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "print(\"Running stage 'a':\\nfine\\nRunning stage 'b':\\nthe reason\"); exit(1)"
    monkeypatch.setattr(quick, "DVC", (sys.executable, "-c", said))
    with pytest.raises(UserError):
        quick._run(["a", "b"])
    shown = capsys.readouterr().err.splitlines()
    assert [line.partition(";")[0] for line in shown] == [
        *("stage 1 of 2: a", "stage 2 of 2: b"),
        "the reason",
    ]


def test_stages_find_this_environments_programs_though_it_is_not_active(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    said = "import os, shutil; exit(shutil.which('dvc') is None)"
    monkeypatch.setattr(quick, "DVC", (sys.executable, "-c", said))
    quick._run(["a"])


def test_the_page_is_there_whole_or_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    quick.write("first\n")
    quick.write("second\n")
    assert quick.PAGE.read_text() == "second\n"
    assert [*quick.PAGE.parent.iterdir()] == [quick.PAGE]


def test_a_page_that_cannot_be_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    quick.PAGE.parent.write_text("no folder")
    with pytest.raises(UserError, match=r"^reports/quick\.md: can't be written: .+; free or "):
        quick.write("page\n")


def test_a_page_that_cannot_take_its_place_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    quick.PAGE.mkdir(parents=True)
    with pytest.raises(UserError, match="can't be written: "):
        quick.write("page\n")
    assert [*quick.PAGE.parent.iterdir()] == [quick.PAGE]
