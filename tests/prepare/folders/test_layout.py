"""Which folders are the classes, and which are not."""

import os
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from made_files import MAKERS, fill, planned, png, read, records

from semisup.prepare.folders.layout import Folder, examine
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes

TWO = ("cat", "dog")


def levels(*paths: str, class_level: int | None = None) -> tuple[str, ...]:
    return examine(Folder.of(paths), "here", class_level, Notes()).levels


def found(root: Path, **given: Any) -> tuple[dict[str, Any], list[str]]:
    """(label, split) by path below the place, and the warnings."""
    images, rejected, warnings = records(labelled=root, **given)
    assert not [item for item in rejected if item.meant != "aside"]
    shown = {s.removeprefix(f"{root}/"): (r.label, r.given_split) for s, r in images.items()}
    return shown, warnings


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["cat/1.png", "dog/1.png"], ["class"]),
        (["cat/1.png"], ["class"]),
        (["set/cat/1.png", "set/dog/1.png"], ["wrapper", "class"]),
        (["a/b/cat/1.png", "a/b/dog/1.png", "README.txt"], ["wrapper", "wrapper", "class"]),
        (["set/cat/1.png", "1.JPG"], ["class"]),
        (["set/cat/1.png", "set/1.png"], ["wrapper", "class"]),
        (["set/cat/x/1.png", "set/1.png"], ["wrapper", "class"]),
        ([], ["class"]),
        # names of parts that are classes: one alone, or beside others
        (["train/1.png", "bus/1.png", "car/1.png"], ["class"]),
        (["test tube/1.png", "bullet train/1.png", "flask/1.png"], ["class"]),
        (["0/1.png", "1/1.png"], ["class"]),
    ],
)
def test_levels(paths: list[str], expected: list[str]) -> None:
    assert [*levels(*paths)] == expected


PARTS = [
    ("train", "val", "test"),
    ("Train", "Valid", "Test"),
    ("training", "validation", "testing"),
    ("train_set", "dev", "test_set"),
    ("seg_train", "seg_val", "seg_test"),
    ("train2017", "val2017", "test2017"),
    ("train", "val", "hold-out"),
    ("train", "val", "held_out"),
    ("training", "internal validation", "external validation"),
]


@pytest.mark.parametrize("names", PARTS)
@pytest.mark.parametrize("wrapper", ["", "dataset/", "a/b/"])
def test_train_val_and_test_are_no_classes(
    tmp_path: Path, names: tuple[str, ...], wrapper: str
) -> None:
    paths = [f"{wrapper}{part}/{label}/1.png" for part in names for label in TWO]
    images, _ = found(fill(tmp_path, *paths))
    roles = dict(zip(names, ("train", "validation", "test"), strict=True))
    assert images == {
        f"{wrapper}{part}/{label}/1.png": (label, roles[part]) for part in names for label in TWO
    }


def test_parts_within_classes(tmp_path: Path) -> None:
    paths = [f"{label}/{part}/1.png" for label in TWO for part in ("train", "test")]
    images, _ = found(fill(tmp_path, *paths))
    assert images == {f"{x}/{part}/1.png": (x, part) for x in TWO for part in ("train", "test")}


def test_images_and_masks_in_parts_within_classes(tmp_path: Path) -> None:
    inner = [f"{part}/{kind}/1.png" for part in ("train", "test") for kind in ("images", "masks")]
    fill(tmp_path, *(f"{name}/{path}" for name in TWO for path in inner))
    images, rejected, _ = records(labelled=tmp_path)
    assert {(r.label, r.given_split) for r in images.values()} == {
        (name, part) for name in TWO for part in ("train", "test")
    }
    assert len(rejected) == len(images) == 4
    assert {item.meant for item in rejected} == {"aside"}


def test_masks_called_as_the_images_beside_them(tmp_path: Path) -> None:
    """In folders of each class's own name."""
    fill(tmp_path, *(f"{name}/{name}{kind}/1.png" for name in TWO for kind in ("", " GT")))
    images, rejected, _ = records(labelled=tmp_path)
    assert [r.label for r in images.values()] == [*TWO]
    assert [item.meant for item in rejected] == ["aside", "aside"]


