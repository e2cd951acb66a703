"""Splits: roles, ranks, leaks, and what small classes get."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xxhash

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
from semisup.split.held import draw_test, set_validation
from semisup.split.roles import Rules, Split, make_split
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

SIZES = {0: 40, 1: 20, 2: 11}  # images of each class


def rules(**some: Any) -> Rules:
    defaults = {"validation_per_class": 4, "test_fraction": 0.2, "max_pool": None}
    return Rules(**{**defaults, "draws": 3, "seed": 0} | some)


def labels(unlabelled: int = 15) -> Ints:
    every = np.repeat([*SIZES, -1], [*SIZES.values(), unlabelled])
    return np.random.default_rng(1).permutation(every)


def manifest(
    given: Ints, test: Any = None, same_as: Any = None, group: Any = None, validation: Any = None
) -> Manifest:
    """Images whose keys follow from the first that equals them, or from their group."""
    same = np.arange(len(given)) if same_as is None else np.asarray(same_as)
    groups = np.full(len(given), -1) if group is None else np.asarray(group)
    part = np.zeros(len(given), np.int64)
    for held, name in ((test, "test"), (validation, "validation")):
        if held is not None:
            part[np.asarray(held)] = outputs.GIVEN.index(name)
    units = [f"g{g}" if g >= 0 else str(first) for g, first in zip(groups, same, strict=True)]
    key = np.array([xxhash.xxh3_64_intdigest(unit.encode()) for unit in units], np.uint64)
    names = [str(number) for number in range(max(0, given.max() + 1))]
    return Manifest(given, part, same, groups, key, names)


def split(
    given: Ints, test: Any = None, same_as: Any = None, group: Any = None, **some: Any
) -> Split:
    return make_split(manifest(given, test, same_as, group), rules(**some))


def test_roles_are_stratified_and_cover_everything() -> None:
    given = labels()
    done = split(given)
    assert set(done.role[given < 0]) == {UNLABELLED}
    for label, size in SIZES.items():
        test, validation, train = (
            int((done.role[given == label] == role).sum()) for role in (TEST, VALIDATION, TRAIN)
        )
        assert validation == 4
        assert test >= 1
        assert test + validation + train == size
    assert done.lost.leaked == 0
    assert (done.role != LEFT_OUT).all()
    expected = np.flatnonzero((done.role == UNLABELLED) | (done.role == TRAIN))
    assert done.pool.tolist() == expected.tolist()


def test_test_classes_that_nothing_is_trained_on() -> None:
    given = np.array([0] * 6 + [1] * 6 + [2] * 3 + [3])
    test = np.arange(16) >= 12
    with pytest.raises(UserError, match="no class of the test images has training images"):
        split(given, test)
    given[12] = 0
    found = split(given, test)
    assert {*found.labels[found.role == TEST]} == {0, 2, 3}
    assert {*found.labels[found.role == TRAIN]} == {0, 1}


def test_validation_classes_that_nothing_is_trained_on() -> None:
    given = np.array([0] * 6 + [1] * 6 + [2] * 3)
    with pytest.raises(UserError, match="no class of the validation images has training images"):
        make_split(manifest(given, validation=np.arange(15) >= 12), rules())


def test_no_copy_of_a_train_image_can_be_among_a_budgets_validation_images() -> None:
    given = np.repeat([0, 1, -1], [10, 10, 3])
    same_as = np.arange(23)
    same_as[[4, 5, 21]] = 3  # two more train images, and an unlabelled one
    test = (np.arange(23) == 0) | (np.arange(23) == 19)
    done = split(given, test, same_as, validation_per_class=0)
    assert np.flatnonzero(done.role == LEFT_OUT).tolist() == [4, 5]
    assert done.lost.leaked == 2
    assert done.role[21] == UNLABELLED
    assert (split(given, test, same_as).role[3:6] != LEFT_OUT).sum() in (1, 3)  # by their roles


def test_ranks_are_permutations_and_budgets_nest() -> None:
    given = labels()
    done = split(given)
    assert done.rank.shape == (3, len(given))
    assert (done.rank[:, done.role != TRAIN] == NO_RANK).all()
    for draw in done.rank:
        for label in SIZES:
            ranks = draw[(given == label) & (done.role == TRAIN)]
            assert sorted(ranks) == list(range(len(ranks)))
        chosen: set[int] = set()
        for budget in (1, 2, 4, 100):
            larger = set(np.flatnonzero((draw != NO_RANK) & (draw < budget)).tolist())
            assert chosen < larger
            chosen = larger
    assert not np.array_equal(done.rank[0], done.rank[1])
    assert not np.array_equal(done.rank[1], done.rank[2])


def test_more_draws_keep_the_earlier_ones() -> None:
    few, many = split(labels(), draws=2), split(labels(), draws=7)
    assert np.array_equal(few.rank, many.rank[:2])
    assert np.array_equal(few.role, many.role)
    assert np.array_equal(few.pool, many.pool)


def some_chosen(given: Ints, count: int = 6) -> Ints:
    """Of unlabelled images, class 2 and 0 by turns."""
    positions = np.flatnonzero(given < 0)[:count]
    return np.stack([positions, 2 - 2 * (np.arange(count) % 2)], axis=1)


def with_chosen(given: Ints, chosen: Ints, same_as: Any = None, **some: Any) -> Split:
    return make_split(manifest(given, None, same_as), rules(**some), chosen)


def test_chosen_images_are_trained_on_and_change_nothing_else() -> None:
    given = labels()
    chosen = some_chosen(given)
    without, done = split(given), with_chosen(given, chosen)
    others = np.setdiff1d(np.arange(len(given)), chosen[:, 0])
    assert (done.role[chosen[:, 0]] == TRAIN).all()
    assert np.array_equal(done.role[others], without.role[others])
    assert np.array_equal(done.rank[:, others], without.rank[:, others])
    assert np.array_equal(done.pool, without.pool)
    for draw in range(3):
        for label in (0, 2):
            random = ((given == label) & (done.role == TRAIN)).sum()
            ranks = done.rank[draw, chosen[chosen[:, 1] == label, 0]]
            assert sorted(ranks) == [*range(random, random + 3)], "after all random ones"


def test_chosen_images_come_in_random_order_which_each_draw_has_anew() -> None:
    given = labels(unlabelled=40)
    chosen = some_chosen(given, 40)
    mine = np.sort(chosen[chosen[:, 1] == 2, 0])
    orders = [tuple(draw[mine].argsort()) for draw in with_chosen(given, chosen, draws=5).rank]
    assert len({*orders, tuple(range(len(mine)))}) == 6, "none as the files lie"


def test_a_chosen_copy_of_a_test_image_is_left_out() -> None:
    given = labels()
    chosen = some_chosen(given)
    same_as = np.arange(len(given))
    test = np.flatnonzero(split(given).role == TEST)[0]
    same_as[max(test, chosen[0, 0])] = min(test, chosen[0, 0])
    done = with_chosen(given, chosen, same_as)
    assert done.role[chosen[0, 0]] == LEFT_OUT
    assert (done.rank[:, chosen[0, 0]] == NO_RANK).all()


def test_chosen_images_never_validate() -> None:
    given = labels()
    with pytest.raises(UserError, match=r"^split.validation: within_budget would .* data/labels"):
        with_chosen(given, some_chosen(given), validation_per_class=0)


def test_a_seed_decides_everything() -> None:
    one, same, other = (split(labels(), seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(one.role, same.role)
    assert np.array_equal(one.rank, same.rank)
    assert not np.array_equal(one.role, other.role)


def test_a_given_test_set_is_the_test_set() -> None:
    given = labels()
    test = np.arange(len(given)) % 5 == 0
    done = split(given, test)
    assert np.array_equal(done.role == TEST, test & (given >= 0))
    assert (done.role[test & (given < 0)] == LEFT_OUT).all()
    assert not test[done.pool].any()
    assert (done.role == VALIDATION).sum() == 4 * len(SIZES)


@pytest.mark.parametrize("role", [TEST, VALIDATION])
def test_copies_of_held_images_are_left_out(role: int) -> None:
    given = labels()
    plain = split(given)
    held = np.flatnonzero((given == 0) & (plain.role == role))[0]
    trained = np.flatnonzero((given == 0) & (plain.role == TRAIN))[0]
    unlabelled = np.flatnonzero(given < 0)[0]
    same_as = np.arange(len(given))
    same_as[[held, trained, unlabelled]] = min(held, trained, unlabelled)
    key = manifest(given).key
    key[[trained, unlabelled]] = key[held]
    done = make_split(replace(manifest(given, same_as=same_as), key=key), rules())
    left = [held, trained, unlabelled]
    if role == TEST:  # the first of the two stays
        assert sorted(done.role[left]) == [LEFT_OUT, LEFT_OUT, TEST]
        assert done.lost.leaked == 2
    assert done.role[unlabelled] in (LEFT_OUT, UNLABELLED)
    seen = same_as[np.isin(done.role, (TEST, VALIDATION))]
    assert not set(seen) & set(same_as[done.pool])
    assert (done.rank[:, done.role == LEFT_OUT] == NO_RANK).all()
    for label in SIZES:  # ranks have no gap where an image was left out
        ranks = done.rank[0][(given == label) & (done.role == TRAIN)]
        assert sorted(ranks) == list(range(len(ranks)))


def test_copies_of_given_test_images() -> None:
    given = np.array([0, 0, 0, 1, 1, 1, -1, 1, 0])
    test = np.array([False] * 7 + [True] * 2)
    same_as = np.array([0, 1, 2, 3, 4, 5, 6, 6, 0])  # the test set holds copies of 6 and 0
    done = split(given, test, same_as, validation_per_class=1)
    assert done.role[[0, 6]].tolist() == [LEFT_OUT, LEFT_OUT]
    assert done.role[[7, 8]].tolist() == [TEST, TEST]
    assert done.lost.leaked == 2


@pytest.mark.parametrize(("images", "expected"), [(1, [0, 0, 1]), (2, [1, 0, 1]), (3, [1, 1, 1])])
def test_small_classes(images: int, expected: list[int]) -> None:
    given = np.repeat([0, 1], [images, 30])
    counts = np.bincount(split(given, test_fraction=0.01).role[given == 0], minlength=5)
    assert counts[[TEST, VALIDATION, TRAIN]].tolist() == expected


@pytest.mark.parametrize("images", [2, 3, 4])
def test_something_is_left_to_train_on(images: int) -> None:
    given = np.repeat([0, 1, 2], [images, 1, 100])
    done = split(given, test_fraction=0.9)
    for label in (0, 1):
        assert (done.role[given == label] == TRAIN).any()


@pytest.mark.parametrize("seed", range(20))
def test_keys_that_classes_share(seed: int) -> None:
    """The only key of a class is not tested on, whatever others of its images draw."""
    labels, among = np.array([0, 0, 1, 1]), np.ones(4, bool)
    only = np.array([11, 11, 11, 22], np.uint64)  # of class 0
    drawn = draw_test(labels, only, among, 0.2, seed)
    assert drawn.tolist() == [False, False, False, True]
    shared = np.array([11, 22, 22, 22], np.uint64)  # 22 is the only one of class 1
    assert draw_test(labels, shared, among, 0.2, seed).tolist() == [True, False, False, False]


def test_the_share_of_test_images() -> None:
    given = np.repeat([0, 1, 2], 4000)
    done = split(given, test_fraction=0.2)
    counts = np.bincount(given[done.role == TEST])
    assert np.abs(counts / 4000 - 0.2).max() < 4 * np.sqrt(0.2 * 0.8 / 4000)


def in_role(role: int, given: Manifest, done: Split) -> set[int]:
    """Keys of the images of a role."""
    return {int(key) for key in given.key[done.role == role]}


@pytest.mark.parametrize("change", ["added", "broken", "unlabelled added"])
def test_the_test_set_stays_as_images_come_and_go(change: str) -> None:
    before = manifest(np.repeat([0, 1, 2, -1], [40, 40, 40, 30]))
    added = {"added": [0, 1, 2, 2], "unlabelled added": [-1, -1]}.get(change, [])
    after = manifest(np.append(before.labels, added).astype(np.int64))
    keep = np.ones(len(after.labels), bool)
    if change == "broken":
        keep[[3, 50, 90]] = False
    after = replace(
        after,
        labels=after.labels[keep],
        given=after.given[keep],
        group=after.group[keep],
        key=after.key[keep],
        same_as=np.arange(keep.sum()),
    )
    one, other = make_split(before, rules()), make_split(after, rules())
    still = in_role(TEST, before, one) & {int(key) for key in after.key}
    assert still <= in_role(TEST, after, other)
    new = in_role(TEST, after, other) - still
    assert not new & {int(key) for key in before.key}, "none that was trained on"


def grouped(images: int = 120, size: int = 3, seed: int = 0) -> Manifest:
    """Groups of images, some of them with two classes, some unlabelled images in each."""
    rng = np.random.default_rng(seed)
    group = rng.permutation(np.arange(images) // size)
    given = np.where(rng.random(images) < 0.2, -1, (group + (rng.random(images) < 0.1)) % 3)
    return manifest(given, group=group)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("test", ["drawn", "given"])
def test_no_group_is_torn(seed: int, test: str) -> None:
    images = grouped(seed=seed)
    if test == "given":
        images.given[(images.labels >= 0) & (images.group % 7 == 0)] = 2
        images.given[np.flatnonzero(images.given == 2)[0]] = 0  # torn by the source
    done = make_split(images, rules())
    sides = [
        {*images.group[done.role == TEST].tolist()},
        {*images.group[done.role == VALIDATION].tolist()},
        {*images.group[np.union1d(done.pool, np.flatnonzero(done.role == TRAIN))].tolist()},
    ]
    assert all(sides)
    assert not sides[0] & sides[1]
    assert not (sides[0] | sides[1]) & sides[2]
    assert done.lost.torn == (done.role == LEFT_OUT).sum() > 0
    for label in range(3):  # however classes are mixed in groups
        validation, train = (
            ((images.labels == label) & (done.role == r)).sum() for r in (VALIDATION, TRAIN)
        )
        assert 0 < validation <= train


def validated(role: Ints, labels: Ints, group: Ints, per_class: int, seed: int) -> None:
    """`set_validation` slowly: each image of a group asks again whether that fits."""
    rng = np.random.default_rng([seed, 11])
    train = role == TRAIN
    for label in sorted({*labels.tolist()} - {-1}):
        half = {c: (train & (labels == c)).sum() // 2 for c in {*labels.tolist()}}
        shuffled = rng.permutation(np.flatnonzero(train & (labels == label)))
        for image in shuffled:
            if ((role == VALIDATION) & (labels == label)).sum() >= min(per_class, half[label]):
                break
            alone = np.arange(len(role)) == image
            unit = train & (group == group[image]) if group[image] >= 0 else alone
            held = (role == VALIDATION) | unit
            fits = all((held & (labels == c)).sum() <= half[c] for c in {*labels[unit].tolist()})
            if role[image] == TRAIN and fits:
                role[unit] = VALIDATION


@pytest.mark.parametrize("seed", range(20))
def test_which_groups_validate(seed: int) -> None:
    """Large ones that are passed over, some of several classes, images of none."""
    rng = np.random.default_rng(seed)
    given = rng.integers(-1, 3, 60)
    group = np.where(rng.random(60) < 0.4, 0, rng.integers(-1, 12, 60))
    role = np.where(given < 0, UNLABELLED, np.where(rng.random(60) < 0.8, TRAIN, TEST))
    for per_class in (2, 12):
        found, expected = role.copy(), role.copy()
        set_validation(found, given, group, per_class, seed)
        validated(expected, given, group, per_class, seed)
        assert found.tolist() == expected.tolist()
        for label in range(3):
            mine = given == label
            trained = (mine & (role == TRAIN)).sum()
            assert (mine & (found == VALIDATION)).sum() <= trained // 2


def test_groups_within_a_budget_are_refused() -> None:
    with pytest.raises(UserError, match="within_budget would tear groups of images apart"):
        make_split(grouped(), rules(validation_per_class=0))


def test_a_given_validation_set_is_the_validation_set() -> None:
    given = labels()
    validation = np.flatnonzero(given >= 0)[::5]
    done = make_split(manifest(given, validation=validation), rules())
    assert np.flatnonzero(done.role == VALIDATION).tolist() == [
        image for image in validation if done.role[image] != TEST
    ]
    assert (done.role[validation] == VALIDATION).all()
    with pytest.raises(UserError, match="within_budget, but the data bring a validation set"):
        make_split(manifest(given, validation=validation), rules(validation_per_class=0))


@pytest.mark.parametrize("test", [None, [3]])
def test_equal_images_of_two_classes_are_left_out(test: Any) -> None:
    given = np.repeat([0, 1, -1], [20, 20, 5])
    same_as = np.arange(45)
    same_as[[21, 22]] = 3  # of class 1, as image 3 of class 0
    done = split(given, test and np.isin(np.arange(45), [3, 5, 30]), same_as)
    assert (done.role[[3, 21, 22]] == LEFT_OUT).all()
    assert done.lost.conflicts == 3
    assert not {3, 21, 22} & {*done.pool.tolist()}


def test_no_validation_with_within_budget() -> None:
    done = split(labels(), validation_per_class=0)
    assert not (done.role == VALIDATION).any()


def test_max_pool() -> None:
    given = labels()
    whole = split(given)
    some = split(given, max_pool=10)
    assert len(some.pool) == 10
    assert set(some.pool) < set(whole.pool)
    assert some.pool.tolist() == sorted(some.pool)
    assert np.array_equal(some.role, whole.role)
    assert np.array_equal(some.rank, whole.rank)
    assert np.array_equal(split(given, max_pool=10_000).pool, whole.pool)


@pytest.mark.parametrize(
    ("given", "test", "validation", "said"),
    [
        ([0, 0, 0, -1], [], 1, "1 class.* with labels; a classifier needs at least 2"),
        ([-1, -1], [], 1, "0 class.* with labels; a classifier needs at least 2"),
        ([0, 1], [], 1, "no test image is left"),
        ([0, 0, 1, 1, -1], [4], 1, "no test image is left"),
        ([0, 0, 0, 1, 1], [3, 4], 1, "1 class.* have training images"),
        ([0, 0, 1, 1], [], 4, r"validation_per_class: .* within_budget"),
    ],
)
def test_too_little(given: list[int], test: list[int], validation: int, said: str) -> None:
    given_test = np.isin(np.arange(len(given)), test)
    with pytest.raises(UserError, match=said) as caught:
        split(np.array(given), given_test, validation_per_class=validation)
    assert "\n" not in str(caught.value)


def test_too_little_because_of_groups() -> None:
    """Not the number of labels is to blame then."""
    given = np.array([0, 1, 0, 1])
    with pytest.raises(UserError, match=r"\(left out: 2 of one group with such\); give more"):
        split(given, np.array([False, False, True, True]), group=np.array([0, 1, 0, 1]))


@pytest.mark.parametrize("group", [[0] * 8, [0] * 4 + [1] * 4])
def test_groups_that_leave_no_test_image_are_named_as_the_cause(group: list[int]) -> None:
    with pytest.raises(UserError, match=r"no test image is left \(2 of 2 classes are of one group"):
        split(np.repeat([0, 1], 4), group=group)


@pytest.mark.parametrize(
    ("given", "group", "said"),
    [
        (np.repeat([0, 1], 40), np.arange(80) % 2, "images are of 1 group, and none can be set"),
        (np.arange(80) % 2, np.repeat([0, 1, 2, -1], [60, 6, 4, 10]), ""),
        (np.repeat([0, 1], [40, 41]), np.repeat([0, 1, 2, 3], [30, 10, 31, 10]), "of 2 groups"),
        (np.array([0, 0, 1, 1]), np.array([0, 1, 2, 3]), "too few images to set any aside"),
    ],
)
def test_groups_that_leave_no_validation_image(given: Any, group: Any, said: str) -> None:
    """Which are the cause where the classes have enough images."""
    if not said:
        assert (split(given, group=group, validation_per_class=2).role == VALIDATION).any()
        return
    with pytest.raises(UserError, match=rf"split.validation_per_class: .*{said}") as caught:
        split(given, group=group, validation_per_class=2)
    assert ("data.folder.columns.group" in str(caught.value)) == ("group" in said)
