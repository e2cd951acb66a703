"""The marks that Git leaves in files."""

import pytest

from semisup.workflow.merges import marked_line

BOTH = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (BOTH, 1),
        (f"path,label\n1.png,a\n{BOTH}2.png,b\n", 3),
        (BOTH.replace("\n", "\r\n"), 1),
        ("", None),
        ("path,label\n", None),
        ("<<<<<<< HEAD\na\n", 1),
        ("a\nb\n>>>>>>> theirs\n", 3),
        ("<<<<<<<<< nine\n>>>>>>>>> nine\n", None),
        ("a <<<<<<< HEAD\n >>>>>>> theirs\n", None),
    ],
)
def test_the_line_of_the_first_mark(text: str, line: int | None) -> None:
    assert marked_line(text) == line
