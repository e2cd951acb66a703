"""What looks wrong about folders, though they can be read."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

from semisup.labels.parts import part_of, parts_among
from semisup.prepare.files.places import printable, shown
from semisup.prepare.folders.class_folders import Layout
from semisup.prepare.folders.parts_below import place_of_parts
from semisup.prepare.folders.signs import are_parts, is_odd, shared_further_down
from semisup.prepare.folders.tree import (
    VIEW_WORDS,
    Folder,
    Folders,
    each,
    is_around,
    is_of_masks,
    is_version,
    merged,
)
from semisup.workflow.notes import named

MANY_AROUND = 10  # folders around the classes: more than sites or years
FEW_IN_EACH = 20  # files of one thing
FURTHER_DOWN = ": if the classes are further down, name the folder of these in data.folder.labelled"
MOST = 0.8  # of the folders
NUMBERED = re.compile(  # folders that one set of images was cut into
    r"(.*[ _-])?(images?|imgs?|photos?|pictures?)([ _-]*part)?[ _-]*\d+"
)
PATIENT = re.compile(r"(patient|subject|case|participant)[ _-]?\d", re.I)
OWNER = re.compile(r"(patient|subject|person|case|animal|user|participant|p)[ _-]?\d", re.I)
Names = Collection[str]
Warn = Callable[[str], None]  # of the place that is looked at


def warn_of_versions(names: Names, warn: Warn) -> None:
    """Of folders that hold the same images in several forms."""
    versions = [name for name in names if is_version(name)]
    if versions:
        warn(
            f"{shown(versions)}: by the name the same images in other forms, which would be "
            "trained and tested on: leave all but one out, or set data.folder.group_pattern"
        )


def warn_of_others(names: Names, warn: Warn) -> None:
    """Of folders beside train and test."""
    if names:
        warn(
            f"{shown(names)}: beside folders named as train and test, and so left out: if they "
            "hold images to use, name them too, in data.folder.labelled or unlabelled"
        )


def warn_of_equal_parts(names: Names, warn: Warn) -> None:
    """Of several folders that are the same part: test_clean and test_noisy, train and train_mini.

    Forms of the same images have a word of their own.
    """
    by_part: dict[str, list[str]] = {}
    for name, part in parts_among(name for name in names if not is_version(name)).items():
        by_part.setdefault(str(part), []).append(name)
    for called, alike in by_part.items():
        if len(alike) > 1 and called in ("train", "validation", "test"):
            warn(
                f"{shown(alike)} are all read as {called}: if they are not to be one, or hold the "
                "same images, leave all but one out"
            )


def warn_of_forms_beside(classes: Sequence[Folder], warn: Warn) -> None:
    """Of folders in those of classes that hold other forms of the images beside them: cropped."""
    found, at = set[str](), [*classes]
    while at:
        forms = (name for folder in at if folder.images for name in merged([folder]))
        found |= {name for name in forms if not re.search(r"\d", name)}
        at = each(merged(at))
    warn_of_versions(sorted(found), warn)


def warn_of_things(inner: Folders, warn: Warn) -> None:
    """Of many numbered class folders with few files, of the same names: kos01/Part0.jpg."""
    folders = each(inner)
    alike = len({folder.mark for folder in folders}) == 1
    numbered = len({re.sub(r"\d+", "", name) for name in inner}) == 1
    if len(inner) >= MANY_AROUND and alike and numbered and 1 < folders[0].images <= FEW_IN_EACH:
        warn(
            f"{shown(inner, 3)}: read as the classes, but numbered, with files of the same names: "
            "if each is one part or patient, name a table of the classes in data.folder.labels"
        )


def warn_of_owners(names: Names, warn: Warn) -> None:
    """Of folders around the classes, each of which may be a patient's."""
    owners = [name for name in names if OWNER.match(name)]
    if owners or len(names) >= MANY_AROUND:
        warn(
            f"{shown(owners or names, 3)}, around the classes: if those are of one patient or part "
            "each, set data.folder.group_pattern, so that none is on both sides of a split"
        )


def warn_of_around(names: Names, warn: Warn) -> None:
    """Of folders around the classes: forms of the same images, or a patient's each."""
    warn_of_versions(names, warn)
    warn_of_owners(names, warn)


def warn_of_held(names: Names, warn: Warn) -> None:
    """Of folders around the classes that are named as for test, but not by that word alone."""
    held = [name for name in names if part_of(name) in ("test", "validation")]
    if held and len(held) < len(names):
        warn(
            f"{shown(held)}: read as train, though named as test or validation: if it is, name it "
            "in data.folder.test or data.folder.validation"
        )


def warn_of_equal_names(inner: Folders, warn: Warn) -> None:
    """Of class folders of one name in some of the folders around: alba in quercus and in salix.

    Where most names are in several, as with sites, they mean the same.
    """
    around: dict[str, list[str]] = {}
    for name, folders in inner.items():
        for own in merged(folders):
            around.setdefault(own, []).append(name)
    equal = sorted(name for name, those in around.items() if len(those) > 1)
    if equal and 2 * len(equal) <= len(around):
        each_in = named(f"{printable(name)} ({shown(around[name])})" for name in equal)
        warn(
            f"{each_in}: a class each, though in several folders: if they mean something else in "
            "each of these, rename them"
        )


