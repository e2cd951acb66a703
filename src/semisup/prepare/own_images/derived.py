"""Files called as another one with a word behind it: 1-d.bmp of 1.bmp, 7_flip.jpg of 7.jpg."""

import re
from array import array
from collections import Counter
from collections.abc import Set

from semisup.labels.endings import is_image
from semisup.prepare.own_images.named_places import KEY
from semisup.workflow.notes import Notes, named

FEWEST, SHARE = 10, 0.1  # files with such a word; of all
MOST_WORDS = 1000  # that are counted: of more, names are codes
_WITH_WORD = re.compile(r"(.*[^ _.-])[ _.-]+((?=[^/]*[A-Za-z])[0-9A-Za-z]{1,16})")


class Derived:
    """Counts files by the words that they have behind the name of another one in their folder."""

    def __init__(self) -> None:
        self._words: dict[str, array[int]] = {}  # hashes of what stands before each word
        self._first: dict[str, str] = {}

    def add(self, path: str) -> None:
        """Take an image's path."""
        if not is_image(path):
            return
        folder, _, name = path.rpartition(".")[0].rpartition("/")
        found = _WITH_WORD.fullmatch(name)
        if found and (found[2] in self._words or len(self._words) < MOST_WORDS):
            before = hash(f"{folder}/{found[1]}" if folder else found[1])
            self._words.setdefault(found[2], array("q")).append(before)
            self._first.setdefault(found[2], path)

    def warn(self, names: Set[int], files: int, notes: Notes) -> None:
        """Where they are many, they may be masks or altered copies of the other files.

        Args:
            names: hashes of the paths of all images, without ending.
            files: how many they are.
            notes: takes the warning.
        """
        counts = Counter(
            {word: sum(of in names for of in mine) for word, mine in self._words.items()}
        )
        words = {word: count for word, count in counts.most_common() if count >= FEWEST}
        if sum(words.values()) >= max(FEWEST, SHARE * files):
            shown = named((f"{word!r} ({count} files)" for word, count in words.items()), 3)
            notes.warn(
                f"{KEY}: files such as {self._first[next(iter(words))]} are called as another one "
                f"with a word behind it, {shown}: if they are masks, take them out; if copies, set "
                f"{KEY}.group_pattern, so that none is on another side of a split than its image"
            )
