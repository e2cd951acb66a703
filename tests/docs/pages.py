"""What the pages of documentation hold: blocks of code, links, tables."""

import re
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PAGES = sorted(
    str(path.relative_to(CHECKOUT))
    for pattern in ("*.md", "docs/*.md", "data/*.md")
    for path in CHECKOUT.glob(pattern)
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(page: str) -> str:
    return (CHECKOUT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    """Blocks of code in one language."""
    return [code for name, code in BLOCK.findall(text(page)) if name == language]


def commands(page: str) -> Iterator[str]:
    """Each command of the `sh` blocks without its remark; a block with a shebang is one."""
    for code in blocks(page, "sh"):
        if code.startswith("#!"):
            yield code
            continue
        for line in code.replace("\\\n", " ").splitlines():
            command = re.sub(r"(^|\s)#\s.*", "", line).strip()
            if command:
                yield command


def prose(page: str) -> str:
    """The text without blocks of code."""
    return BLOCK.sub("", text(page))


def inline(page: str) -> list[str]:
    """What stands in `code` within the text."""
    return re.findall(r"`([^`\n]+)`", prose(page))


def table(page: str, heading: str) -> dict[str, list[str]]:
    """Rows of the table whose first heading is this: first cell -> the other cells."""
    after = text(page).partition(f"\n| {heading} |")[2]
    assert after, f"{page} has no table with the heading {heading!r}"
    lines = after.partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {first.rstrip(" |"): others for first, *others in rows}
