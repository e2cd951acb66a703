"""Signs by which it is told what folders mean: parts of the data, copies, masks, repetitions."""

import re
from collections import Counter
from collections.abc import Collection, Iterable

from semisup.labels.parts import part_of, parts_among
from semisup.prepare.folders.tree import (
    ASIDE_WORDS,
    IMAGE_WORDS,
    Folder,
    Folders,
    each,
    is_aside,
    is_beside,
    is_of_masks,
    is_version,
    merged,
)

LABEL_WORDS = {"label", "labels"}  # of masks, where nothing but images lies beside them
_OF_PROGRAMS = {  # folders of pictures about a data set, as repositories have them
    *("docs", "doc", "assets", "figures", "figs", "screenshots", "results", "outputs", "demo"),
}

MOST = 0.9  # of the folders that hold one of masks have images beside it
_OF_DOMAIN = re.compile(r"(train|test|val)[ _-]?[ab]")  # of two, as CycleGAN has them


def is_odd(name: str) -> bool:
    """Whether a folder of this name is seldom a class."""
    is_part = part_of(name, strict=True) not in (None, "unlabelled")
    lower = name.lower()
    is_part = is_part or _OF_DOMAIN.fullmatch(lower) is not None
    return is_part or lower in IMAGE_WORDS | ASIDE_WORDS | _OF_PROGRAMS


def are_parts(names: Iterable[str]) -> bool:
    """Whether these are parts of the data, two or more, or train and test among others."""
    listed = [*names]
    parts = {part_of(name) for name in listed}
    if None not in parts:
        return len(parts) > 1
    strict = {part_of(name) for name in listed if part_of(name, strict=True)}
    return {"train", "test"} <= strict


def is_part_alone(name: str) -> bool:
    """Whether a name means a part and nothing more, as test_tube and test1 may."""
    return part_of(name, strict=True) is not None and not re.search(r"\d", name)


def hold_parts(below: Folders, classes: int) -> bool:
    """Whether folders in classes, beside images to train on, are parts, in most of the classes."""
    parts = {part_of(name, strict=True) for name in below}
    most = all(2 * len(folders) >= classes for folders in below.values())
    return bool(below) and None not in parts and parts != {"train"} and most


def beside_unlabelled(inner: Folders) -> list[str]:
    """The only folder beside unlabelled ones, if it has no images but in several others below."""
    rest = [name for name in inner if part_of(name) != "unlabelled"]
    if len(rest) != 1 or len(inner) == 1:
        return []
    at = [*inner[rest[0]]]
    while len(below := merged(at)) == 1 and not any(folder.images for folder in at):
        at = each(below)
    return rest if len(below) > 1 and not any(folder.images for folder in at) else []


def are_aside(name: str, classes: Iterable[Folder]) -> bool:
    """Whether folders of masks and the like lie beside images in all classes that have them.

    So with patients in the classes; of many of these a few may have lost their images.
    """
    if name.lower() not in LABEL_WORDS and not is_aside(name):
        return False
    beside = [
        folder.images > 0 or any(_is_beside(name, other) for other in folder.inner)
        for folder in classes
        if name in folder.inner
    ]
    return sum(beside) >= MOST * len(beside)


def _is_beside(masks: str, other: str) -> bool:
    """Whether a folder may hold the images of these masks: images, colour; trout for trout_gt."""
    if other.lower() in IMAGE_WORDS or is_version(other):
        return True
    return masks != other and masks.lower().startswith(other.lower()) and not is_aside(other)


def aside_among(inner: Folders) -> list[str]:
    """Masks and the like beside folders of images, of parts or of the same classes."""
    aside = [name for name in inner if name.lower() in ASIDE_WORDS]
    labels = [name for name in inner if name.lower() in LABEL_WORDS or is_of_masks(name)]
    others = [name for name in inner if name not in labels]
    if others and all(name.lower() in IMAGE_WORDS for name in others):
        aside += [name for name in labels if name not in aside]
    of_parts = masks_of_parts(inner)
    aside += [name for name in of_parts if name not in aside]
    beside = any(n.lower() in IMAGE_WORDS or part_of(n) == "train" for n in others)
    if not beside and not of_parts:
        aside = masks_of_shared(inner) or masks_of_classes(inner)
    return aside


def masks_of_shared(inner: Folders) -> list[str]:
    """Folders of masks beside one with the same class folders: data/cat and data_masks/cat."""
    masks = [name for name in inner if is_beside(name)]
    others = [name for name in inner if name not in masks]
    are_worn = any("mask" in name.lower() for name in others)  # no_mask beside mask
    return masks if others and not are_worn and shared(inner) else []


