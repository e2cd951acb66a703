"""Where images come from, for people to find them."""

import csv
from collections.abc import Sequence
from itertools import islice

from semisup.workflow import outputs


def sources_of(positions: Sequence[int]) -> list[str]:
    """Paths of images, or what else names them, as in data/prepared/manifest.csv."""
    wanted, found = {*positions}, {}
    with (outputs.PREPARED / outputs.MANIFEST).open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(islice(csv.DictReader(file), max(wanted, default=-1) + 1)):
            if number in wanted:
                found[number] = row["source"]
    return [found[position] for position in positions]
