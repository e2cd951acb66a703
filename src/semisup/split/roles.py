"""Roles of the images, and the order in which each draw would have bought their labels.

Never reads the label budgets: budget b means the images of rank below b in their class, so that
budgets nest, all methods see the same images, and a new budget changes no split.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import (
    LEFT_OUT,
    NO_RANK,
    TEST,
    TRAIN,
    UNLABELLED,
    VALIDATION,
    Ints,
    Manifest,
)
from semisup.labels.conflicts import conflicting
from semisup.split.held import by_class, draw_test, set_validation, take_out, take_out_copies
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import counted

NONE_CHOSEN = np.empty((0, 2), np.int64)


@dataclass(frozen=True)
class Rules:
    """How to split; see the section `split` of params.yaml."""

    validation_per_class: int  # 0: none set aside, each budget brings its own
    test_fraction: float  # of each class, where the source has no test set
    max_pool: int | None
    draws: int
    seed: int


@dataclass(frozen=True)
class Lost:
    """Images left out: equal to a held one; of one group with one; equal, but of two classes."""

    leaked: int
    torn: int
    conflicts: int

    def __str__(self) -> str:
        """What an error says where too little is left."""
        why = {
            "equal to a test or validation image": self.leaked,
            "of one group with such": self.torn,
            "equal to one of another class": self.conflicts,
        }
        said = ", ".join(f"{count} {what}" for what, count in why.items() if count)
        return f" (left out: {said})" if said else ""


@dataclass(frozen=True)
class Split:
    """role (N,) as index into ROLES; rank (draws, N), NO_RANK but for train images; pool (P,).

    labels: (N,) with those of chosen images.
    """

    role: Ints
    rank: Ints
    pool: Ints
    labels: Ints
    lost: Lost
    chosen: Ints  # positions and classes (m, 2)


def make_split(manifest: Manifest, rules: Rules, chosen: Ints = NONE_CHOSEN) -> Split:
    """Assign every image one role, stratified by class.

    Parts that the source gives are kept. Equal images of different classes are left out, and so is
    what is equal to, or of one group with, an image that is held back. Chosen images are no random
    sample: they are only trained on, and by budgets that have used up the random images of the
    class. All else stays as without them.

    Args:
        manifest: of the images.
        rules: fractions and counts.
        chosen: positions and classes (m, 2) of images that the manifest has no label for.

    Raises:
        UserError: where fewer than two classes have labels, no test or training image is left, the
            test images are all of classes that none is trained on, or what is set can't be.
    """
    labels, same_as, group = manifest.labels, manifest.same_as, manifest.group
    _check_classes(labels)
    _check_within_budget(manifest, rules, chosen)
    role = _given_roles(manifest)
    wrong = conflicting(labels, same_as)
    role[wrong] = LEFT_OUT
    if not manifest.given_test.any():
        drawn = draw_test(labels, manifest.key, role == TRAIN, rules.test_fraction, rules.seed)
        tests = np.flatnonzero(drawn)
        _, firsts = np.unique(same_as[tests], return_index=True)
        role[tests[firsts]] = TEST  # their copies are left out below
    if not (role == VALIDATION).any():
        set_validation(role, labels, group, rules.validation_per_class, rules.seed)
    role[chosen[:, 0]] = TRAIN
    every = labels.copy()
    every[chosen[:, 0]] = chosen[:, 1]
    leaked = take_out(role, same_as)
    if not rules.validation_per_class:
        leaked += take_out_copies(role, same_as)
    torn = take_out(role, group)
    lost = Lost(leaked, torn, int(wrong.sum()))
    _check_roles(role, every, lost, partial(_said_of_groups, labels, group))
    _check_validation(role, labels, group, rules, lost)
    pool = np.flatnonzero((role == UNLABELLED) | (role == TRAIN))
    if rules.max_pool is not None and rules.max_pool < len(pool):
        pool = np.sort(np.random.default_rng([rules.seed, 12]).permutation(pool)[: rules.max_pool])
    rank = _ranks(labels, every, role, rules)
    return Split(role, rank, pool, every, lost, chosen)


def _given_roles(manifest: Manifest) -> Ints:
    has_label = manifest.labels >= 0
    role = np.where(has_label, TRAIN, UNLABELLED).astype(np.int64)
    for part, held in (("test", TEST), ("validation", VALIDATION)):
        given = manifest.given == outputs.GIVEN.index(part)
        role[given] = np.where(has_label[given], held, LEFT_OUT)
    return role


def _check_within_budget(manifest: Manifest, rules: Rules, chosen: Ints) -> None:
    """Where budgets bring their own validation images, these must be a random part of them."""
    if rules.validation_per_class:
        return
    if len(chosen):
        raise UserError(
            f"split.validation: within_budget would validate on images of {outputs.LABELS}, which "
            "are no random sample; set it to separate, or move those tables away"
        )
    if (manifest.given == outputs.GIVEN.index("validation")).any():
        raise UserError(
            "split.validation: within_budget, but the data bring a validation set; set it to "
            "separate"
        )
    groups = manifest.group[(manifest.labels >= 0) & (manifest.group >= 0)]
    if len(np.unique(groups)) < len(groups):
        raise UserError(
            "split.validation: within_budget would tear groups of images apart; set it to "
            "separate, or data.folder.columns.group to null"
        )


def _check_classes(labels: Ints) -> None:
    classes = np.unique(labels[labels >= 0])
    if len(classes) < 2:
        raise UserError(
            f"data: {len(classes)} class(es) with labels; a classifier needs at least 2: "
            "give class folders or a CSV of path,label"
        )


def _said_of_groups(labels: Ints, group: Ints) -> str:
    """What an error says where classes are of one group, which stays on one side of a split."""
    classes = by_class(labels, labels >= 0)
    mine = [np.unique(group[members]) for members in classes]
    single = sum(len(some) == 1 and some[0] >= 0 for some in mine)
    if not single:
        return ""
    return (
        f" ({single} of {len(classes)} classes are of one group each, whose images all stay on one "
        "side of a split: set data.folder.columns.group to null, or mend data.folder.group_pattern)"
    )


def _check_roles(role: Ints, labels: Ints, lost: Lost, groups: Callable[[], str]) -> None:
    if not (role == TEST).any():
        raise UserError(
            f"split: no test image is left{lost}{groups()}; give a test set or more labelled "
            "images, at least three of each class"
        )
    trained = np.unique(labels[role == TRAIN])
    if len(trained) < 2:
        raise UserError(
            f"split: {len(trained)} class(es) have training images besides validation and test"
            f"{lost}; give more labelled images, at least three of each class (what each has is "
            f"listed in {outputs.PREPARED / outputs.CLASSES})"
        )
    for part, held in (("test", TEST), ("validation", VALIDATION)):
        mine = labels[role == held]
        if len(mine) and not np.isin(mine, trained).any():
            raise UserError(
                f"split: no class of the {part} images has training images; write the names of "
                "classes the same way in both (see the column label of "
                f"{outputs.PREPARED / outputs.MANIFEST})"
            )


def _check_validation(role: Ints, labels: Ints, group: Ints, rules: Rules, lost: Lost) -> None:
    if not rules.validation_per_class or (role == VALIDATION).any():
        return
    count = _too_large(labels, group, (role == TRAIN) & (labels >= 0))
    if count:
        raise UserError(
            f"split.validation_per_class: the training images are of {counted(count, 'group')}, "
            f"and none can be set aside{lost}, since each has more than half of a class; give "
            "images of more groups, mend data.folder.group_pattern, or set "
            "data.folder.columns.group to null"
        )
    raise UserError(
        f"split.validation_per_class: the classes have too few images to set any aside{lost}; "
        "give more labelled images, at least three of each class, or set split.validation to "
        "within_budget"
    )


def _too_large(labels: Ints, group: Ints, train: NDArray[np.bool_]) -> int:
    """How many groups there are where each is too large, though the classes have enough images."""
    half = np.bincount(labels[train]) // 2
    grouped = [members for members in by_class(group, train) if len(members)]
    if not half.any() or len(grouped) > len(half):  # of one class one group has more than half
        return 0
    units = (np.bincount(labels[members], minlength=len(half)) for members in grouped)
    return len(grouped) if all((unit > half).any() for unit in units) else 0


def _ranks(labels: Ints, every: Ints, role: Ints, rules: Rules) -> Ints:
    """By `labels` in random order; then those that only `every` has, in random order too."""
    rank = np.full((rules.draws, len(labels)), NO_RANK, np.int64)
    train = role == TRAIN
    known, later = by_class(labels, train), by_class(every, train & (labels < 0))
    counts = np.bincount(labels[train & (labels >= 0)], minlength=every.max() + 1)
    for draw in range(rules.draws):
        rng = np.random.default_rng([rules.seed, 13, draw])
        for members in known:
            rank[draw, rng.permutation(members)] = np.arange(len(members))
        for members in filter(len, later):
            first = counts[every[members[0]]]
            rank[draw, rng.permutation(members)] = first + np.arange(len(members))
    return rank
