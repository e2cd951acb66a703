"""Labels that contradict each other, names that may mean the same."""

import csv
from pathlib import Path

import numpy as np
import pytest
from made_files import pack

from semisup.prepare.doubts import doubt_labels
from semisup.prepare.limits import Tally
from semisup.prepare.records import Decoded, Record
from semisup.workflow.notes import Notes

SIDE = 4


def test_equal_images_with_different_labels_are_listed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (5, SIDE, SIDE, 3)).astype(np.uint8)
    pixels[2] = pixels[1] = pixels[0]
    pixels[4] = pixels[3]
    names = ["cat", "dog", None, "cat", "cat"]
    images = [(Record(f"{n}.png", x), Decoded.of(pixels[n])) for n, x in enumerate(names)]
    notes = Notes()
    pack(iter(images), tmp_path, SIDE, "auto", 0.0, notes=notes)
    with (tmp_path / "conflicts.csv").open(newline="") as file:
        rows = [*csv.DictReader(file)]
    assert [(row["source"], row["label"]) for row in rows] == [("0.png", "cat"), ("1.png", "dog")]
    wanted = "1 time, equal images have different labels (0.png is 'cat', 1.png is 'dog')"
    assert any(line.startswith(wanted) for line in notes.lines)


def test_of_several_equal_images_two_that_differ_in_label_are_named(tmp_path: Path) -> None:
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    names = ["cat", "cat", "cat", "dog", "dog"]
    images = [(Record(f"{n}.png", x), Decoded.of(pixels)) for n, x in enumerate(names)]
    notes = Notes()
    pack(iter(images), tmp_path, SIDE, "auto", 0.0, notes=notes)
    wanted = "have different labels (0.png is 'cat', 3.png is 'dog' and 3 more)"
    assert any(wanted in line for line in notes.lines)


def said(**counts: int) -> list[str]:
    notes, tally = Notes(), Tally()
    for name, count in counts.items():
        for _ in range(count):
            tally.keep(Record("x", name))
    doubt_labels(tally, notes)
    return notes.lines


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Cat", "cat", True),
        ("hot dog", "hot_dog", True),
        ("hot-dog", "hotdog", True),
        ("01", "1", True),
        ("class_1", "class_01", True),
        ("\uff21b", "ab", True),
        ("1.50", "+1.5", True),
        ("2", "2.0", True),
        ("1", "-1", False),
        ("1234567", "1234568", False),
        ("123456789012345678", "123456789012345679", False),
        ("0.1234567", "0.1234568", False),
        ("1-2", "12", False),
        ("+", "-", False),
        ("cat", "rat", False),
        ("class 1", "class 2", False),
        ("cat", "cat (1)", True),
        ("cat", "cat - Copy (2)", True),
        ("Hund", "Hund Kopie", True),
        ("cat (1)", "cat (2)", False),
        ("paper", "hard copy", False),
    ],
)
def test_names_that_are_nearly_the_same(one: str, other: str, alike: bool) -> None:
    lines = said(**{one: 20, other: 20, "elephant": 20})
    pairs = (f"{a!r} (20 images) and {b!r} (20)" for a, b in ((one, other), (other, one)))
    assert any(pair in line for pair in pairs for line in lines) == alike


@pytest.mark.parametrize(("few", "alike"), [(1, True), (20, False)])
def test_a_rare_name_that_a_slip_may_have_made(few: int, alike: bool) -> None:
    lines = said(elephant=20, elefant=few, elephnt=few)
    assert any("'elephant' (20 images) and 'elephnt' (1)" in line for line in lines) == alike


@pytest.mark.parametrize(("few", "many", "alike"), [(2, 20, True), (3, 20, False), (1, 2, True)])
def test_how_rare_a_slip_is(few: int, many: int, alike: bool) -> None:
    """Ten times as many have the other name, but for a single one."""
    lines = said(elephant=many, elephnt=few)
    assert any(f"'elephant' ({many} images) and 'elephnt' ({few})" in x for x in lines) == alike


def test_letters_are_no_slips() -> None:
    assert said(A=5, a=5, b=5) == []


@pytest.mark.parametrize("word", ["Unknown", "#REF!", "unlabelled jars", "skip"])
def test_words_that_may_mean_no_label(word: str) -> None:
    told = f"class {word!r} is one like the others"
    assert any(told in line for line in said(**{word: 3, "cat": 3}))


def test_a_class_for_each_image() -> None:
    lines = said(**{f"IMG {n:c}": 1 for n in range(65, 90)})
    assert any("25 classes have 25 images in all" in line for line in lines)


@pytest.mark.parametrize(
    ("trained", "stops"), [([], True), (["good"], True), (["good", "dent"], False)]
)
def test_classes_that_none_is_trained_on(trained: list[str], stops: bool) -> None:
    """As in sets for finding anomalies, whose training images show no defect."""
    notes, tally = Notes(), Tally()
    for name in trained:
        tally.keep(Record("x", name))
    for name in ("good", "broken", "cut"):
        tally.keep(Record("y", name, "test"))
    doubt_labels(tally, notes)
    (line,) = notes.lines
    held = "'broken', 'cut'" if trained else "'broken', 'cut', 'good'"
    assert line.startswith(f"class {held}: validation or test images only, none to train on")
    assert ("`split` will stop" in line) is stops