@pytest.mark.parametrize(
    ("names", "word"),
    [
        (["train", "train_mini", "val"], "train, train_mini are all read as train"),
        (["train", "test_clean", "test_noisy"], "test_clean, test_noisy are all read as test"),
        (["train", "validation", "evaluation"], ""),  # the second is test
        (["train", "val", "test"], ""),
    ],
)
def test_several_folders_of_one_part_are_told(tmp_path: Path, names: list[str], word: str) -> None:
    fill(tmp_path, *(f"{part}/{name}/1.png" for part in names for name in TWO))
    _, warnings = found(tmp_path)
    assert any(word in line for line in warnings) if word else not warnings


def test_classes_called_as_the_test_images_of_others(tmp_path: Path) -> None:
    fill(tmp_path, *(f"{name}{part}/1.png" for name in TWO for part in ("", "_test")))
    _, warnings = found(tmp_path)
    assert any("cat_test, dog_test: read as a class, but seldom one" in w for w in warnings)


def test_unlabelled_beside_train_and_test(tmp_path: Path) -> None:
    fill(tmp_path, "train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "unlabeled/1.png")
    images, _ = found(tmp_path)
    assert images["unlabeled/1.png"] == (None, "train")
    assert images["test/cat/1.png"] == ("cat", "test")


def test_test_images_without_class_folders_have_no_label(tmp_path: Path) -> None:
    images, warnings = found(fill(tmp_path, "train/cat/1.png", "train/dog/1.png", "test1/1.png"))
    assert images["test1/1.png"] == (None, "train")
    assert any("test1: holds no class folders" in line for line in warnings)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("p{0:03}_{1}", True),
        ("scan{0}-{1}", True),
        ("cat_{0}{1}", False),
        ("IMG_2021_0{0}{1}", False),
    ],
)
def test_names_of_one_thing_are_hinted_at(tmp_path: Path, name: str, hint: bool) -> None:
    names = [
        f"{x}/{name.format(10 * at + n, m)}.png"
        for at, x in enumerate(TWO)
        for n in range(8)
        for m in range(3)
    ]
    _, warnings = found(fill(tmp_path, *names))
    assert any("stand for several images each" in line for line in warnings) == hint


def test_folders_beside_train_and_test_are_left_out_with_a_word(tmp_path: Path) -> None:
    fill(tmp_path, "train/cat/1.png", "train/dog/1.png", "test/cat/1.png", "demo/1.png")
    images, rejected, warnings = records(labelled=tmp_path)
    assert len(images) == 3
    assert [item.source for item in rejected] == [f"{tmp_path}/demo/1.png"]
    assert any("demo: beside folders named as train and test" in line for line in warnings)


@pytest.mark.parametrize(
    "outer", [("site_a", "site_b"), ("2019", "2020"), ("Hospital1", "Hospital2"), ("rgb", "grey")]
)
def test_repeated_class_folders(tmp_path: Path, outer: tuple[str, ...]) -> None:
    paths = [f"{site}/{label}/1.png" for site in outer for label in TWO]
    images, warnings = found(fill(tmp_path, *paths))
    assert images == {path: (path.split("/")[1], "train") for path in paths}
    assert any("hold the same folders, which are read as the classes" in w for w in warnings)


def test_sites_with_parts(tmp_path: Path) -> None:
    paths = [f"site{n}/{p}/{x}/1.png" for n in (1, 2) for p in ("train", "test") for x in TWO]
    images, _ = found(fill(tmp_path, *paths))
    assert images == {path: (path.split("/")[2], path.split("/")[1]) for path in paths}


def test_classes_deeper_than_any_folder() -> None:
    assert levels("cat/1.png", "dog/1.png", class_level=5000)[-1] == "class"


def test_views_within_classes(tmp_path: Path) -> None:
    paths = [f"{label}/{view}/1.png" for label in TWO for view in ("left", "right")]
    images, warnings = found(fill(tmp_path, *paths))
    assert {label for label, _ in images.values()} == {*TWO}
    assert any("cat, dog are read as the classes" in line for line in warnings)


def test_what_may_be_read_in_two_ways_is_asked_for(tmp_path: Path) -> None:
    paths = [f"{one}/{other}/1.png" for one in ("oak", "elm") for other in ("leaf", "bark")]
    fill(tmp_path, *paths)
    with pytest.raises(
        UserError, match=r"may be elm, oak, or bark, leaf.*class_level to 1 "
    ) as error:
        read(labelled=tmp_path)
    assert "\n" not in str(error.value)
    for level in (1, 2):
        images, _ = found(tmp_path, class_level=level)
        assert images == {path: (path.split("/")[level - 1], "train") for path in paths}


