"""Files that belong to an image beside them, by their names.

Masks, small forms and drawings of it, and a camera's raw file of it, are left out. What may be one
of these, or a copy, is read, and told of where there are many.
"""

import re
from array import array
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from semisup.labels.endings import is_image
from semisup.prepare.own_images.beside_names import (
    FEWEST_MASKS,
    drawings_among,
    image_of,
    is_surely_mask,
    masks_among,
    stem_of,
)
from semisup.prepare.own_images.named_places import KEY
from semisup.prepare.own_images.source import Source
from semisup.workflow.notes import Notes, named

MASK = "by its name a mask or small form of the image beside it"
RAW = "a camera's raw file of the image beside it"
FEWEST_TWINS = 10  # files that differ from another one by the ending alone
FEWEST_WITH_WORDS, WITH_WORDS = 10, 0.1  # files called as another one with a word; of all
MOST_WORDS = 1000  # that are counted: of more, names are codes
_WITH_WORD = re.compile(r"(.*[^ _.-])[ _.-]+((?=[^/]*[A-Za-z])[0-9A-Za-z]{1,16})")


def is_raw_of_image(source: Source, path: str) -> bool:
    """Whether a raw file lies beside an image of the same name, as cameras save both."""
    return stem_of(path).lower() in source.images_without_ending


def _are_named(paths: Set[str], source: Source) -> bool:
    """Whether a table of the place names any of these files of it."""
    wholes = {source.place.source(path) for path in paths}
    return any(not wholes.isdisjoint(other.rows) for other in source.with_table)


@dataclass
class _Files:
    """How many, and the first of them."""

    count: int = 0
    first: str = ""

    def add(self, path: str) -> None:
        self.count += 1
        self.first = self.first or path


class Beside:
    """Finds files that are no images of their own, and counts what may be none.

    One mask among many images is none but happens to be called so; nor is any where a table names
    some. A tar is gone through once: its images must come before their masks, and what may not be
    a mask is told of only.
    """

    def __init__(self) -> None:
        self._left_out, self._doubtful, self._twins = _Files(), _Files(), _Files()
        self._in: dict[Source, Set[str]] = {}  # paths of what is left out
        self._tables_name_masks: dict[Source, bool] = {}
        # of tars, by hashes of paths without ending: files, and what would be masks of these
        self._seen, self._waiting = set[int](), dict[int, str]()
        self._images, self._kept = set[int](), 0  # hashes of their paths without ending
        # by a word behind a name: hashes of what stands before it, and the first such file
        self._words: dict[str, array[int]] = {}
        self._first_with: dict[str, str] = {}

    def leaves_out(self, source: Source, path: str) -> bool:
        """Whether a file of a place is a mask and the like."""
        found = (
            self._is_mask_in_tar(source, path)
            if source.place.is_tar
            else path in self._listed(source)
        )
        if found:
            self._left_out.add(path)
        return found

    def _listed(self, source: Source) -> Set[str]:
        if source not in self._in:
            paths = [*source.own_paths()]
            masks, drawings = masks_among(paths), drawings_among(paths)
            if masks and self._names_masks(source):
                masks = set()
            kinds = (kind for kind in (masks, drawings) if not _are_named(kind, source))
            self._in[source] = set().union(*kinds)
        return self._in[source]

    def _names_masks(self, source: Source) -> bool:
        """Whether a table of the place does."""
        if source not in self._tables_name_masks:
            named_so = any(image_of(row) for other in source.with_table for row in other.rows)
            self._tables_name_masks[source] = named_so
        return self._tables_name_masks[source]

    def _is_mask_in_tar(self, source: Source, path: str) -> bool:
        own = hash((source, stem_of(path)))
        self._seen.add(own)
        if own in self._waiting:
            self._doubtful.add(self._waiting.pop(own))
        image = image_of(path)
        if image is None or self._names_masks(source):
            return False
        of = hash((source, image))
        if of not in self._seen:
            self._waiting[of] = path
        elif is_surely_mask(path):
            return True
        else:
            self._doubtful.add(path)
        return False

    def keep(self, path: str) -> None:
        """Take the whole path of an image that is read; without an ending it is like no other."""
        if not is_image(path):
            return
        stem = stem_of(path) or path
        self._kept += 1
        if hash(stem) in self._images:
            self._twins.add(path)
        self._images.add(hash(stem))
        name = stem.rpartition("/")[2]
        found = _WITH_WORD.fullmatch(name)
        if found and (found[2] in self._words or len(self._words) < MOST_WORDS):
            other = hash(stem[: len(stem) - len(name)] + found[1])
            self._words.setdefault(found[2], array("q")).append(other)
            self._first_with.setdefault(found[2], path)

    def warn(self, notes: Notes, with_words: bool) -> None:
        """Say what was left out, or may have to be; `with_words`: of names with a word behind."""
        if self._doubtful.count:
            notes.warn(
                f"{KEY}: {self._doubtful.count} files of archives, such as {self._doubtful.first}, "
                "may be masks or small forms of others, by their names: if so, take them out, or "
                "unpack the archive, so that they are found before they are read"
            )
        if self._left_out.count:
            notes.warn(
                f"{KEY}: {self._left_out.count} files such as {self._left_out.first} are left out: "
                "by their names masks or small forms of the images beside them; a table that names "
                "them makes them images"
            )
        if self._twins.count >= max(FEWEST_TWINS, FEWEST_MASKS * self._kept):
            notes.warn(
                f"{KEY}: {self._twins.count} files such as {self._twins.first} have the name of "
                "another one, but for the ending: if those are masks or copies, take them out"
            )
        if with_words:
            self._warn_of_words(notes)

    def _warn_of_words(self, notes: Notes) -> None:
        """Where they are many, they may be masks or altered copies: 1-d.bmp, 7_flip.jpg."""
        beside = {word: sum(of in self._images for of in its) for word, its in self._words.items()}
        words = {word: n for word, n in Counter(beside).most_common() if n >= FEWEST_WITH_WORDS}
        if sum(words.values()) >= max(FEWEST_WITH_WORDS, WITH_WORDS * self._kept):
            shown = named((f"{word!r} ({count} files)" for word, count in words.items()), 3)
            notes.warn(
                f"{KEY}: files such as {self._first_with[next(iter(words))]} are called as another "
                f"one with a word behind it, {shown}: if they are masks, take them out; if copies, "
                f"set {KEY}.group_pattern, so that none is on another side of a split than its "
                "image"
            )
