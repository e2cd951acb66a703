"""What the page says beside its charts, of made-up outputs of the stages before."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from left_behind import TASKS, asked, trusts
from made_up import BUDGETS

from semisup.params.loading import Params
from semisup.report import build, trust

Make = Callable[..., Params]


def words(folder: Path, params: Params) -> str:
    """Of the page, without its markup, scripts and style."""
    folder.mkdir()
    build.build_report(params, folder)
    page = (folder / "report.html").read_text("utf-8")
    page = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


@pytest.mark.parametrize(
    ("tasks", "subject", "question"),
    [
        (TASKS, "Pretraining ", "Is pretraining, with training on the pool, worth it here?"),
        (
            ["random"],
            "Self-training, without pretraining, ",
            "Without pretraining, is self-training worth it here?",
        ),
    ],
)
def test_controls_alone_are_no_pretraining(
    data: Path, make_params: Make, tasks: list[str], subject: str, question: str
) -> None:
    page = words(data / "one", asked(make_params, tasks, BUDGETS))
    assert re.search(rf"validation\. {subject}(is|brings)", page)
    assert question in page


def test_no_file_is_named_that_projects_of_init_lack(data: Path, make_params: Make) -> None:
    page = words(data / "one", asked(make_params, TASKS, BUDGETS))
    assert "dvc.lock" in page
    assert "requirements.lock" not in page


@pytest.mark.parametrize(("tasks", "empty"), [(TASKS, False), ([], True)])
def test_no_section_is_empty(data: Path, make_params: Make, tasks: list[str], empty: bool) -> None:
    page = words(data / "one", asked(make_params, tasks, BUDGETS))
    assert ("What the encoder sees Nothing to show: " in page) == empty


def test_a_single_draw_has_no_means_and_no_intervals(data: Path, make_params: Make) -> None:
    several = words(data / "several", asked(make_params, TASKS, BUDGETS))
    for path in data.rglob("results.csv"):
        rows = pd.read_csv(path)
        rows[rows["draw"] == 0].to_csv(path, index=False)
    one = words(data / "one", asked(make_params, TASKS, BUDGETS))
    for words_of_several, words_of_one in (
        ("Means over draws with 95% intervals, which cover", "A single draw, without intervals; "),
        ("Means over draws with 95% intervals. What", "A single draw, without intervals. What"),
    ):
        assert words_of_several in several
        assert words_of_several not in one
        assert words_of_one in one


def test_labels_that_nothing_can_judge_are_not_called_right(data: Path, make_params: Make) -> None:
    page = words(data / "one", asked(make_params, TASKS, BUDGETS))
    assert "Nobody can tell: that takes two classes with 3 labelled training images each" in page
    assert "labelled training images looks" not in page


def test_without_validation_the_draw_is_not_called_the_best_on_it(
    data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = "of the draw that is best on validation; on the diagonal"
    assert best in words(data / "one", asked(make_params, TASKS, BUDGETS))
    first, *others = trusts(BUDGETS)
    found = [dataclasses.replace(first, threshold=None), *others]
    monkeypatch.setattr(trust, "of_way", lambda *_: found)
    page = words(data / "two", asked(make_params, TASKS, BUDGETS))
    assert "best on validation, and of the first where there is none; on the diagonal" in page


def test_labels_to_buy_are_counted_from_those_that_there_were(
    data: Path, make_params: Make
) -> None:
    """Three classes and 32 labels of each are 96 labels, of which there may be fewer than 48."""
    row = r"<tr data-labels=\"{0}\".*?<td>32</td>.*?<td>{0}</td>"
    for used, more in ((48, 48), (40, 56)):
        for path in data.rglob("results.csv"):
            rows = pd.read_csv(path)
            if "labels_used" in rows:
                rows.loc[rows["budget"] == BUDGETS[-1], "labels_used"] = used
                rows.to_csv(path, index=False)
        (data / str(used)).mkdir()
        build.build_report(asked(make_params, TASKS, BUDGETS), data / str(used))
        page = (data / str(used) / "report.html").read_text("utf-8")
        assert re.search(row.format(more), page, flags=re.DOTALL)