@pytest.mark.parametrize("aside", ["annotations", "masks", "Segmentations"])
def test_images_beside_annotations(tmp_path: Path, aside: str) -> None:
    fill(tmp_path, *(f"{top}/{x}/1.png" for top in ("images", aside) for x in TWO))
    images, warnings = found(tmp_path)
    assert images == {f"images/{x}/1.png": (x, "train") for x in TWO}
    assert any(f"{aside}: left out" in line for line in warnings)


def test_text_beside_images_counts_for_nothing(tmp_path: Path) -> None:
    fill(tmp_path, *(f"images/{x}/1.png" for x in TWO))
    for x in TWO:
        (tmp_path / "annotations" / x).mkdir(parents=True)
        (tmp_path / "annotations" / x / "1.xml").write_text("<a/>")
    images, rejected, _ = records(labelled=tmp_path, max_rejected_fraction=0.0)
    assert {record.label for record in images.values()} == {*TWO}
    assert {item.meant for item in rejected} == {"aside"}


def test_a_class_that_is_named_as_none_is_warned_of(tmp_path: Path) -> None:
    images, warnings = found(fill(tmp_path, "cat/1.png", "dog/1.png", "images/1.png"))
    assert {label for label, _ in images.values()} == {"cat", "dog", "images"}
    assert any("images: read as a class, but seldom one" in line for line in warnings)


@pytest.mark.parametrize("name", ["-1", "NA", "nan", "None", "?", "unlabeled", "Unlabelled", "n_a"])
def test_folders_that_mean_no_label(tmp_path: Path, name: str) -> None:
    images, warnings = found(fill(tmp_path, "cat/1.png", "dog/1.png", f"{name}/1.png"))
    is_class = name == "n_a"
    assert images[f"{name}/1.png"] == (name if is_class else None, "train")
    assert is_class or any(f"folders read as no label: {name!r} (1 files)" in w for w in warnings)


def test_class_folders_of_one_name_in_two_spellings(tmp_path: Path) -> None:
    images, warnings = found(
        fill(
            tmp_path,
            "train/caf\u00e9/1.png",
            "test/cafe\u0301/2.png",
            "train/a  b/3.png",
            "test/a\u00a0b/4.png",
        )
    )
    assert {label for label, _ in images.values()} == {"caf\u00e9", "a b"}
    assert sum("differ in spaces or Unicode form only: one class" in w for w in warnings) == 2


def test_folders_of_one_thing_are_hinted_at(tmp_path: Path) -> None:
    paths = [f"{x}/{x}_patient{n}/{m}.png" for x in TWO for n in range(3) for m in range(3)]
    fill(tmp_path, *paths)
    _, warnings = found(tmp_path)
    (hint,) = (line for line in warnings if "data.folder.group_pattern" in line)
    assert "(cat_patient0, cat_patient1, cat_patient2 and 3 more)" in hint
    images, _, warnings = records(labelled=tmp_path, group_pattern=r"(patient\d)")
    assert images[f"{tmp_path}/cat/cat_patient2/0.png"].group == "patient2"
    assert warnings == []


@pytest.mark.parametrize("inner", ["", "/wrap", "/wrap/set"])
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_wrapped_archive(tmp_path: Path, kind: str, inner: str) -> None:
    path = tmp_path / f"a.{kind}"
    names = ["wrap/set/cat/1.png", "wrap/set/dog/1.png", "__MACOSX/wrap/set/cat/._1.png"]
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, png(1))
    else:
        source = fill(tmp_path / "source", *names)
        with tarfile.open(path, "w:gz") as tar:
            tar.add(source, ".")
    images, rejected = read(labelled=f"{path}{inner}")
    assert images == {
        f"{path}/wrap/set/cat/1.png": ("cat", "train"),
        f"{path}/wrap/set/dog/1.png": ("dog", "train"),
    }
    assert not rejected


def test_classes_whose_names_are_not_utf8(tmp_path: Path) -> None:
    fill(tmp_path, os.fsdecode(b"m\xfcnster/1.png"), os.fsdecode(b"m\xf6nster/1.png"), "ä/1.png")
    images, _ = read(labelled=tmp_path)
    assert {label for label, _ in images.values()} == {r"m\xfcnster", r"m\xf6nster", "ä"}
    assert all(source.encode() for source in images)


