"""Which task is best, by the table that `report` writes."""

from contextlib import suppress

from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.merges import marked_line

TABLE = outputs.REPORTS / outputs.COMPARISON


def read() -> list[str]:
    """The tasks of the table, best first; none where there is none yet.

    Raises:
        UserError: something else than `report` has written to it.
    """
    if not TABLE.exists():
        return []
    from semisup.report.tables.comparison import ranking
    from semisup.report.tables.results import read_csv

    why = "not as `report` wrote it"
    with suppress(KeyError, TypeError, ValueError):  # of columns, of cells, of pandas' reader
        marked = marked_line(TABLE.read_text(encoding="utf-8"))
        if not marked:
            return ranking(read_csv(TABLE))
        why = f"line {marked}: a merge left its marks"
    raise UserError(f"{TABLE}: {why}; `make repro` writes it anew, --task does without it")
