"""Names that stand for several images of one thing, and masks beside images."""

import tarfile
from pathlib import Path

import pytest
from made_files import fill, make_tar, png, records

from semisup.prepare.series import thing_of

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
        ("a/IMG_20210101_123456.jpg", None),
        ("a/DSC_0001.jpg", None),
        ("a/0001.jpg", None),
        ("a/ISIC_0024306.jpg", None),
        ("a/cat.12.jpg", None),
        ("a/2021-01-31.jpg", None),
    ],
)
def test_what_an_image_is_of(path: str, thing: str | None) -> None:
    assert thing_of(path) == thing


@pytest.mark.parametrize(
    "name", ["vid{thing}_frame{n:03}.png", "person{thing}_virus_{n}.png", "{thing}_x{n}_y{n}.png"]
)
@pytest.mark.parametrize("images", [3, 30])
def test_names_of_one_thing_are_hinted_at(tmp_path: Path, name: str, images: int) -> None:
    for label in "ab":
        for n in range(images):
            fill(tmp_path, *(f"{label}/{name.format(thing=t, n=n)}" for t in range(12)))
    _, _, warnings = records(labelled=tmp_path)
    assert [HINT in line for line in warnings] == [True]


@pytest.mark.parametrize("name", ["n0{label}_{n}.png", "{n}.png", "shot_{n}.png", "{n}_{n}.png"])
def test_names_of_classes_and_numbers_are_not(tmp_path: Path, name: str) -> None:
    for number, label in enumerate("abcdefghijkl"):
        paths = (f"{label}/{name.format(label=number, n=n)}" for n in range(20))
        fill(tmp_path, *paths)
    _, _, warnings = records(labelled=tmp_path)
    assert not any(HINT in line for line in warnings)


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("a (1).png", "a (1)_mask.png"),
        ("a (1).png", "a (1)_mask_1.png"),
        ("ISIC_1.png", "ISIC_1_segmentation.png"),
        ("ISIC_1.jpg", "ISIC_1_superpixels.png"),
        ("1.png", "1-GroundTruth.png"),
    ],
)
def test_masks_beside_images_are_no_images(tmp_path: Path, image: str, mask: str) -> None:
    fill(tmp_path, f"a/{image}", f"a/{mask}", f"b/{image}", f"b/{mask}")
    images, rejected, warnings = records(labelled=tmp_path)
    assert {path.rpartition("/")[2] for path in images} == {image}
    assert [item.meant for item in rejected] == ["aside", "aside"]
    assert any(f"2 files such as a/{mask} are left out" in line for line in warnings)


def test_one_of_many_happens_to_be_called_so(tmp_path: Path) -> None:
    names = [f"{label}/{n}.png" for label in "ab" for n in range(60)]
    images, rejected, _ = records(labelled=fill(tmp_path, *names, "a/7_mask.png"))
    assert (len(images), rejected) == (121, [])


def test_text_about_an_image_is_no_image_of_a_mask(tmp_path: Path) -> None:
    fill(tmp_path, "a/1_mask.png", "b/2.png")
    (tmp_path / "a/1.xml").write_text("<a/>")
    images, rejected, _ = records(labelled=tmp_path)
    assert len(images) == 2
    assert [item.source.rpartition("/")[2] for item in rejected] == ["1.xml"]


def test_masks_in_a_tar(tmp_path: Path) -> None:
    fill(tmp_path / "x", "a/1.png", "a/1_mask.png", "b/2.png", "b/2_mask.png", "b/only_mask.png")
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        for path in sorted((tmp_path / "x").rglob("*.png")):
            tar.add(path, path.relative_to(tmp_path / "x"))
    images, rejected, _ = records(labelled=tmp_path / "x.tar")
    assert sorted(path.rpartition("/")[2] for path in images) == ["1.png", "2.png", "only_mask.png"]
    assert [item.meant for item in rejected] == ["aside", "aside"]


def test_where_a_table_names_masks_those_it_does_not_name_are_images_too(tmp_path: Path) -> None:
    """As of faces: 1_mask.png wears one."""
    fill(tmp_path / "a", *(f"{n}{end}.png" for n in (1, 2, 3) for end in ("", "_mask")))
    table = tmp_path / "labels.csv"
    table.write_text("path,label\n1.png,bare\n1_mask.png,masked\n2.png,bare\n")
    images, rejected, _ = records(labelled=tmp_path / "a", labels=table)
    assert (len(images), rejected) == (6, [])


def test_masks_alone_and_masks_in_a_table_are_images(tmp_path: Path) -> None:
    fill(tmp_path / "alone", "worn/1_mask.png", "bare/1_no_mask.png")
    images, rejected, _ = records(labelled=tmp_path / "alone")
    assert (len(images), rejected) == (2, [])
    fill(tmp_path / "named", "1.png", "1_mask.png")
    table = tmp_path / "labels.csv"
    table.write_text("path,label\n1.png,photo\n1_mask.png,mask\n")
    images, rejected, _ = records(labelled=tmp_path / "named", labels=table)
    assert ({record.label for record in images.values()}, rejected) == ({"photo", "mask"}, [])


def test_names_that_begin_with_their_class_in_a_tar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of which only the first files are looked at before it is read."""
    monkeypatch.setattr("semisup.prepare.plan.LOOKED_AT", 10)
    files = {
        f"c{label}/c{label}_{n}.png": png(5 * label + n) for label in range(12) for n in range(5)
    }
    *_, warnings = records(labelled=make_tar(tmp_path / "a.tar", files))
    assert not any(HINT in line for line in warnings)
