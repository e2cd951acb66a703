"""Places for validation or test whose folders or table say that they are for something else.

Where all they say is one other part, as the `val` of a published data set that is to be the test
set here, the key of params.yaml counts. Where they name several, these count, and it is said.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from semisup.labels.parts import Part
from semisup.prepare.own_images.source import Source
from semisup.workflow.notes import Notes, counted


def keep_to_the_keys(sources: Sequence[Source]) -> None:
    """Find the places whose key counts. Their rows and folders are known."""
    for source in sources:
        if source.split == "train" or _is_shared(source, sources):
            continue
        said = {*_said(source)} - {None, "unlabelled"}
        source.keeps_to_key = len(said) == 1 and source.split not in said


def _is_shared(source: Source, sources: Sequence[Source]) -> bool:
    """Whether its table is that of images for training too."""
    if source.table is None or source.is_set:
        return False
    return any(other.split == "train" and other.table == source.table for other in sources)


def _said(source: Source) -> Iterable[Part | None]:
    """By the folders of its files; by its rows, and by folders where these say nothing."""
    above = len(source.place.source(""))
    if (layout := source.layout) and "part" in layout.levels:
        yield from (layout.placed(path).part for path in source.own_paths())
    for whole, row in source.rows.items():
        yield row.part or (source.parts.placed(whole[above:]).part if source.parts else None)


class Moved:
    """Images of places for validation or test that are read as for something else."""

    def __init__(self) -> None:
        self._moved: Counter[tuple[str, str]] = Counter()

    def note(self, source: Source, part: Part | None) -> None:
        """One of them, or any other image."""
        if part not in (None, "unlabelled", source.split) and source.split != "train":
            self._moved[source.where, str(part)] += 1

    def warn(self, notes: Notes) -> None:
        """Of each place."""
        for (where, part), count in self._moved.items():
            notes.warn(
                f"{where}: {counted(count, 'image')} read as for {part}, as folders or a table "
                "say; if they are not, name the folder or rows that are meant alone"
            )
