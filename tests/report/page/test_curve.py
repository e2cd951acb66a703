"""The label curve of the page."""

from made_up import facts, results

from semisup.report.findings.together import find
from semisup.report.page.curve import label_curve
from semisup.report.tables.headline import SHARED


def test_each_of_many_budgets_has_its_mark() -> None:
    """Vega-Lite leaves out marks that it was given, beyond the number that is usual."""
    budgets = [2**n for n in range(12)]
    table = results(["rotation"], budgets)
    known = facts(["rotation"])
    axis = label_curve(table, table, known, find(table, known)).spec["encoding"]["x"]["axis"]
    assert axis["values"] == budgets
    assert axis["tickCount"] == len(budgets)


def test_intervals_of_all_figures_cover_the_same() -> None:
    """Draws with labelled images in common, and the choice of the test images."""
    table = results(["rotation"], [16, 64])
    table["top5"] = table["top1"]
    shared, known = table.assign(**{SHARED: 0.9}), facts(["rotation"])
    for every in (table, shared):
        rows = label_curve(table, every, known, find(every, known)).table.rows
        by_figure = {f: [r for w, f_, *r in rows if f_ == f] for f in ("top-1 accuracy", "top-5")}
        assert by_figure["top-5"] == by_figure["top-1 accuracy"]
    wide, narrow = (
        label_curve(table, every, known, find(every, known)).table.rows[0][2]
        for every in (shared, table)
    )
    assert float(wide.split("±")[1]) > 1.2 * float(narrow.split("±")[1])
