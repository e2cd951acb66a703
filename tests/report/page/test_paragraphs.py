"""The summary's words as HTML."""

import html

import pytest

from semisup.model.templates import plain
from semisup.report.page.paragraphs import Said

SUMMARY = """# Title

Some words.

Pictures: [one](figures/one.png).

## Advice

- **Choose <b>it</b>**: now.

The same:

labels | choose | lead
-----: | ------ | ---:
     1 | frozen | +1.0

## More

**How much?** A lot. [A figure](figures/x.png).

Further words.

**How long?** Long.
"""


def test_sections_are_html_without_pictures() -> None:
    said = Said(SUMMARY)
    assert said.section("") == "<p>Some words.</p>\n"
    assert "figures/" not in said.section("More")


def test_tables_are_tables_whatever_their_padding() -> None:
    advice = Said(SUMMARY).section("Advice")
    assert '<div class="wide said" tabindex="0"><table>' in advice
    assert "<td>frozen</td>" in advice
    assert "<pre>" not in advice


def test_what_users_named_is_no_html() -> None:
    assert "&lt;b&gt;it&lt;/b&gt;" in Said(SUMMARY).section("Advice")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How much?", ["A lot.", "Further words."]),
        ("How long?", ["Long."]),
        ("Why?", []),
    ],
)
def test_an_answer_ends_where_the_next_question_begins(question: str, words: list[str]) -> None:
    found = Said(SUMMARY).answer(question)
    every = ["A lot.", "Further words.", "Long."]
    assert [each for each in every if each in found] == words


def test_missing_sections_are_empty() -> None:
    assert Said(SUMMARY).section("Nothing") == ""


def test_one_paragraph_by_its_first_words() -> None:
    assert Said(SUMMARY).paragraph("Further") == "<p>Further words.</p>\n"
    assert Said(SUMMARY).paragraph("Nothing") == ""


@pytest.mark.parametrize(
    "name", ["IMG[1](2).jpg", "__init__", "_a_ b", "*b*", "<i>", "a_b_c.png", "&amp;", "~~a~~ $x$"]
)
def test_names_of_files_stay_as_they_are(name: str) -> None:
    text = Said(f"# Title\n\n- left out: {plain(name)}.\n").section("")
    assert html.unescape(text) == f"<ul>\n<li>left out: {name}.</li>\n</ul>\n"
