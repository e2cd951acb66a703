"""Classes that are numbers, which folders and tables write with and without leading zeros."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from semisup.prepare.own_images.named_places import Source
from semisup.workflow.notes import Notes, named


def write_as_folders(sources: Sequence[Source], folders: Collection[str], notes: Notes) -> None:
    """Write the classes of tables as class folders are called: 7 as 00007.

    So it is with GTSRB: folders 00000 to 00042, and a table of the test images with 0 to 42.
    Nothing is done where a class is no number, or where two folders are the same number.
    """
    labels = {row.label for source in sources for row in source.rows.values() if row.label}
    numbers = {int(name): name for name in folders if name.isdecimal()}
    if len(numbers) < len(folders) or not all(map(str.isdecimal, labels)):
        return
    spelled = {label: numbers.get(int(label), label) for label in labels}
    other = sorted(label for label, name in spelled.items() if label != name)
    if not other:
        return
    shown = named((f"{label} is {spelled[label]}" for label in other), 3)
    notes.warn(f"classes of tables are written as the class folders are: {shown}")
    for source in sources:
        source.rows = {
            path: replace(row, label=spelled.get(row.label, row.label) if row.label else None)
            for path, row in source.rows.items()
        }
