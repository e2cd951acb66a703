"""Copies that were resized or compressed anew are told; what only looks alike is not."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from semisup.prepare.near_copies import doubt_copies
from semisup.workflow import outputs
from semisup.workflow.notes import Notes

SIDE = 40
Images = NDArray[np.uint8]


def drawn(count: int, seed: int) -> Images:
    """Smooth shapes with detail, as photographs have both."""
    rng = np.random.default_rng(seed)
    light, colour = (
        rng.integers(30, 226, (count, 10, 10, 1)),
        rng.integers(-20, 20, (count, 1, 1, 3)),
    )
    return np.stack([resized(image, SIDE) for image in (light + colour).astype(np.uint8)])


def resized(image: Images, side: int) -> Images:
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))


def compressed(image: Images) -> Images:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=60)
    return np.asarray(Image.open(file))


def said(
    folder: Path,
    images: Images,
    parts: list[str],
    same: dict[int, int],
    groups: dict[int, int] | None = None,
) -> list[str]:
    notes = Notes()
    rows = np.zeros(len(images), [("given", "i1"), ("same_as", "<i4"), ("key", "<u8")])
    rows["given"] = [outputs.GIVEN.index(part) for part in parts]
    rows["same_as"] = [same.get(number, number) for number in range(len(images))]
    rows["key"] = [(groups or {}).get(number, number) for number in range(len(images))]
    with (folder / "m.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["source"], *([f"{n}.png"] for n in range(len(images)))])
    doubt_copies(images, rows, folder / "m.csv", notes)
    return notes.lines


@pytest.mark.parametrize("change", [compressed, lambda image: resized(resized(image, 80), SIDE)])
def test_copies_across_a_split_that_is_given(tmp_path: Path, change: object) -> None:
    train, test = drawn(20, 1), drawn(20, 2)
    test[:4] = [change(image) for image in train[7:11]]  # type: ignore[operator]
    lines = said(tmp_path, np.concatenate([train, test]), ["train"] * 20 + ["test"] * 20, {})
    assert len(lines) == 1
    assert lines[0].startswith("4 of 20 validation and test images looked at seem to be copies of")
    assert "(such as 20.png, of 7.png)" in lines[0]


@pytest.mark.parametrize("given", [["test"], ["validation"], ["test", "validation"]])
def test_copies_in_what_a_part_is_yet_to_be_held_back_from(
    tmp_path: Path, given: list[str]
) -> None:
    """As frames of a video, where the data bring a test set alone."""
    train, held = drawn(20, 1), drawn(20, 2)
    train[:3] = [compressed(image) for image in train[7:10]]
    parts = ["train"] * 20 + [given[n % len(given)] for n in range(20)]
    lines = said(tmp_path, np.concatenate([train, held]), parts, {})
    assert len(lines) == (len(given) == 1)
    if lines:
        assert lines[0].startswith("6 of 20 images to train on looked at seem to be copies of")
        assert "(such as 0.png, of 7.png)" in lines[0]


def test_copies_of_one_group_need_no_warning(tmp_path: Path) -> None:
    images = drawn(20, 1)
    images[10:14] = [compressed(image) for image in images[:4]]
    groups = {10: 0, 11: 1, 12: 2, 13: 3}
    assert said(tmp_path, images, ["train"] * 20, {}, groups) == []
    assert len(said(tmp_path, images, ["train"] * 20, {})) == 1


def test_copies_where_a_part_is_yet_to_be_held_back(tmp_path: Path) -> None:
    images = drawn(20, 1)
    images[:3] = [compressed(image) for image in images[7:10]]
    lines = said(tmp_path, images, ["train"] * 20, {})
    assert lines[0].startswith("6 of 20 images looked at seem to be copies of others")


def test_other_images_and_equal_ones_are_passed_over(tmp_path: Path) -> None:
    """Equal ones are taken out elsewhere, and images of one grey are alike in nothing."""
    train, test = drawn(20, 1), drawn(20, 2)
    test[:4] = train[:4]
    train[4:9], test[4:9] = 90, 91
    images = np.concatenate([train, test])
    parts = ["train"] * 20 + ["test"] * 20
    assert said(tmp_path, images, parts, {20 + n: n for n in range(4)}) == []
    assert said(tmp_path, test, ["test"] * 20, {}) == []


def test_shapes_that_are_alike_but_for_their_detail(tmp_path: Path) -> None:
    """As of clothes or organs, which all lie alike."""
    base = drawn(1, 1)[0].astype(float)
    texture = np.random.default_rng(3).normal(0, 5, (40, SIDE, SIDE, 1))
    images = np.clip(base + texture, 0, 255).astype(np.uint8)
    assert said(tmp_path, images, ["train"] * 20 + ["test"] * 20, {}) == []
