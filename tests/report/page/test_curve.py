"""The label curve of the page."""

from made_up import facts, results

from semisup.report.findings.together import find
from semisup.report.page.curve import label_curve


def test_each_of_many_budgets_has_its_mark() -> None:
    """Vega-Lite leaves out marks that it was given, beyond the number that is usual."""
    budgets = [2**n for n in range(12)]
    table = results(["rotation"], budgets)
    known = facts(["rotation"])
    axis = label_curve(table, table, known, find(table, known)).spec["encoding"]["x"]["axis"]
    assert axis["values"] == budgets
    assert axis["tickCount"] == len(budgets)
