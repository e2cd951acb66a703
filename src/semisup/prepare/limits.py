"""How many files could be used, by what they were meant for and by class; how many must be."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from semisup.prepare.records import Meant, Record, Rejected
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, named

KEY = "data.max_rejected_fraction"
MEANT: tuple[Meant, ...] = ("labelled", "validation", "test", "unlabelled")
LABELLED = MEANT[:-1]
COLUMNS = ("class", *LABELLED, "left_out")


@dataclass
class Tally:
    """kept, lost: images; by class: (class, what for)."""

    kept: Counter[Meant] = field(default_factory=Counter)
    lost: Counter[Meant] = field(default_factory=Counter)
    kept_of: Counter[tuple[str, Meant]] = field(default_factory=Counter)
    lost_of: Counter[str] = field(default_factory=Counter)

    def keep(self, record: Record) -> None:
        """Count an image."""
        meant = record.meant
        self.kept[meant] += 1
        if record.label is not None:
            self.kept_of[record.label, meant] += 1

    def lose(self, rejected: Rejected) -> None:
        """Count a file that is left out."""
        self.lost[rejected.meant] += 1
        if rejected.label is not None and rejected.meant != "aside":
            self.lost_of[rejected.label] += 1

    def classes(self) -> list[tuple[str, int, int, int, int]]:
        """A row of COLUMNS for each class, those without any image included, sorted."""
        every = sorted({label for label, _ in self.kept_of} | set(self.lost_of))
        return [
            (label, *(self.kept_of[label, m] for m in LABELLED), self.lost_of[label])  # type: ignore[misc]
            for label in every
        ]

    def images_of(self, label: str) -> int:
        """Usable images of a class."""
        return sum(self.kept_of[label, meant] for meant in LABELLED)


def check_limits(
    tally: Tally, most: float, rejected: Sequence[Rejected], listed_in: Path | None
) -> None:
    """Refuse where more than a share `most` is lost, of what is for one purpose or of a class.

    Of a class that keeps others, one image may always be lost.

    Raises:
        UserError: it names the first file that is lost.
    """
    for meant in MEANT:
        lost, every = tally.lost[meant], tally.lost[meant] + tally.kept[meant]
        if lost > most * every:
            first = next(item for item in rejected if item.meant == meant)
            raise _too_many(f"{lost} of {every} {meant} files", most, first, listed_in)
    for label, lost in sorted(tally.lost_of.items()):
        kept = tally.images_of(label)
        if most < 1 and (not kept or lost > max(1, most * (kept + lost))):
            first = next(item for item in rejected if item.label == label)
            raise _too_many(
                f"{lost} of {kept + lost} files of class {label!r}", most, first, listed_in
            )


def _too_many(what: str, most: float, first: Rejected, listed_in: Path | None) -> UserError:
    listed = f"; all are listed in {listed_in}" if listed_in else ""
    return UserError(
        f"{KEY}: {what} can't be used, more than the allowed {most:g} (first: {first.source}: "
        f"{first.reason}{listed}); mend or remove them, or raise the limit"
    )


def warn_of_lost(tally: Tally, rejected: Sequence[Rejected], notes: Notes) -> None:
    """Name what was left out: for what it was meant, and of which classes."""
    for meant in (*MEANT, "row"):
        lost = tally.lost[meant]
        if lost:
            first = next(item for item in rejected if item.meant == meant)
            what = "rows of tables" if meant == "row" else f"{meant} files"
            notes.warn(
                f"{lost} {what} left out (first: {first.source}: {first.reason}); all are listed "
                f"in {outputs.PREPARED / outputs.REJECTED}"
            )
    if tally.lost_of:
        counts = (f"{label!r} ({lost})" for label, lost in tally.lost_of.most_common())
        notes.warn(f"of these, by class: {named(counts, 10)}")
    gone = [label for label in tally.lost_of if not tally.images_of(label)]
    if gone:
        notes.warn(f"classes of which no image is left: {named(map(repr, sorted(gone)), 10)}")
