"""Roles of the images, and the order in which each draw would have bought their labels.

Never reads the label budgets: budget b means the images of rank below b in their class, so that
budgets nest, all methods see the same images, and a new budget changes no split.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semisup.data.dataset import (
    LEFT_OUT,
    NO_RANK,
    ROLES,
    TEST,
    TRAIN,
    UNLABELLED,
    VALIDATION,
    Ints,
    split_row,
)
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

NONE_CHOSEN = np.empty((0, 2), np.int64)
ROWS_AT_ONCE = 10_000  # of the table, as Python's own numbers


@dataclass(frozen=True)
class Rules:
    """How to split; see the section `split` of params.yaml."""

    validation_per_class: int  # 0: none set aside, each budget brings its own
    test_fraction: float  # of each class, where the source has no test set
    max_pool: int | None
    draws: int
    seed: int


@dataclass(frozen=True)
class Split:
    """role (N,) as index into ROLES; rank (draws, N), NO_RANK but for train images; pool (P,)."""

    role: Ints
    rank: Ints
    pool: Ints
    leaked: int  # images taken out because they equal a validation or test image
    untrained: tuple[int, ...] = ()  # classes of test images that no training image has
    chosen: Ints = field(default_factory=lambda: NONE_CHOSEN)  # positions and classes (m, 2)


def make_split(
    labels: Ints,
    given_test: NDArray[np.bool_],
    same_as: Ints,
    rules: Rules,
    chosen: Ints = NONE_CHOSEN,
) -> Split:
    """Assign every image one role, stratified by class.

    Chosen images are no random sample: they are only trained on, and by budgets that have used up
    the random images of the class. All else stays as without them.

    Args:
        labels: (N,) class of each image, -1 where it has none.
        given_test: (N,) whether the source put the image into its test set.
        same_as: (N,) the first image with equal pixels (itself where there is none before it).
        rules: fractions and counts.
        chosen: positions and classes (m, 2) of images that labels has none for.

    Raises:
        UserError: where fewer than two classes have labels, no test or training image is left, or
            the test images are all of classes that none is trained on.
    """
    role = np.where(labels >= 0, TRAIN, UNLABELLED).astype(np.int64)
    role[given_test] = np.where(labels[given_test] >= 0, TEST, LEFT_OUT)
    _check_classes(labels)
    if len(chosen) and not rules.validation_per_class:
        raise UserError(
            f"split.validation: within_budget would validate on images of {outputs.LABELS}, which "
            "are no random sample; set it to separate, or move those tables away"
        )
    rng = np.random.default_rng([rules.seed, 11])
    for members in _by_class(labels, role == TRAIN):
        shuffled = rng.permutation(members)
        tests = 0 if given_test.any() else _share(len(members), rules.test_fraction)
        role[shuffled[:tests]] = TEST
        spare = len(members) - tests
        validation = min(rules.validation_per_class, spare // 2)
        role[shuffled[tests : tests + validation]] = VALIDATION
    role[chosen[:, 0]] = TRAIN
    every = labels.copy()
    every[chosen[:, 0]] = chosen[:, 1]
    leaked = _take_out_leaks(role, same_as)
    if not rules.validation_per_class:
        leaked += _take_out_copies(role, same_as)
    untrained = np.setdiff1d(every[role == TEST], every[role == TRAIN])
    _check_roles(role, every, rules, untrained)
    pool = np.flatnonzero((role == UNLABELLED) | (role == TRAIN))
    if rules.max_pool is not None and rules.max_pool < len(pool):
        pool = np.sort(np.random.default_rng([rules.seed, 12]).permutation(pool)[: rules.max_pool])
    rank = _ranks(labels, every, role, rules)
    return Split(role, rank, pool, leaked, tuple(untrained.tolist()), chosen)


def write_split(folder: Path, split: Split, prepared: Path, classes: list[str]) -> None:
    """Write the split as an array and as a table, and stats.json of the pool's pixels."""
    rows = np.zeros(len(split.role), split_row(len(split.rank)))
    rows["role"], rows["rank"] = split.role, split.rank.T
    rows["in_pool"][split.pool] = True
    np.save(folder / outputs.SPLIT_ROWS, rows)
    _write_table(folder / outputs.SPLIT, rows)
    mean, std = _pixel_statistics(outputs.read_array(prepared / outputs.IMAGES), split.pool)
    counts = {name: int((split.role == role).sum()) for role, name in enumerate(ROLES)}
    stats = {"mean": mean, "std": std, "pool": len(split.pool), "leaked": split.leaked, **counts}
    np.save(folder / outputs.CHOSEN, split.chosen)
    _write_pool(folder / outputs.POOL, split, {"mean": mean, "std": std})
    stats["untrained"] = [classes[number] for number in split.untrained]
    outputs.write_json(folder / outputs.STATS, stats)


