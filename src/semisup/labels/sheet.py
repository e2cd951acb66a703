"""A table while its columns are found: cells below their names, and warnings of it."""

from dataclasses import dataclass

from semisup.workflow.notes import Notes


@dataclass(frozen=True)
class Sheet:
    """names: of the columns, as `clean` has them; cells: of each line; where: for messages."""

    names: list[str]
    cells: list[list[str]]
    where: str
    notes: Notes

    def column(self, at: int) -> list[str]:
        """What one says in each line."""
        return [line[at].strip() for line in self.cells]

    def warn(self, line: str) -> None:
        """Of something about this table."""
        self.notes.warn(f"{self.where}: {line}")
