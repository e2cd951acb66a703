"""Names that stand for several images of one thing."""

from pathlib import Path

import pytest
from made_files import fill, records

from semisup.prepare.own_images.series import things_of

HINT = "stand for several images each"


@pytest.mark.parametrize(
    ("path", "thing"),
    [
        ("a/p012_3.png", "a/p012"),
        ("a/10_left.jpg", "a/10"),
        ("a/vid3_frame041.jpg", "a/vid3"),
        ("a/person7_bacteria_12.jpeg", "a/person7"),
        ("0/8863_idx5_x51_y101_class0.png", "0/8863"),
        ("a/scan 7 - front.tif", "a/scan 7"),
        ("a/video7_frame000041.png", "a/video7"),
        ("a/00003_00012.ppm", "a/00003"),
        ("a/00000_00003_00012.png", "a/00000_00003"),
        ("a/Baum 3 (2).jpg", "a/Baum 3"),
        ("a/plant003_090deg.png", "a/plant003"),
        ("a/S010_004_00000017.png", "a/S010"),
        ("a/IMG_1001_jpg.rf.0cc175b9c0f1b6a831c399e269772661.jpg", "a/IMG_1001"),
        ("a/cat_jpg.rf.0cc175b9c0f1b6a831c399e269772661.jpg", "a/cat_jpg"),
        ("a/vid3_frame041_png.rf.0cc175b9c0f1b6a831c399e269772661.jpg", "a/vid3"),
        ("a/n01440764_10026.jpg", None),
        ("a/00003_10012.jpg", None),
        ("a/IMG_20210101_123456.jpg", None),
        ("a/DSC_0001.jpg", None),
        ("a/0001.jpg", None),
        ("a/ISIC_0024306.jpg", None),
        ("a/cat.12.jpg", None),
        ("a/2021-01-31.jpg", None),
    ],
)
def test_what_an_image_is_of(path: str, thing: str | None) -> None:
    assert things_of(path)[0] == thing


@pytest.mark.parametrize(
    ("path", "thing"),
    [
        ("a/OAS1_0028_MR1_mpr-1_100.jpg", "a/OAS1_0028"),
        ("a/SOB_B_A-14-22549AB-40-001.png", "a/SOB_B_A-14-22549AB"),
        ("a/P1_A01_s1.tif", "a/P1_A01"),
        ("a/Plate1_A01_s1_w1.tif", "a/Plate1_A01"),
        ("a/p012_3.png", None),
        ("a/n01440764_10026.jpg", None),
        ("a/2021-01-31.jpg", None),
    ],
)
def test_what_an_image_is_of_by_its_second_number(path: str, thing: str | None) -> None:
    assert things_of(path)[1] == thing


@pytest.mark.parametrize(
    "name",
    [
        "vid{thing}_frame{n:03}.png",
        "vid{thing}_frame{n:06}.png",
        "person{thing}_virus_{n}.png",
        "{thing}_x{n}_y{n}.png",
        "{thing:05}_{n:05}.png",
        "DSC_{thing:04}_jpg.rf.{n:032x}.png",
        "OAS1_{thing:04}_MR1_mpr-1_{n}.png",
        "SOB_B_A-14-{thing}AB-40-{n:03}.png",
        "P1_A{thing:02}_s{n}.png",
        "00000_{thing:05}_{n:05}.png",
    ],
)
@pytest.mark.parametrize("images", [3, 30])
def test_names_of_one_thing_are_hinted_at(tmp_path: Path, name: str, images: int) -> None:
    for label in "ab":
        for n in range(images):
            fill(tmp_path, *(f"{label}/{name.format(thing=t, n=n)}" for t in range(12)))
    _, _, warnings = records(labelled=tmp_path)
    assert [HINT in line for line in warnings] == [True]


@pytest.mark.parametrize(
    "name",
    [
        "n0{label}_{n}.png",
        "{n}.png",
        "{n:05}.png",
        "shot_{n}.png",
        "shot_{n:06}.png",
        "{n}_{n}.png",
        "set1_shot_{n}.png",
        "2021_05_{n}.png",
        "{n:05}_{n:05}.png",
        "DSC_{n:04}_jpg.rf.{n:032x}.png",
    ],
)
def test_names_of_classes_and_numbers_are_not(tmp_path: Path, name: str) -> None:
    for number, label in enumerate("abcdefghijkl"):
        paths = (f"{label}/{name.format(label=number, n=n)}" for n in range(20))
        fill(tmp_path, *paths)
    _, _, warnings = records(labelled=tmp_path)
    assert not any(HINT in line for line in warnings)
