"""Files that are, by their names, no images of their own: masks, small forms, copies."""

import re
from collections.abc import Mapping, Sequence, Set

from semisup.labels.endings import is_image
from semisup.prepare.files.places import Entry
from semisup.prepare.junk import is_companion
from semisup.prepare.own_images.drawings import drawings_of
from semisup.prepare.own_images.named_places import KEY, Source
from semisup.workflow.notes import Notes

FEWEST_MASKS = 0.02  # of all images
_MASK = re.compile(
    r"(.*[^ _.-])[ _.-]+(mask|masks|seg|segmentation|groundtruth|superpixels|annotation)"
    r"([ _.-]*\d{1,2})?",
    re.IGNORECASE,
)
# what may mean something else, unless many images have such a form
_FORM = re.compile(
    r"(.*[^ _.-])[ _.-]+(gt|thumb|thumbnail|preview|\d{2,4}x\d{2,4})"
    r"|(?:masks?|seg|gt|thumb)[ _.-]+(.+)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[ _.-]")  # what stands between a name and such a word
_LABEL = re.compile(r"(.*[^ _.-])[ _.-]+label", re.IGNORECASE)  # of another kind of file only
FEWEST_WITH_FORMS, MOST_FORMS = 0.3, 8  # of the images; of each of these on average
FEWEST_TWINS = 10  # files that differ from another one by the ending alone


def image_of(path: str) -> str | None:
    """Of a mask or thumbnail by its name, the path, without ending, of the image it is of."""
    stem = path.rpartition(".")[0]
    name = stem.rpartition("/")[2]
    found = _MASK.fullmatch(name) or _FORM.fullmatch(name)
    if not found or is_companion(path):
        return None
    return stem[: len(stem) - len(name)] + (found[1] or found[3])


class Twins:
    """Counts images whose paths differ from another one by the ending alone: 1.jpg, 1.png."""

    def __init__(self) -> None:
        self.first, self.count, self.files = "", 0, 0
        self.seen: set[int] = set()  # hashes of paths without ending

    def add(self, path: str) -> None:
        """Take an image's path; one without an ending has no twin."""
        if not is_image(path):
            return
        stem = hash(path.rpartition(".")[0] or path)
        self.files += 1
        if stem in self.seen:
            self.first = self.first or path
            self.count += 1
        self.seen.add(stem)

    def warn(self, notes: Notes) -> None:
        """Where they are many, one of each pair may be no image of its own."""
        if self.count >= max(FEWEST_TWINS, FEWEST_MASKS * self.files):
            notes.warn(
                f"{KEY}: {self.count} files such as {self.first} have the name of another one, but "
                "for the ending: if those are masks or copies, take them out"
            )


class Masks:
    """Finds images that are, by their names, masks of images beside them: 1_mask.png of 1.png.

    Small forms of them count as such: 1_thumb.jpg, 1-150x150.jpg; and drawings: 1.png of 1.jpg.

    One among many images is no mask but happens to be called so; nor is any where a table names
    some. A tar is gone through once: its images must come before their masks, and what may not be
    a mask is told of only.
    """

    def __init__(self) -> None:
        self.count, self.first = 0, ""
        self.doubtful, self.first_doubtful = 0, ""  # of tars
        self._doubted: dict[int, str] = {}  # hashes of the images that these would be of
        # paths of all masks, by the source; None: of a tar, where what came before tells
        self._of: dict[int, set[str] | None] = {}
        self._drawings: dict[int, Set[str]] = {}  # paths, by the source
        self._seen: set[int] = set()  # hashes of the paths in tars so far, without ending

    def has(self, source: Source, path: str, same_place: Sequence[Source]) -> bool:
        """Whether a file is one; same_place: the sources of its place that have a table."""
        if source.place.is_tar:
            self._see(hash((id(source), path.rpartition(".")[0])))
        elif path in self._drawings_in(source, same_place):
            self._count(path)
            return True
        if not _BETWEEN.search(_stem(path)):  # most names, at a third of the time
            return False
        image = image_of(path)
        may_be = image is not None or _LABEL.fullmatch(_stem(path))
        if not may_be or not self._is_one(source, path, image, same_place):
            return False
        self._count(path)
        return True

    def _count(self, path: str) -> None:
        self.count += 1
        self.first = self.first or path

    def _drawings_in(self, source: Source, same_place: Sequence[Source]) -> Set[str]:
        if id(source) not in self._drawings:
            self._drawings[id(source)] = drawings_of(source, same_place)
        return self._drawings[id(source)]

    def _is_one(
        self, source: Source, path: str, image: str | None, same_place: Sequence[Source]
    ) -> bool:
        if id(source) not in self._of:
            if any(image_of(row) for other in same_place for row in other.rows):
                self._of[id(source)] = set()
            else:
                self._of[id(source)] = None if source.place.is_tar else _masks(source)
        masks = self._of[id(source)]
        if masks is not None or image is None:
            return path in (masks or ())
        of = hash((id(source), image))
        if of in self._seen and _MASK.fullmatch(_stem(path)):
            return True
        if of in self._seen:
            self._doubt(path)
        else:
            self._doubted[of] = path
        return False

    def _see(self, stem: int) -> None:
        self._seen.add(stem)
        if (mask := self._doubted.pop(stem, None)) is not None:
            self._doubt(mask)

    def _doubt(self, path: str) -> None:
        self.doubtful += 1
        self.first_doubtful = self.first_doubtful or path

    def warn(self, notes: Notes) -> None:
        """Say that they were left out, or may have to be."""
        if self.doubtful:
            notes.warn(
                f"{KEY}: {self.doubtful} files of archives, such as {self.first_doubtful}, may be "
                "masks or small forms of others, by their names: if so, take them out, or unpack "
                "the archive, so that they are found before they are read"
            )
        if self.count:
            notes.warn(
                f"{KEY}: {self.count} files such as {self.first} are left out: by their names "
                "masks or small forms of the images beside them; a table that names them makes "
                "them images"
            )


def _masks(source: Source) -> set[str]:
    """Paths of masks and other forms beside their images; none where they are few, or tiles."""
    entries = (entry.path for entry in source.own_listing() if isinstance(entry, Entry))
    paths = [path for path in entries if not is_companion(path)]
    endings: dict[str, set[str]] = {}
    for path in paths:
        stem, _, ending = path.rpartition(".")
        endings.setdefault(stem, set()).add(ending)
    found = {path for path in paths if image_of(path) in endings}
    forms = {path for path in found if not _MASK.fullmatch(_stem(path))}
    masks = (found - forms) | {path for path in paths if _is_label(path, endings)}
    if len(masks) < FEWEST_MASKS * len(paths):
        masks = set()
    with_forms = {image_of(path) for path in forms}
    enough = len(with_forms) >= FEWEST_WITH_FORMS * (len(paths) - len(found))
    return masks | forms if enough and len(forms) <= MOST_FORMS * len(with_forms) else masks


def _is_label(path: str, endings: Mapping[str, set[str]]) -> bool:
    """Whether it is called as the label of an image beside it that ends otherwise."""
    stem, _, ending = path.rpartition(".")
    folder, slash, name = stem.rpartition("/")
    of = _LABEL.fullmatch(name)
    return of is not None and bool(endings.get(folder + slash + of[1], {ending}) - {ending})


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]
