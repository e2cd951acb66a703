"""Names of classes that may mean the same."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations

from semisup.labels.words import folded

LONG = 5  # letters, from which on a slip of one letter is looked for
_COPY = re.compile(  # of a folder, as systems call them: cat (1), cat - Copy (2), cat copy 2
    r"(.*?\S) ?(\(\d+\)|( - | )(copy|copie|kopie|copia|cópia)( ?\(?\d+\)?)?)", re.IGNORECASE
)
RARE = 0.1  # of the other's images: what a slip has at most


def near_equal(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Pairs that differ in case, spaces or punctuation, or by a letter where one is rare; copies.

    Names of a single letter are those of letters, whose case counts.
    """
    if all(len(name) == 1 for name in counts):
        return []
    found = [*_spelled_alike(counts)]
    return found + [pair for pair in _slips(counts) if pair not in found]


def _spelled_alike(names: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    first: dict[str, str] = {}
    plain = {folded(name) for name in names}
    for name in names:
        copied = _COPY.fullmatch(name)
        of_copy = folded(copied[1]) if copied else ""
        other = first.setdefault(of_copy if of_copy in plain else folded(name), name)
        if other != name:
            yield other, name


def _slips(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """By what is left of names without one letter, instead of comparing each with each."""
    left: dict[str, list[str]] = {}
    for name in counts:
        plain = folded(name)
        if len(plain) < LONG or re.search(r"\d", plain):
            continue
        for rest in {plain, *(plain[:at] + plain[at + 1 :] for at in range(len(plain)))}:
            left.setdefault(rest, []).append(name)
    seen = set()
    for names in left.values():
        for one, other in combinations(names, 2):
            few, many = sorted((counts[one], counts[other]))
            if few <= max(1, RARE * many) and few < many and (one, other) not in seen:
                seen.add((one, other))
                yield one, other
