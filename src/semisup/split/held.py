"""Which labelled images are held back for test and validation: whole groups, never parts of one."""

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import LEFT_OUT, TEST, TRAIN, UNLABELLED, VALIDATION, Ints

Bools = NDArray[np.bool_]


def by_class(labels: Ints, chosen: Bools) -> list[Ints]:
    """Positions of the chosen images of each class, in order; of classes without such, none.

    All at once: to look for each class by itself takes as long as images times classes.
    """
    found = np.flatnonzero(chosen & (labels >= 0))
    found = found[np.argsort(labels[found], kind="stable")]
    classes = np.unique(labels[labels >= 0])
    return np.split(found, np.searchsorted(labels[found], classes))[1:]


def draw_test(
    labels: Ints, key: NDArray[np.uint64], among: Bools, fraction: float, seed: int
) -> Bools:
    """(N,) images drawn for test, by nothing but their own key and the seed.

    So an image that is tested on stays so, whatever images are added or taken away. Only where a
    class of two or more keys would be without test image, or with nothing else, one of them changes
    sides; the only key of a class is not tested on. Keys that several classes share can leave one
    of these without test image all the same.

    Args:
        labels: (N,) classes.
        key: (N,) equal for images that must stay together.
        among: (N,) images to draw from.
        fraction: expected share of them.
        seed: another one draws others.
    """
    height = _mixed(key, seed)
    classes = by_class(labels, among)
    only = [height[some[0]] for some in classes if len(some) and np.ptp(height[some]) == 0]
    free = among & ~np.isin(height, only)
    drawn: Bools = free & (height < fraction)
    together = _Together(height, np.flatnonzero(free))
    for members in classes:
        some = members[free[members]]
        if not len(some):
            continue
        if not drawn[members].any():
            drawn[together.unit(some[height[some].argmin()])] = True
        elif drawn[members].all():
            drawn[together.unit(some[height[some].argmax()])] = False
    return drawn


def _mixed(key: NDArray[np.uint64], seed: int) -> NDArray[np.float64]:
    """Keys as numbers evenly from 0 to 1, by splitmix64 (Steele et al. 2014)."""
    start = np.random.SeedSequence([seed, 14]).generate_state(1, np.uint64)
    mixed = key ^ start
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)) / 2**53


def set_validation(role: Ints, labels: Ints, group: Ints, per_class: int, seed: int) -> None:
    """Make so many train images of each class validation images, at most half of them.

    With groups it is about so many: they stay whole, and what is too large is passed over.
    """
    rng = np.random.default_rng([seed, 11])
    train = role == TRAIN
    half = np.bincount(labels[train], minlength=labels.max() + 1) // 2
    held = np.zeros_like(half)
    together = _Together(group, np.flatnonzero(train))
    tried = set[int]()  # what was too large once is so for good, since ever more is held
    for label, members in zip(np.unique(labels[labels >= 0]), by_class(labels, train), strict=True):
        wanted = min(per_class, half[label])
        shuffled = rng.permutation(members)
        if (group[members] < 0).all():
            role[shuffled[:wanted]] = VALIDATION
            continue
        for image, own in zip(shuffled.tolist(), group[shuffled].tolist(), strict=True):
            if held[label] >= wanted:
                break
            if own in tried:
                continue
            if own >= 0:
                tried.add(own)
            unit = together.unit(image)
            classes, sizes = np.unique(labels[unit], return_counts=True)
            if (held[classes] + sizes <= half[classes]).all():
                role[unit] = VALIDATION
                held[classes] += sizes


class _Together:
    """Finds the images, of some, that are of one group with an image."""

    def __init__(self, group: Ints | NDArray[np.float64], among: Ints) -> None:
        self._group = group
        self._images = among[np.argsort(group[among], kind="stable")]
        self._groups = group[self._images]

    def unit(self, image: int) -> Ints:
        """Of an image without a group, itself alone."""
        own = self._group[image]
        if own < 0:
            return np.array([image])
        first, last = (np.searchsorted(self._groups, own, side) for side in ("left", "right"))
        return self._images[first:last]


def take_out(role: Ints, same: Ints) -> int:
    """Leave out what is the same as a test image, or else as a validation image and weaker.

    Args:
        role: (N,), changed in place.
        same: (N,) equal numbers for what is the same; -1: the same as nothing.

    Returns:
        How many images were left out.
    """
    taken = 0
    for held, weaker in (
        (TEST, (VALIDATION, TRAIN, UNLABELLED)),
        (VALIDATION, (TRAIN, UNLABELLED)),
    ):
        seen = np.unique(same[(role == held) & (same >= 0)])
        leaks = np.isin(same, seen) & np.isin(role, weaker)
        role[leaks] = LEFT_OUT
        taken += int(leaks.sum())
    return taken


def take_out_copies(role: Ints, same_as: Ints) -> int:
    """Of equal train images leave one.

    Where budgets bring their own validation images, a copy of one that is trained on could be
    among them.
    """
    trains = np.flatnonzero(role == TRAIN)
    _, firsts = np.unique(same_as[trains], return_index=True)
    copies = np.delete(trains, firsts)
    role[copies] = LEFT_OUT
    return len(copies)
