"""What belongs to an image beside it by its name: masks, small forms, copies, raw files."""

from pathlib import Path

import pytest
from made_files import (
    MAKERS,
    encoded,
    fill,
    make_tar,
    png,
    quadrants,
    records,
    said,
    understood,
    with_table,
)

NEF = encoded(quadrants(), "TIFF")  # which their first bytes say that they are
ALONE = "a camera's raw file, not decoded: save it as JPEG or TIFF"


@pytest.mark.parametrize(
    ("aside", "images"),
    [
        ("{}/masks/{}.png", "{}/images/{}.png"),
        ("{}/thumbnails/{}.png", "{}/{}.png"),
        ("{}/{}_gt.png", "{}/{}.png"),
        ("{}/mask_{}.png", "{}/{}.png"),
        ("{}/{}-150x150.png", "{}/{}.png"),
        ("{}/{}_thumb.png", "{}/{}.png"),
    ],
)
def test_what_is_no_image_of_its_own(tmp_path: Path, aside: str, images: str) -> None:
    names = [
        kind.format(label, n) for label in ("cat", "dog") for n in "12" for kind in (images, aside)
    ]
    found, warnings = understood(fill(tmp_path, *names))
    assert {path: label for path, (label, _) in found.items()} == {
        images.format(label, n): label for label in ("cat", "dog") for n in "12"
    }
    assert said(warnings, "left out")


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


def test_masks_beside_images_that_a_table_names(tmp_path: Path) -> None:
    fill(tmp_path / "x", "images/1.png", "images/2.png", "images/3.png", "masks/1.png")
    (tmp_path / "x/l.csv").write_text("path,label\nimages/1.png,cat\nimages/2.png,dog\n")
    found, warnings = understood(tmp_path / "x", labels=tmp_path / "x/l.csv")
    assert set(found) == {"images/1.png", "images/2.png", "images/3.png"}
    assert said(warnings, "masks (1 files): left out")


@pytest.mark.parametrize("ends", [("jpg", "tif"), ("bmp", "png")])
def test_names_that_differ_by_the_ending_are_told_of(tmp_path: Path, ends: tuple[str, ...]) -> None:
    names = [f"{label}/{n}.{e}" for label in "ab" for n in range(6) for e in ends]
    _, warnings = understood(fill(tmp_path, *names))
    assert said(warnings, "12 files such as")


def test_drawings_with_the_names_of_photographs_are_no_images(tmp_path: Path) -> None:
    """As the magnetic tiles have them; in a tar, or where a table names some, they are told of."""
    names = [f"{label}/{n}.{e}" for label in "ab" for n in range(6) for e in ("JPG", "png")]
    fill(tmp_path / "x", *names, "a/logo.png")
    found, warnings = understood(tmp_path / "x")
    assert {*found} == {name for name in names if name.endswith("JPG")} | {"a/logo.png"}
    assert said(warnings, "12 files such as a/0.png are left out")
    (tmp_path / "t.csv").write_text("path,label\na/1.png,a\nb/1.png,b\n")
    found, warnings = understood(tmp_path / "x", labels=tmp_path / "t.csv")
    assert len(found) == len(names) + 1
    assert said(warnings, "if those are masks or copies, take them out")
    tar = make_tar(tmp_path / "x.tar", {name: png(n) for n, name in enumerate(names)})
    found, warnings = understood(tar)
    assert len(found) == len(names)
    assert said(warnings, "if those are masks or copies, take them out")


def test_photographs_and_drawings_with_a_name_each_stay(tmp_path: Path) -> None:
    names = [f"{label}/{n}.{'jpg' if n % 2 else 'png'}" for label in "ab" for n in range(40)]
    found, _ = understood(fill(tmp_path, *names, *(f"a/{n}.png" for n in range(1, 11, 2))))
    assert len(found) == 85


@pytest.mark.parametrize(
    "names",
    [
        [f"{c}/slide.png" for c in "ab"]
        + [f"{c}/slide_{n:03}x0.png" for c in "ab" for n in range(9)],
        [f"{c}/{n}.png" for c in "ab" for n in range(20)] + ["a/1 GT.png"],
        [f"{c}/mask-{n}.png" for c in "ab" for n in range(3)],
        [f"tools/{n}.png" for n in "12"] + [f"ppe/{f}/1.png" for f in ("masks", "gloves")],
        [f"a/{n}.png" for n in range(3)] + ["a/dev board/7.png", "b/1.png", "c/1.png"],
        [f"{c}/{n}.png" for c in "abc" for n in range(3)] + ["a/test/7.png"],
    ],
    ids=["tiles", "one of many", "no image beside", "kinds", "words", "in one class"],
)
def test_images_of_a_class_stay(tmp_path: Path, names: list[str]) -> None:
    found, _ = understood(fill(tmp_path, *names))
    assert found == {name: (name.split("/")[0], "train") for name in names}


def test_faces_without_an_ending_have_no_twins(tmp_path: Path) -> None:
    names = [f"{c}/subject{n}.{mood}" for c in "ab" for n in range(6) for mood in ("happy", "sad")]
    _, warnings = understood(fill(tmp_path, *names))
    assert not said(warnings, "but for the ending")


