"""What the card says of classes, as Markdown shows it."""

import html

import pytest
from markdown_it import MarkdownIt

from semisup.export import card


@pytest.mark.parametrize(
    "name", ["<b>bold</b>", "*star*", "_u_ __x__", "`tick`", "[link](http://x.y)", "&lt;", "a & b"]
)
def test_names_of_classes_stay_as_they_are(name: str) -> None:
    shown = MarkdownIt("commonmark").render(f"It shows: {card._listed([name, 'other'])}.")
    assert html.unescape(shown) == f"<p>It shows: {name}, other.</p>\n"


def test_of_many_classes_the_first_are_listed() -> None:
    assert card._listed([f"c{n}" for n in range(32)]).endswith(
        "c29 and 2 more, which classifier.json lists"
    )


def test_what_is_black_and_white_of_deep_files() -> None:
    assert card._ranges({}) == ""
    assert card._ranges({"uint16": (0.0, 4095.0), "float32": (-0.5, 1.0)}) == (
        " Of uint16 values 0 becomes black and 4095 white, of float32 values -0.5 becomes black "
        "and 1 white."
    )
