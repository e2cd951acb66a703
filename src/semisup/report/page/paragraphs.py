"""The paragraphs of the summary as HTML, so that the page says what the summary says."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markupsafe import Markup

LINK = re.compile(r"\[[^\]]+\]\(figures/[^)]+\)\.?")  # which the page has itself
PICTURES = "Pictures:"
TABLE = re.compile(r"^-+:? \| ", re.MULTILINE)  # the rule below its header


class Said:
    """Sections of the summary by heading; each may be asked for by the question it answers."""

    def __init__(self, summary: str) -> None:
        self._markdown = MarkdownIt("commonmark").enable("table")
        self._markdown.options["html"] = False
        parts = re.split(r"^## (.+)\n", summary.partition("\n")[2], flags=re.MULTILINE)
        self._sections = {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}

    def section(self, heading: str) -> Markup:
        """All of it; nothing where the summary has no such section."""
        return self._html("\n\n".join(self._paragraphs(heading)))

    def answer(self, question: str) -> Markup:
        """The paragraphs from the one that begins with these words in bold to the next such one."""
        for heading in self._sections:
            found: list[str] = []
            for paragraph in self._paragraphs(heading):
                if paragraph.startswith(f"**{question}"):
                    found = [paragraph]
                elif found and paragraph.startswith("**"):
                    break
                elif found:
                    found.append(paragraph)
            if found:
                return self._html("\n\n".join(found))
        return Markup("")

    def paragraph(self, start: str) -> Markup:
        """The paragraph that begins so."""
        every = (each for heading in self._sections for each in self._paragraphs(heading))
        return self._html(next((each for each in every if each.startswith(start)), ""))

    def _paragraphs(self, heading: str) -> Iterator[str]:
        for paragraph in self._sections.get(heading, "").strip().split("\n\n"):
            if not paragraph.startswith(PICTURES):
                yield LINK.sub("", _table(paragraph) if TABLE.search(paragraph) else paragraph)

    def _html(self, text: str) -> Markup:
        html = self._markdown.render(text)
        html = html.replace("<table>", '<div class="wide said" tabindex="0"><table>')
        return Markup(html.replace("</table>", "</table></div>"))


def _table(paragraph: str) -> str:
    """A table without the padding, four of which would make it code."""
    return "\n".join(line.strip() for line in paragraph.splitlines())