def _write_pool(folder: Path, split: Split, pixels: dict[str, list[float]]) -> None:
    """Write what pretraining reads, which stays the same where more images get labels."""
    folder.mkdir()
    np.save(folder / outputs.POSITIONS, split.pool)
    np.save(folder / outputs.VALIDATION, np.flatnonzero(split.role == VALIDATION))
    outputs.write_json(folder / outputs.PIXELS, pixels)


def _write_table(path: Path, rows: NDArray[np.void]) -> None:
    """Write split.csv: id, role, in_pool (0 or 1), rank per draw."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        draws = rows["rank"].shape[1]
        writer.writerow(["id", "role", "in_pool", *(f"rank_{draw}" for draw in range(draws))])
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            columns = (some[name].tolist() for name in ("role", "in_pool", "rank"))
            for number, (role, in_pool, ranks) in enumerate(zip(*columns, strict=True), start):
                shown = ["" if rank == NO_RANK else rank for rank in ranks]
                writer.writerow([number, ROLES[role], int(in_pool), *shown])


def _check_classes(labels: Ints) -> None:
    classes = np.unique(labels[labels >= 0])
    if len(classes) < 2:
        raise UserError(
            f"data: {len(classes)} class(es) with labels; a classifier needs at least 2: "
            "give class folders or a CSV of path,label"
        )


def _by_class(labels: Ints, chosen: NDArray[np.bool_]) -> list[Ints]:
    return [np.flatnonzero(chosen & (labels == c)) for c in np.unique(labels[labels >= 0])]


def _share(images: int, fraction: float) -> int:
    """At least one test image where the class has two, and at least one left to train on."""
    return min(max(round(images * fraction), 1), images - 1)


def _take_out_leaks(role: Ints, same_as: Ints) -> int:
    """Leave out what equals a test image, and train or pool images that equal a validation one."""
    leaked = 0
    for held, weaker in (
        (TEST, (VALIDATION, TRAIN, UNLABELLED)),
        (VALIDATION, (TRAIN, UNLABELLED)),
    ):
        seen = np.unique(same_as[role == held])
        leaks = np.isin(same_as, seen) & np.isin(role, weaker)
        role[leaks] = LEFT_OUT
        leaked += int(leaks.sum())
    return leaked


def _take_out_copies(role: Ints, same_as: Ints) -> int:
    """Of equal train images leave one.

    Where budgets bring their own validation images, a copy of one that is trained on could be
    among them.
    """
    trains = np.flatnonzero(role == TRAIN)
    _, firsts = np.unique(same_as[trains], return_index=True)
    copies = np.delete(trains, firsts)
    role[copies] = LEFT_OUT
    return len(copies)


def _check_roles(role: Ints, labels: Ints, rules: Rules, untrained: Ints) -> None:
    if not (role == TEST).any():
        raise UserError("split: no test image is left; give a test set or more labelled images")
    trained = np.unique(labels[role == TRAIN])
    if len(trained) < 2:
        raise UserError(
            f"split: {len(trained)} class(es) have training images besides validation and test "
            f"({len(untrained)} have none); give more labelled images"
        )
    if np.isin(labels[role == TEST], untrained).all():
        raise UserError(
            "split: no class of the test images has training images; write the names of classes "
            "the same way in both (see the column label of data/prepared/manifest.csv)"
        )
    if rules.validation_per_class and not (role == VALIDATION).any():
        raise UserError(
            "split.validation_per_class: the classes have too few images to set any aside; "
            "give more labelled images or set split.validation to within_budget"
        )


def _ranks(labels: Ints, every: Ints, role: Ints, rules: Rules) -> Ints:
    """By `labels` in random order; then those that only `every` has, in random order too."""
    rank = np.full((rules.draws, len(labels)), NO_RANK, np.int64)
    for draw in range(rules.draws):
        rng = np.random.default_rng([rules.seed, 13, draw])
        for members in _by_class(labels, role == TRAIN):
            rank[draw, rng.permutation(members)] = np.arange(len(members))
        for members in _by_class(every, (role == TRAIN) & (labels < 0)):
            if len(members):
                first = rank[draw, every == every[members[0]]].max() + 1
                rank[draw, rng.permutation(members)] = first + np.arange(len(members))
    return rank


def _pixel_statistics(images: NDArray[np.uint8], pool: Ints) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each channel over at most 10,000 pool images, in 0 to 1."""
    some = pool[:: max(1, len(pool) // 10_000)]
    total = np.zeros((2, images.shape[3]))
    for start in range(0, len(some), 1000):
        pixels = images[some[start : start + 1000]].reshape(-1, images.shape[3]) / 255.0
        total += np.stack([pixels.sum(axis=0), (pixels**2).sum(axis=0)])
    n = len(some) * images.shape[1] * images.shape[2]
    mean = total[0] / n
    std = np.sqrt(np.maximum(total[1] / n - mean**2, 1e-6))
    return [round(float(m), 6) for m in mean], [round(float(s), 6) for s in std]
