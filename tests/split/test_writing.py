"""What `split` says of its roles."""

from dataclasses import replace

import numpy as np
import pytest

from semisup.data.dataset import LEFT_OUT, TEST, TRAIN, VALIDATION
from semisup.split.roles import NONE_CHOSEN, Lost, Split
from semisup.split.writing import by_class, warn
from semisup.workflow.notes import Notes

CLASSES = ["cat", "dog", "owl"]


def split(*images: tuple[int, int], lost: Lost | None = None) -> Split:
    """Of (class, role) of each image."""
    labels, role = np.array(images, np.int64).T
    empty = np.empty(0, np.int64)
    return Split(
        role, empty.reshape(0, len(role)), empty, labels, lost or Lost(0, 0, 0), NONE_CHOSEN
    )


EVERY = [(label, role) for label in range(3) for role in (TRAIN, VALIDATION, TEST)]


def warnings(made: Split) -> list[str]:
    notes = Notes()
    warn(made, CLASSES, notes)
    return notes.lines


def test_images_by_class_and_role() -> None:
    made = split((0, TRAIN), (0, TRAIN), (0, TEST), (1, VALIDATION), (1, LEFT_OUT))
    assert by_class(made, CLASSES) == [
        ("cat", "2", "0", "1", "0"),
        ("dog", "0", "1", "0", "1"),
        ("owl", "0", "0", "0", "0"),
    ]


@pytest.mark.parametrize(
    ("role", "what"), [(TRAIN, "train"), (VALIDATION, "validation"), (TEST, "test")]
)
def test_classes_that_lack_a_role_are_named(role: int, what: str) -> None:
    lacking = [one for one in EVERY if one != (1, role)]
    more = "; whatever is said of their test images is wrong" if role == TRAIN else ""
    assert f"1 of 3 classes has no {what} image: 'dog'{more}" in warnings(split(*lacking))
    lacking = [one for one in lacking if one != (2, role)]
    assert f"2 of 3 classes have no {what} image: 'dog', 'owl'{more}" in warnings(split(*lacking))


def test_of_a_class_without_any_image_no_test_image_is_spoken_of() -> None:
    said = warnings(split(*(one for one in EVERY if one[0] != 1)))
    assert "1 of 3 classes has no train image: 'dog'" in said


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([], ""),
        ([9], "1 of 6 training labels are of images that were chosen (data/labels), no random "),
        ([9], "sample; budgets up to 1 use none"),
        ([9, 10, 11], "3 of 6 training labels"),
        ([0, 9], "budgets up to 0 use none"),
        ([11, 12], "1 of 6 training labels"),  # the other is a copy of a test image
    ],
)
def test_labels_that_are_no_random_sample_are_told(chosen: list[int], said: str) -> None:
    """Also beside those that are."""
    made = split(*EVERY, (0, TRAIN), (1, TRAIN), (2, TRAIN), (2, LEFT_OUT))
    positions = np.array(chosen, np.int64)
    made = replace(made, chosen=np.stack([positions, made.labels[positions]], axis=1))
    lines = [line for line in warnings(made) if "were chosen" in line]
    assert len(lines) == bool(chosen)
    assert not said or said in lines[0]


@pytest.mark.parametrize(("role", "what"), [(VALIDATION, "validation"), (TEST, "test")])
def test_a_role_of_one_class_alone_is_said(role: int, what: str) -> None:
    alone = [one for one in EVERY if one[1] != role] + [(1, role)] * 40
    said = f"all {what} images are of one class, 'dog': whoever names it always is right each time"
    assert [line.startswith(said) for line in warnings(split(*alone))].count(True) == 1
    assert not any(line.startswith("all ") for line in warnings(split(*alone, (2, role))))


def test_nothing_is_lacking() -> None:
    assert warnings(split(*EVERY * 34)) == []


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((49, 50), "99 images, 49 of the rarest class; one image more that is right is 1.0"),
        ((1,), "1 image, 1 of the rarest class; one image more that is right is 100.0"),
    ],
)
def test_a_small_test_set_is_said(counts: tuple[int, ...], said: str) -> None:
    assert of_test_set(counts) == [f"the test set is small: {said} points of top-1"]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((4, 200), "204 images, 4 of the rarest class; one image more of it that is right is 12.5"),
        ((9, 2, 9), "20 images, 2 of the rarest class; one image more of it that is right is 16.7"),
    ],
)
def test_of_uneven_classes_it_is_said_what_the_headline_changes(
    counts: tuple[int, ...], said: str
) -> None:
    assert of_test_set(counts) == [f"the test set is small: {said} points of balanced accuracy"]


def test_a_large_test_set_is_not_called_small() -> None:
    assert of_test_set((50, 50)) == []


def of_test_set(counts: tuple[int, ...]) -> list[str]:
    tests = [(label, TEST) for label, count in enumerate(counts) for _ in range(count)]
    return [line for line in warnings(split(*EVERY[:0], *tests)) if "small" in line]


def test_images_that_are_left_out_are_said() -> None:
    said = warnings(split(*EVERY * 34, lost=Lost(1, 2, 3)))
    assert [line.split(" images are left out since ")[0] for line in said] == ["2", "3"]
