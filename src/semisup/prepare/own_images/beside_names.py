"""What files are by their names beside others: masks of images, small forms of them, drawings."""

import re
from collections.abc import Sequence

from semisup.labels.endings import is_image
from semisup.prepare.junk import is_companion

FEWEST_MASKS = 0.02  # of all images
FEWEST_WITH_FORMS, MOST_FORMS = 0.3, 8  # of the images; of each of these on average
FEWEST_DRAWINGS, MOST_PAIRED = 10, 0.8  # pairs of such names; of all images in these pairs
PHOTOGRAPHS, DRAWINGS = (".jpg", ".jpeg"), (".png", ".gif")
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
_LABEL = re.compile(r"(.*[^ _.-])[ _.-]+label", re.IGNORECASE)  # of another kind of file only
_BETWEEN = re.compile(r"[ _.-]")  # what stands between a name and such a word


def stem_of(path: str) -> str:
    """The path without ending."""
    return path.rpartition(".")[0]


def image_of(path: str) -> str | None:
    """Of a mask or small form by its name, the path, without ending, of the image it is of."""
    above, name = _split(path)
    if not _BETWEEN.search(name):  # most names, at a third of the time
        return None
    found = _MASK.fullmatch(name) or _FORM.fullmatch(name)
    return above + (found[1] or found[3]) if found and not is_companion(path) else None


def is_surely_mask(path: str) -> bool:
    """Whether such a name means nothing else."""
    return _MASK.fullmatch(_split(path)[1]) is not None


def masks_among(paths: Sequence[str]) -> set[str]:
    """Masks and small forms beside their images; none where they are few, or tiles."""
    called = {path: image for path in paths if (image := image_of(path))}
    labels = {path: image for path in paths if (image := _image_of_label(path))}
    if not called and not labels:
        return set()
    endings: dict[str, set[str]] = {}
    files = [path for path in paths if not is_companion(path)]
    for path in files:
        stem, _, ending = path.rpartition(".")
        endings.setdefault(stem, set()).add(ending)
    found = {path: image for path, image in called.items() if image in endings}
    forms = {path: image for path, image in found.items() if not is_surely_mask(path)}
    masks = found.keys() - forms
    for path, image in labels.items():
        if endings.get(image, set()) - {path.rpartition(".")[2]}:
            masks.add(path)
    if len(masks) < FEWEST_MASKS * len(files):
        masks = set()
    with_forms = {*forms.values()}
    enough = len(with_forms) >= FEWEST_WITH_FORMS * (len(files) - len(found))
    return masks | forms.keys() if enough and len(forms) <= MOST_FORMS * len(with_forms) else masks


def drawings_among(paths: Sequence[str]) -> set[str]:
    """Those with the name of a photograph, where nearly all images are such pairs: 1.png of 1.jpg.

    Whatever a drawing is there, a mask of it or a copy, it is no image of its own.
    """
    drawn = [path for path in paths if path.lower().endswith(DRAWINGS)]
    fewest = max(FEWEST_DRAWINGS, MOST_PAIRED * sum(map(is_image, paths)) / 2)
    if len(drawn) < fewest:
        return set()
    photographs = {stem_of(path) for path in paths if path.lower().endswith(PHOTOGRAPHS)}
    found = {path for path in drawn if stem_of(path) in photographs}
    return found if len(found) >= fewest else set()


def _split(path: str) -> tuple[str, str]:
    """What stands before a file's name, and the name without ending."""
    folder, slash, name = stem_of(path).rpartition("/")
    return folder + slash, name


def _image_of_label(path: str) -> str | None:
    """Of a file that is called the label of an image, which then ends otherwise."""
    above, name = _split(path)
    found = _LABEL.fullmatch(name)
    return above + found[1] if found and not is_companion(path) else None
