"""Folders of masks where folders are no classes, and what only looks like one."""

from pathlib import Path

import pytest
from made_files import fill, make_tar, png, records, said

IMAGES = [f"images/part_{n % 2}/ISIC_{n}.png" for n in range(4)]


@pytest.mark.parametrize(
    "mask",
    [
        "images_masks/ISIC_{}_mask.png",
        "SegmentationClass/ISIC_{}.png",
        "lesion_segmentations_v1/ISIC_{}_segmentation.png",
        "Part1_GroundTruth/part_1/ISIC_{}.bmp",
        "annotations/trimaps/ISIC_{}.png",
        "part_gt/ISIC_{}.png",
        "depth/ISIC_{}.png",
    ],
)
@pytest.mark.parametrize("kind", ["pool", "tar", "table"])
def test_masks_in_a_folder_of_their_own(tmp_path: Path, mask: str, kind: str) -> None:
    names = [*IMAGES, *(mask.format(n) for n in range(4))]
    place = fill(tmp_path / "a", *names)
    if kind == "tar":
        place = make_tar(tmp_path / "a.tar", {name: png(n) for n, name in enumerate(names)})
    if kind == "table":
        (tmp_path / "labels.csv").write_text("id,label\nISIC_0,a\nISIC_1,b\nISIC_2,b\n")
        images, _, warnings = records(labelled=place, labels=tmp_path / "labels.csv")
    else:
        images, _, warnings = records(unlabelled=place)
    assert sorted(images) == [f"{place}/{name}" for name in sorted(IMAGES)]
    assert said(warnings, "(4 files): left out, since by the name")


def test_masks_of_equal_names_in_several_folders(tmp_path: Path) -> None:
    names = [f"{kind}/{part}/{n}.png" for kind in ("a", "a_masks") for part in "xy" for n in "12"]
    images, _, _ = records(unlabelled=fill(tmp_path, *(n.replace("a/", "img/") for n in names)))
    assert len(images) == 4


def test_masks_of_one_part_of_the_data(tmp_path: Path) -> None:
    """So sets of defects have them: ground_truth/bent/1_mask.png of test/bent/1.png."""
    images = [f"{part}/{n}.png" for part in ("train/good", "test/good", "test/bent") for n in "12"]
    masks = ["ground_truth/bent/1_mask.png", "ground_truth/bent/2_mask.png"]
    found, _, _ = records(unlabelled=fill(tmp_path, *images, *masks))
    assert len(found) == len(images)


def test_what_is_called_as_masks_and_is_none(tmp_path: Path) -> None:
    """Things that are worn; files that no other image is called as; what a table names."""
    things = fill(
        tmp_path / "things", *(f"{k}/{n}.png" for k in ("hat", "mask", "tie") for n in "1")
    )
    assert len(records(unlabelled=things)[0]) == 3
    worn = fill(tmp_path / "worn", "bare/1.png", "with_mask/1.png", "bare/2.png", "with_mask/2.png")
    assert len(records(unlabelled=worn)[0]) == 4
    boxes = fill(tmp_path / "boxes", "bottles/1.png", "boxes/1.png")
    assert len(records(unlabelled=boxes)[0]) == 2
    other = fill(tmp_path / "other", "photos/1.png", "masks/a.png", "masks/b.png")
    assert len(records(unlabelled=other)[0]) == 3
    table = tmp_path / "labels.csv"
    table.write_text("path,label\nmasks/1.png,a\nx/1.png,b\n")
    both = fill(tmp_path / "both", "x/1.png", "x/2.png", "masks/1.png", "masks/2.png")
    assert len(records(labelled=both, labels=table)[0]) == 4


def test_a_folder_of_masks_that_is_named_as_a_place(tmp_path: Path) -> None:
    fill(tmp_path, "images/1.png", "images/2.png", "masks/1.png", "masks/2.png")
    assert len(records(unlabelled=[f"{tmp_path}/images", f"{tmp_path}/masks"])[0]) == 4
