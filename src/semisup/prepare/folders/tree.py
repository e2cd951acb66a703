"""The folders that a place holds, as a tree, and what their names may mean."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from semisup.prepare.junk import is_companion

IMAGE_WORDS = {
    *("image", "images", "img", "imgs", "photo", "photos", "picture", "pictures", "jpegimages"),
    *("jpg", "jpeg", "png"),
}
ASIDE_WORDS = {  # folders of images that belong to other images
    *("annotation", "annotations", "mask", "masks", "segmentation", "segmentations", "seg", "gt"),
    *(
        "groundtruth",
        "ground_truth",
        "ground truth",
        "trimap",
        "trimaps",
        "bboxes",
        "boxes",
        "xmls",
    ),
    *("thumbnail", "thumbnails", "thumbs", "depth", "heatmaps"),
}
_OF_MASKS = {"mask", "segmentation", "trimap", "annotation", "groundtruth", "ground", "gt"}
_OF_FACES = {"no", "not", "with", "without", "face", "wearing", "worn", "tape"}  # kinds of masks
_AROUND = re.compile(  # what a folder around class folders may be called
    r"(site|hospital|clinic|cent(er|re)|camera|cam|scanner|device|sensor|session|day|week|month|year|"
    r"season|batch|part|fold|visit|round|run|lot|line|plant|region|location|area|zone|field|farm|lab|"
    r"source|domain|dataset|set|group|folder|dir|split|version|v|trial|exp|experiment|study|cohort|"
    r"patient|subject|person|user|annotator|expert|colou?r|gr[ae]yscale|gr[ae]y|rgb|raw|original|"
    r"originals|augmented|resized|cropped|segmented|processed|new|old|small|large|low|high|hr|lr)"
    r"[ _-]?\w{0,3}|(19|20)\d\d([ _-]?\d\d?){0,2}|q[1-4]|\d+x\d+|\d+(px|mp|x)"
)
_VERSION = re.compile(  # of the same images, by the name of the folder
    r".*augment.*|train\w*[ _-]aug|(colou?r|gr[ae]y|gr[ae]yscale|rgb|raw|originals?|resized|"
    r"cropped|segmented|processed|preprocessed|hr|lr)([ _-]?(images?|version))?|"
    r"\d+x\d+|\d+(px|x)|[\w ]+[_ -](\d+x\d+|\d+px)"
)
VIEW_WORDS = {"left", "right", "front", "back", "top", "bottom", "side", "rear"}
VIEW_WORDS |= IMAGE_WORDS | ASIDE_WORDS


@dataclass
class Folder:
    """A folder that a place holds: its folders by name, and how many images lie right in it."""

    inner: dict[str, "Folder"] = field(default_factory=dict)
    images: int = 0
    below: int = 0  # images in it, however deep
    mark: int = 0  # of the names of the images right in it, in any order

    @classmethod
    def of(cls, paths: Iterable[str]) -> "Folder":
        """The tree of these files; text about images does not count."""
        top = cls()
        for path in paths:
            top.add(path)
        return top

    def add(self, path: str) -> None:
        """Enter a file by its path with slashes."""
        *folders, file = path.split("/")
        if is_companion(file):
            return
        at = self
        at.below += 1
        for name in folders:
            at = at.inner.setdefault(name, Folder())
            at.below += 1
        at.images += 1
        at.mark ^= hash(file)

    def holds_the_same(self, other: "Folder") -> bool:
        """Whether files and folders below have the same names as below another one."""
        return (
            (self.below, self.images, self.mark) == (other.below, other.images, other.mark)
            and self.inner.keys() == other.inner.keys()
            and all(own.holds_the_same(other.inner[name]) for name, own in self.inner.items())
        )

    def names(self) -> Iterator[str]:
        """Of all folders in it."""
        for name, folder in self.inner.items():
            yield name
            yield from folder.names()

    def paths_of_images(self, above: str = "") -> Iterator[str]:
        """A path for each folder that images lie right in; their own names are left out."""
        if self.images:
            yield f"{above}image"
        for name, folder in self.inner.items():
            yield from folder.paths_of_images(f"{above}{name}/")


Folders = Mapping[str, Sequence[Folder]]  # of one depth, by name


def each(inner: Folders) -> list[Folder]:
    """All of them."""
    return [folder for same in inner.values() for folder in same]


def merged(folders: Iterable[Folder]) -> dict[str, list[Folder]]:
    """Folders with images in any of these folders, by name."""
    found: dict[str, list[Folder]] = {}
    for folder in folders:
        for name, inner in folder.inner.items():
            if inner.below:
                found.setdefault(name, []).append(inner)
    return found


def is_of_masks(name: str) -> bool:
    """Whether a folder is called as of masks, in one word of several: SegmentationClass."""
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
    if "ground" in words and "truth" not in words:
        return False
    return {word.removesuffix("s") for word in words} & _OF_MASKS != set() and not words & _OF_FACES


def is_aside(name: str) -> bool:
    """Whether a folder is called as of masks, thumbnails and the like."""
    return name.lower() in ASIDE_WORDS or is_of_masks(name)


def is_beside(name: str) -> bool:
    """The same where other folders are no classes; boxes may be what images show."""
    return is_aside(name) and name.lower() != "boxes"


def is_version(name: str) -> bool:
    """Whether folders of such names hold the same images in several forms."""
    return _VERSION.fullmatch(name.lower()) is not None


def is_around(name: str) -> bool:
    """Whether a folder of this name may stand around class folders, as a site or year does."""
    return _AROUND.fullmatch(name.lower()) is not None


def is_within(name: str) -> bool:
    """Whether a folder of this name may stand in a class: as those around do, views and masks."""
    return is_around(name) or name.lower() in VIEW_WORDS or is_of_masks(name)
