"""What pages say of the code in a sentence, where no table has it."""

import re

from pages import CHECKOUT, prose


def test_which_stages_begin_anew() -> None:
    """Those that keep no checkpoint while they work."""
    keeping = ("scratch.during", "at_budget.started")
    scripts = {path.stem: path.read_text("utf-8") for path in (CHECKOUT / "stages").glob("*.py")}
    anew = {stage for stage, code in scripts.items() if not any(word in code for word in keeping)}
    (said,) = re.findall(r"stage has ended\.\s([^.:]+) keep\snone", prose("docs/large-data.md"))
    assert {*re.findall(r"`(\w+)`", said)} == anew - {"environment"}
