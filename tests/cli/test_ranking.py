"""Which task is best, where the table that says so is whole, and where not."""

import pytest

from semisup.cli import ranking
from semisup.workflow.errors import UserError

HEADER, ROW = "task,method,budget,validation_top1\n", "jigsaw,head,1,0.4\n"
MARKS = f"<<<<<<< HEAD\n{ROW}=======\n{ROW}>>>>>>> other\n"
pytestmark = pytest.mark.usefixtures("in_a_folder")


def write(text: str) -> None:
    ranking.TABLE.parent.mkdir()
    ranking.TABLE.write_text(text, encoding="latin-1")


@pytest.mark.parametrize(
    ("text", "tasks"),
    [(HEADER + ROW + "gan,head,1,0.5\n", ["gan", "jigsaw"]), (HEADER, []), (None, [])],
)
def test_the_best_comes_first(text: str | None, tasks: list[str]) -> None:
    if text is not None:
        write(text)
    assert ranking.read() == tasks


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEADER + MARKS, "line 2: a merge left its marks"),
        (MARKS, "line 1: a merge left its marks"),
        ("", "not as `report` wrote it"),
        ("task,budget\njigsaw,1\n", "not as `report` wrote it"),
        (HEADER + "jigsaw,head,1,good\n", "not as `report` wrote it"),
        (HEADER + ROW + "jigsaw,head,1,0.4,5\n", "not as `report` wrote it"),
        (HEADER + "\xe4,head,1,0.4\n", "not as `report` wrote it"),
    ],
)
def test_what_something_else_wrote_is_refused(text: str, why: str) -> None:
    write(text)
    with pytest.raises(UserError) as raised:
        ranking.read()
    said = "; `make repro` writes it anew, --task does without it"
    assert str(raised.value) == f"reports/task_comparison.csv: {why}{said}"
