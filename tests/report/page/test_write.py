"""What the page says beside its charts, of made-up outputs of the stages before."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from left_behind import TASKS, asked
from made_up import BUDGETS

from semisup.params.loading import Params
from semisup.report import build

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
