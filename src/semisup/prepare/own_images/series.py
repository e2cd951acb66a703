"""Names of images that say that several are of one thing: a patient, a video, a part."""

import re
from collections import Counter
from functools import lru_cache

from semisup.prepare.folders.doubts import PATIENT
from semisup.prepare.own_images.named_places import KEY
from semisup.workflow.notes import Notes

# what follows a name with a number in it: frame_012, x51_y1, left, 00000017
_COUNTED = re.compile(
    r"[a-zA-Z]{0,8}\d{0,4}|[a-zA-Z]{1,8}\d{5,8}|0\d{4,8}|\(\d{1,4}\)|\d{1,4}(deg|x|um|h|d)"
)
_TRACK = re.compile(  # and a frame of it, as GTSRB has: 00003_00012, or behind its class
    r"((0\d{2,}[ _-])?0\d{2,})[ _-]0\d{2,}"
)
_COPY = re.compile(r"(.+)\.rf\.[0-9a-zA-Z]{16,}")  # of Roboflow: IMG_1001_jpg.rf.<hash>
_TO_A_NUMBER = re.compile(r"[^\d]*\d[^ _-]*(?=[ _-])")  # from anywhere on
_YEAR = re.compile(r"(19|20)\d\d")  # of a date: 2021-01-31
_LONG_NUMBER = re.compile(r"\d{4,}")  # alone: a number of its own, as in 20210101_123456
FEW_THINGS = 10  # that have several images each, for a word on it
FEW, MANY = 1.5, 12  # images of a thing on average; of more, names are those of classes
THINGS_PER_CLASS = 3  # from which on they are no classes, however many images each has


class Series:
    """Counts images whose names begin alike up to a number: p012_3.png, vid7-frame041.jpg."""

    def __init__(self) -> None:
        # by what they begin with, up to the first number, and to the second: OAS1_0028_MR1
        self.images: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self.owned: Counter[str] = Counter()  # by a folder that is a patient's, by its name

    def add(self, path: str) -> None:
        """Take an image's path."""
        for images, thing in zip(self.images, things_of(path), strict=True):
            if thing:
                images[thing] += 1

    def add_folders(self, path: str) -> None:
        """Take the folders of an image whose class a table names."""
        if owner := _owner(path.rpartition("/")[0]):
            self.owned[owner] += 1

    def warn(self, classes: int, notes: Notes) -> None:
        """Hint at `group_pattern`, where the names look like those of patients, videos or parts."""
        several = self._owners()
        for images in self.images:
            several = several or _things(images, classes)
        if several:
            notes.warn(
                f"{KEY}: names such as {several[0]}... stand for several images each: if those are "
                f"of one patient or part, set {KEY}.group_pattern, so that none is on both sides "
                "of a split"
            )

    def _owners(self) -> list[str]:
        owners, images = [*self.owned], sum(self.owned.values())
        return owners if len(owners) >= FEW_THINGS and images >= FEW * len(owners) else []


def _things(images: Counter[str], classes: int) -> list[str]:
    """Those with several images, if they look like patients and the like."""
    several = [thing for thing, count in images.items() if count > 1]
    count = images.total()
    are_classes = count > MANY * len(images) and len(images) < THINGS_PER_CLASS * classes
    if are_classes or len(images) <= classes or len(several) < FEW_THINGS:
        return []
    return several if count >= FEW * len(images) else []


@lru_cache(maxsize=1000)  # files come folder by folder
def _owner(folder: str) -> str | None:
    """The first folder of a path that is a patient's, by its name."""
    return next((name for name in folder.split("/") if PATIENT.match(name)), None)


def things_of(path: str) -> tuple[str | None, str | None]:
    """The path up to the first number in the name, and to the second, if such names count images.

    What follows must be no more than such a count. A copy that Roboflow made is of the image whose
    name its own begins with.
    """
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    copy = _COPY.fullmatch(stem) if ".rf." in stem else None
    track = _TRACK.fullmatch(stem)
    first, second = (track[1], None) if track else _counted_from(copy[1] if copy else stem)
    first = first or (copy[1] if copy else None)
    return first and f"{folder}/{first}", second and f"{folder}/{second}"


def _counted_from(stem: str) -> tuple[str | None, str | None]:
    """Up to the first number, and to the second; None where it counts nothing."""
    first = _TO_A_NUMBER.match(stem)
    if not first or _YEAR.fullmatch(first[0]):
        return None, None
    second = _TO_A_NUMBER.match(stem, first.end())
    ends = (first.end(), second.end() if second else len(stem))
    begins = [stem[:end] if _counts(stem[end:]) else None for end in ends]
    return begins[0], begins[1]


def _counts(rest: str) -> bool:
    """Whether this, behind a name, counts images of it."""
    tokens = [token for token in re.split(r"[ _-]+", rest) if token]
    if not tokens or not all(_COUNTED.fullmatch(token) for token in tokens):
        return False
    return not all(_LONG_NUMBER.fullmatch(token) for token in tokens)