@pytest.mark.parametrize("part", ["test", "validation"])
def test_a_held_image_needs_a_label(tmp_path: Path, part: str) -> None:
    root = fill(tmp_path, "train/a/1.png", "train/b/2.png", f"{part}/a/3.png", f"{part}/NA/4.png")
    images, rejected = read(labelled=root)
    assert images[f"{root}/{part}/a/3.png"] == ("a", part)
    assert rejected == {f"{root}/{part}/NA/4.png": f"{part} image without a label"}


@pytest.mark.parametrize(
    "folders",
    [
        ("train/cat", "train/dog", "test/cat", "test/dog"),
        ("d/train/cat", "d/train/dog", "d/val/cat", "d/val/dog"),
        ("seg_train/cat", "seg_train/dog", "seg_test/cat", "seg_test/dog"),
        ("labeled/cat", "labeled/dog", "unlabeled"),
        ("images/cat", "images/dog", "masks/cat", "masks/dog"),
        ("cat", "cat/test", "dog", "dog/test"),
        ("benign/AX", "benign/BQ", "malignant/CD", "malignant/DR"),
        ("Pets/cat", "Pets/dog", "pets/Pets/cat", "pets/Pets/dog"),
        ("n0", "n1", "n2"),
    ],
)
@pytest.mark.parametrize("wrapper", ["", "set/"])
def test_a_tar_is_read_as_a_zip_whatever_comes_late_in_it(
    tmp_path: Path, wrapper: str, folders: tuple[str, ...]
) -> None:
    files = {f"{wrapper}{at}/{n}.png": b"" for at in folders for n in range(600)}
    (tmp_path / "words.txt").write_text("n0 ant\nn1 bee\nn2 cow\n")
    plans = [
        planned(
            labelled=MAKERS[kind](tmp_path / kind, files),
            class_names=tmp_path / "words.txt" if "n2" in folders else "auto",
        )
        for kind in ("a.tar", "a.zip")
    ]
    as_tar, as_zip = (
        (
            plan.classes,
            plan.names,
            plan.sources[0].layout,
            [line.replace("a.zip", "a.tar") for line in plan.notes.lines],
        )
        for plan in plans
    )
    assert as_tar == as_zip
    assert as_tar[1] == ({"n0": "ant", "n1": "bee", "n2": "cow"} if "n2" in folders else {})


def test_train_and_validation_in_one_folder_are_a_part(tmp_path: Path) -> None:
    paths = [f"{part}/{label}/1.png" for part in ("train_val", "test") for label in TWO]
    images, _ = found(fill(tmp_path, *paths))
    assert {path: split for path, (_, split) in images.items()} == {
        path: "test" if path.startswith("test") else "train" for path in paths
    }


@pytest.mark.parametrize(
    ("outer", "expected"), [(("test", "extra"), ["test", "train"]), (("train", "new"), ["train"])]
)
def test_a_level_around_the_classes_stays_the_split(
    tmp_path: Path, outer: tuple[str, str], expected: list[str]
) -> None:
    paths = [f"{part}/{label}/1.png" for part in outer for label in TWO]
    images, warnings = found(fill(tmp_path, *paths), class_level=2)
    assert [*dict.fromkeys(images[path][1] for path in paths)] == expected
    assert {label for label, _ in images.values()} == {*TWO}
    assert any(f"{outer[1]}: beside a folder named as train or test" in line for line in warnings)


@pytest.mark.parametrize("fold", ["fold", "fold_", "Split ", "cv", "my_fold_"])
@pytest.mark.parametrize("above", ["", "data/"])
def test_folds_of_a_cross_validation_are_refused(above: str, fold: str) -> None:
    """An image is a test image in one of them."""
    paths = [
        f"{above}{fold}{k}/{part}/{label}/1.png"
        for k in (1, 2, 3)
        for part in ("train", "test")
        for label in TWO
    ]
    with pytest.raises(UserError, match=f"name the folder of one fold, such as {fold}1, instead"):
        levels(*paths)
    assert [*levels(*paths, class_level=4 if above else 3)][-2:] == ["part", "class"]
    assert [*levels(*(path.replace(fold, "site") for path in paths))][-2:] == ["part", "class"]
