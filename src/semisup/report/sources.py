"""Where images come from, for people to find them."""

from collections.abc import Sequence
from itertools import islice

from semisup.workflow import outputs


def sources_of(positions: Sequence[int]) -> list[str]:
    """Paths of images, or what else names them, as in data/prepared/manifest.csv.

    Raises:
        UserError: where that is not there.
    """
    wanted = {*positions}
    rows = outputs.read_rows(outputs.PREPARED / outputs.MANIFEST)
    first = enumerate(islice(rows, max(wanted, default=-1) + 1))
    found = {number: row["source"] for number, row in first if number in wanted}
    return [found[position] for position in positions]