def masks_of_parts(inner: Folders) -> list[str]:
    """Folders of masks beside those of parts of the data: train_masks beside train.

    Less sure words, as in train_labels, count where a folder of that part alone has all of its own.
    """
    named = {name: part for name in inner if (part := part_of(name)) is not None}
    masks = [name for name in named if is_of_masks(name) or _says_aside(name)]
    others = [name for name in named if name not in masks]
    if any("mask" in name.lower() for name in others):  # no_mask_train beside mask_train
        return []
    held: dict[str, set[str]] = {}
    for name in others:
        if part_of(name, strict=True):
            held.setdefault(named[name], set()).update(merged(inner[name]))
    return [
        name
        for name in masks
        if (is_of_masks(name) and others)
        or (named[name] in held and merged(inner[name]).keys() <= held[named[name]])
    ]


def _says_aside(name: str) -> bool:
    return not LABEL_WORDS.union(ASIDE_WORDS).isdisjoint(re.findall("[a-z]+", name.lower()))


def masks_of_classes(inner: Folders) -> list[str]:
    """Folders of masks with nothing but folders called as those beside them: ground_truth/cat."""
    return [
        name
        for name, folders in inner.items()
        if is_aside(name)
        and not any(folder.images for folder in folders)
        and merged(folders).keys() <= inner.keys() - {name}
    ]


def is_flat(folders: Iterable[Folder]) -> bool:
    """Whether images of a part lie right in it, or in folders around all of them: `val/images`."""
    at = [*folders]
    while inner := merged(at):
        if len(inner) > 1:
            return False
        ((name, at),) = inner.items()
        if name.lower() not in IMAGE_WORDS and part_of(name) is None:
            return False
    return True


def copies(inner: Folders, parents: Collection[Folder]) -> list[str]:
    """Folders that hold the same files as lie beside them, as an archive unpacked into itself.

    Args:
        inner: folders of one depth.
        parents: those that hold them; what lies in another one, as of train and test, is no copy.
    """
    if len(parents) == 1 and (twice := _in_other_case(inner)):
        return twice
    for name, folders in inner.items() if len(inner) > 2 else ():
        if part_of(name) or any(folder.images for folder in folders):
            continue
        around = [parent for parent in parents if name in parent.inner]
        if around and all(_holds_again(parent, name, inner) for parent in around):
            return [name]
    return []


def _in_other_case(inner: Folders) -> list[str]:
    """Folders with the same folders and files as one whose name differs in case only.

    So archives of Kaggle have them: PlantVillage, and plantvillage/PlantVillage.
    """
    kept: dict[str, Folder] = {}
    again = []
    for name, (folder, *_) in sorted(inner.items()):
        inmost = folder
        while len(below := merged([inmost])) == 1 and not inmost.images:
            ((inmost,),) = below.values()
        first = kept.setdefault(name.casefold().strip(), inmost)
        if first is not inmost and len(below) > 1 and inmost.holds_the_same(first):
            again.append(name)
    return again


def _holds_again(parent: Folder, name: str, inner: Folders) -> bool:
    """Whether one folder in another holds all those beside it, two or more, again."""
    copy, others = parent.inner[name], 0
    for own, folder in parent.inner.items():
        if own == name or own not in inner or not folder.below:
            continue
        if own not in copy.inner or not folder.holds_the_same(copy.inner[own]):
            return False  # of many folders, nearly always at the first
        others += 1
    return others > 1


def shared(inner: Folders) -> list[str]:
    """Names of folders that most of these hold, at least two; [] where they are not alike."""
    if len(inner) < 2 or any(folder.images for folder in each(inner)):
        return []
    held = [{*merged(folders)} for folders in inner.values()]
    every = Counter(name for own in held for name in own)
    most = sorted(name for name, count in every.items() if count * 2 > len(held))
    return most if len(most) > 1 and 2 * len(most) >= len(every) else []


def shared_further_down(inner: Folders) -> list[str]:
    """The same, where each of these has one folder around them: `amazon/images/mug`."""
    around = [merged(folders) for folders in inner.values()]
    if any(folder.images for folder in each(inner)):
        return []
    if not all(len(own) == 1 for own in around):
        return []
    return shared({str(at): next(iter(own.values())) for at, own in enumerate(around)})


def tests_among(depth: int, names: Iterable[str]) -> set[tuple[int, str]]:
    """Parts that are tests beside the others alone: `evaluation` beside `validation`."""
    found = parts_among(names)
    return {(depth, n) for n, part in found.items() if part == "test" != part_of(n)}
