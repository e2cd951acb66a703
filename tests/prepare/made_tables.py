"""Tables as text, and what they are read as."""

from semisup.labels.table import Row, read_table
from semisup.prepare.own_images.matching import known_among
from semisup.workflow.notes import Notes

NO_LABEL = ["", "-1", "-1.0", "?", "nan"]
AUTO = dict.fromkeys(("path", "label", "split", "group"), "auto")


def rows(text: str, name: str = "l.csv", **columns: str) -> tuple[dict[str, Row], str]:
    """By path, and all warnings."""
    notes = Notes()
    known = known_among([f"{n}.png" for n in range(30)] + ["a.jpg", "b.jpg"])
    found = read_table(text.encode(), name, AUTO | columns, NO_LABEL, notes, known)
    return found, "\n".join(notes.lines)


def labels(text: str, name: str = "l.csv") -> dict[str, str | None]:
    return {path: row.label for path, row in rows(text, name)[0].items()}
