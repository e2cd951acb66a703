"""Folders that are refused, since they can be read in two ways, or are of no use as they are."""

import re
from collections.abc import Collection

from semisup.prepare.files.places import shown
from semisup.prepare.folders.signs import is_part_alone
from semisup.prepare.folders.tree import VIEW_WORDS, Folders, each, is_version, merged
from semisup.workflow.errors import UserError

FOLD = re.compile(r"(.*[ _-])?(k?folds?|cv|split)[ _-]?\d+")  # of a cross-validation
Names = Collection[str]


def are_folds(names: Names) -> bool:
    """Whether folders are called as those of a cross-validation."""
    return all(FOLD.fullmatch(name.lower()) for name in names)


def forbid_folds(names: Names, depth: int, where: str) -> None:
    """Refuse folds of a cross-validation, each of which has train and test, side by side.

    Raises:
        UserError: all of these folders are called so.
    """
    if are_folds(names):
        raise UserError(
            f"{where}: {shown(names)} each hold train and test: in a cross-validation each image "
            "is a test image of one fold, and trained on in the others: name the folder of one "
            f"fold, such as {shown([*names][:1])}, instead; if each holds other images, set "
            f"data.folder.class_level to {depth}"
        )


def two_readings(inner: Folders, alike: Names, depth: int, where: str) -> UserError:
    """The error where these folders, at this depth, may be the classes, or those alike in each."""
    below = each(merged(each(inner)))
    loose = any(folder.images for folder in [*each(inner), *below])
    third = sorted(n for n in merged(below) if n.lower() not in VIEW_WORDS and not is_version(n))
    further = f", {depth + 2} for {shown(third, 3)}, which lie in those"
    return UserError(
        f"{where}: the classes may be {shown(inner)}, or {shown(alike)}, which lie in each of "
        f"these: set data.folder.class_level to {depth} for the first, {depth + 1} for the second"
        f"{further if len(third) > 1 and not loose else ''}; if {shown(inner)} are train and test, "
        "name each in data.folder.labelled, validation and test instead"
    )


def forbid_flat_parts(names: Names, depth: int, where: str) -> None:
    """Refuse classes that sound like train and test, such as test_tube; or parts without classes.

    Raises:
        UserError: these folders, at this depth, may be either, since images lie right in all.
    """
    if not all(map(is_part_alone, names)):
        raise UserError(
            f"{where}: {shown(names)} may be the classes, or train and test without class folders: "
            f"if they are the classes, set data.folder.class_level to {depth}; else give class "
            "folders in each, or name a table of the classes in data.folder.labels"
        )
