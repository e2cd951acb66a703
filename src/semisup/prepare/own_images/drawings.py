"""Drawings beside photographs of the same name: 1.png of 1.jpg, a mask of it or a copy."""

from collections import Counter
from collections.abc import Sequence, Set

from semisup.labels.endings import is_image
from semisup.prepare.files.places import Entry
from semisup.prepare.own_images.named_places import Source

FEWEST, MOST = 10, 0.8  # pairs of such names; of all images in these pairs
PHOTOGRAPHS, DRAWINGS = (".jpg", ".jpeg"), (".png", ".gif")


def drawings_of(source: Source, same_place: Sequence[Source]) -> Set[str]:
    """Paths of those that have the name of a photograph, where nearly all images are such pairs.

    Whatever a drawing is there, it is no image of its own, unless a table names some.

    Args:
        source: no tar, which is gone through once.
        same_place: the sources of its place that have a table.
    """
    paths = [entry.path for entry in source.own_listing() if isinstance(entry, Entry)]
    kinds = Counter(path[-4:].lower() for path in paths)
    drawn, images = sum(kinds[ending] for ending in DRAWINGS), sum(map(is_image, paths))
    if drawn < max(FEWEST, MOST * images / 2):
        return frozenset()
    stems = {_stem(path) for path in paths if path.lower().endswith(PHOTOGRAPHS)}
    found = {path for path in paths if path.lower().endswith(DRAWINGS) and _stem(path) in stems}
    if 2 * len(found) < MOST * images or len(found) < FEWEST:
        return frozenset()
    rows = (other.rows for other in same_place)
    named = any(source.place.source(path) in mine for mine in rows for path in found)
    return frozenset() if named else found


def _stem(path: str) -> str:
    return path.rpartition(".")[0]