@pytest.mark.parametrize(
    ("order", "left"), [(("1.png", "1_mask.png"), 1), (("1-90x90.png", "1.png"), 0)]
)
def test_masks_in_a_tar(tmp_path: Path, order: tuple[str, str], left: int) -> None:
    """Read once: what comes before its image, or may be a tile, is told of."""
    files = {f"{c}/{name}": png(n) for n, c in enumerate("ab") for name in order}
    files["b/only_mask.png"] = png(9)
    images, rejected, warnings = records(labelled=make_tar(tmp_path / "x.tar", files))
    assert [item.meant for item in rejected] == ["aside"] * 2 * left
    assert any(path.endswith("b/only_mask.png") for path in images)
    assert said(warnings, "left out" if left else "2 files of archives, such as a/1-90x90.png")


@pytest.mark.parametrize(("ending", "left"), [("bmp", 12), ("png", 24)])
def test_what_is_called_label_is_a_mask_if_it_ends_otherwise(
    tmp_path: Path, ending: str, left: int
) -> None:
    """As in KolektorSDD; photographs of labels are images."""
    names = [f"{label}/{n}" for label in "ab" for n in range(6)]
    files = [f"{name}.png" for name in names] + [f"{name}_label.{ending}" for name in names]
    found, _ = understood(fill(tmp_path / "x", *files))
    assert len(found) == left
    rows = "".join(f"{name}_label.{ending},{name[0]}\n" for name in names[1:])
    (tmp_path / "t.csv").write_text(f"path,label\n{rows}")
    found, _ = understood(tmp_path / "x", labels=tmp_path / "t.csv")
    assert len(found) == 24, "a table that names them makes them images"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["{}.bmp", "{}-d.bmp"], "'d' (24 files)"),
        (["{}_90deg.png", "{}.jpg", "{}_flip.png"], "'90deg' (24 files), 'flip' (24 files)"),
    ],
)
def test_masks_and_altered_copies_are_told_of(tmp_path: Path, names: list[str], words: str) -> None:
    paths = [f"{c}/{name.format(n)}" for c in "ab" for name in names for n in range(12)]
    found, warnings = understood(fill(tmp_path, *paths))
    assert len(found) == len(paths)
    assert said(warnings, f"with a word behind it, {words}: if they are masks, take them out")
    _, warnings = understood(tmp_path, group_pattern=r"(\d+)")
    assert not said(warnings, "with a word behind it")


@pytest.mark.parametrize(
    "name", ["{}_1.png", "{}_left.png", "cat_{}.png", "{}.jpg.chip.jpg", "{}_a.qqq"]
)
def test_other_names_are_not(tmp_path: Path, name: str) -> None:
    paths = [f"{c}/{name.format(n)}" for c in "ab" for n in range(12)]
    paths += [f"a/{n}.png" for n in range(5)]
    _, warnings = understood(fill(tmp_path, *paths))
    assert not said(warnings, "with a word behind it")


@pytest.mark.parametrize("name", ["folder", "a.zip", "a.tar", "a.tar.gz"])
@pytest.mark.parametrize("ending", ["NEF", "cr2", "DNG"])
def test_a_raw_file_beside_its_image_is_left_out(tmp_path: Path, name: str, ending: str) -> None:
    files: dict[str, bytes] = {}
    for number, label in enumerate("ab"):
        files |= {f"{label}/IMG_1.{ending}": NEF, f"{label}/IMG_1.JPG": png(number)}
    images, rejected, warnings = records(
        labelled=MAKERS[name](tmp_path / name, files), max_rejected_fraction=0.0
    )
    assert [Path(source).suffix for source in images] == [".JPG", ".JPG"]
    assert [(item.meant, item.reason) for item in rejected] == [
        ("aside", "a camera's raw file of the image beside it")
    ] * 2
    assert not warnings


def test_a_raw_file_alone_is_no_usable_image(tmp_path: Path) -> None:
    files = {"a/1.png": png(1), "b/2.png": png(2), "b/3.nef": NEF, "b/dir/1.nef": NEF}
    images, rejected, _ = records(labelled=MAKERS["folder"](tmp_path / "a", files))
    assert len(images) == 2
    assert [(item.meant, item.label, item.reason) for item in rejected] == [
        ("labelled", "b", ALONE)
    ] * 2


def test_a_row_without_ending_means_the_image(tmp_path: Path) -> None:
    given = with_table(tmp_path, "path,label\n1,x\n2,y\n", "1.jpg", "1.nef", "2.jpg")
    images, rejected, _ = records(labelled=tmp_path / "a", **given)
    assert [record.label for record in images.values()] == ["x", "y"]
    assert [item.meant for item in rejected] == ["aside"]


def test_a_row_of_a_raw_file(tmp_path: Path) -> None:
    given = with_table(tmp_path, "path,label\n1.nef,x\n2.jpg,y\n", "1.jpg", "1.nef", "2.jpg")
    _, rejected, _ = records(labelled=tmp_path / "a", **given)
    assert ("labelled", ALONE) in [(item.meant, item.reason) for item in rejected]