def warn_of_sets(names: Names, classes: Names, depth: int, warn: Warn) -> None:
    """Of folders that each hold train and test, and whose names are not those of sites or years."""
    if not all(map(is_around, names)):
        warn(
            f"{shown(names)} each hold train and test, and in these the same classes "
            f"({shown(classes)}): set data.folder.class_level to {depth} if the first are the "
            "classes"
        )


def warn_of_domains(inner: Folders, depth: int, warn: Warn) -> None:
    """Of folders read as classes, with the same folders below one in each: amazon/images/mug."""
    further = shared_further_down(inner)
    if further and not are_parts(further):
        warn(
            f"{shown(inner)} are read as the classes; below a folder in each lie {shown(further)}: "
            f"set data.folder.class_level to {depth} if these are the classes"
        )


def warn_of_kinds(inner: Names, below: Folders, depth: int, warn: Warn) -> None:
    """Of folders in the classes that are kinds by their names: cat, dog, but not p012.

    In these may be kinds again, as species in the genera of families.
    """
    kinds, further = _kinds(below, inner), f"set data.folder.class_level to {depth} for these"
    if len(kinds) < 2:
        return
    first = shown(kinds)
    at = below
    while len(kinds := _kinds(at := merged(each(at)), (*inner, *kinds))) > 1:
        depth += 1
        further += f", to {depth} for those in them ({shown(kinds)})"
    warn(f"{shown(inner)} are read as the classes, not the folders in them ({first}): {further}")


def _kinds(below: Names, around: Names) -> list[str]:
    """Not those of a folder unpacked into one of its name."""
    kinds = [name for name in below if not re.search(r"\d", name) and name not in around]
    kinds = [name for name in kinds if not is_odd(name)]
    return [name for name in kinds if name.lower() not in VIEW_WORDS and not is_around(name)]


def warn_of_uneven_parts(deeper: str, other: str, classes: Names, warn: Warn) -> None:
    """Of a part whose class folders lie further down than those of another one."""
    warn(
        f"{printable(deeper)} holds class folders of {printable(other)} ({shown(classes)}) further "
        "down than that does, which are not read as the classes there: name each part by itself, "
        "in data.folder.labelled, validation or test"
    )


def warn_of_parts_below(inner: Folders, warn: Warn) -> None:
    """Of folders read as classes in which train and test lie, however far below."""
    for name, folders in inner.items():
        way = place_of_parts(folders)
        if way is not None:
            warn(
                f"{shown(inner)} are read as the classes, but folders named as train and test lie "
                f"in {printable('/'.join([name, *way]))}: if the classes are there, name that one "
                "in data.folder.labelled"
            )
            return


def warn_of_names(names: Names, warn: Warn) -> None:
    """Of classes that are seldom called so: images, patient_7, images_part_1, train and test."""
    if len(names) < 2:
        return
    parts = {part_of(name) for name in names}
    with_parts = len(parts & {"train", "validation", "test"}) > 1
    odd = [name for name in names if is_odd(name) or (with_parts and part_of(name))]
    odd += [name for name in names if name not in odd and _is_of_other(name, names)]
    if odd:
        others = shown(name for name in names if name not in odd)
        warn(
            f"{shown(odd)}: read as a class, but seldom one by the name"
            f"{f'; beside {others}' if others else ''}{FURTHER_DOWN}"
        )
    elif len(numbered := [name for name in names if NUMBERED.fullmatch(name.lower())]) > 1:
        warn(
            f"{shown(numbered, 3)}: read as the classes, but called like parts of one set of images"
            ": where a table names the classes, name it in data.folder.labels"
        )
    elif sum(PATIENT.match(name) is not None for name in names) > MOST * len(names):
        warn(
            f"{shown(names, 3)}: read as the classes, but called like patients: where a table "
            "names the classes, name it in data.folder.labels, or set data.folder.class_level"
        )


def _is_of_other(name: str, names: Names) -> bool:
    """Whether a class is called as masks, or the test images, of another one: cup_masks, cup_test.

    The other one is among them: cup.
    """
    rests = [
        name.lower().removeprefix(other.lower())
        for other in names
        if name != other and name.lower().startswith(other.lower())
    ]
    return bool(rests) and (is_of_masks(name) or any(part_of(rest, strict=True) for rest in rests))


def warn_of_inner(top: Folder, layout: Layout, warn: Warn) -> None:
    """Of folders below the classes that hold several images each: of one patient, perhaps."""
    if layout.levels[-1] != "class":
        return
    at = [top]
    for _ in layout.levels:
        at = each(merged(at))
    images = Counter[tuple[int, str]]()
    for number, folder in enumerate(at):
        for name, count in _below(folder):
            images[number, name] += count
    several = [name for (_, name), count in images.items() if count > 1]
    if several and len(images) >= 2 * len(at) and 2 * len(several) >= len(images):
        warn(
            f"class folders hold folders of several images each ({shown(several, 3)}): if those "
            "are of one patient or part, set data.folder.group_pattern, so that none is on both "
            "sides of a split; if they are the classes, set data.folder.class_level"
        )


def _below(folder: Folder, name: str = "") -> Iterator[tuple[str, int]]:
    """Images in each folder with a number in its name, or in others within these."""
    for own, inner in folder.inner.items():
        is_form = own.lower() in VIEW_WORDS or is_version(own) or not re.search(r"\d", own)
        called = name if is_form else own
        if inner.images and called:
            yield called, inner.images
        yield from _below(inner, called)
