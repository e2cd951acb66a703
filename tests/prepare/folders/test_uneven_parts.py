"""Train and test that some folders lack, lie deeper in, or have other folders beside."""

from pathlib import Path

import pytest
from made_files import fill, records, said, understood

ROLES = {"train": "train", "val": "validation", "test": "test"}


def files(*patterns: str) -> list[str]:
    """Of `site/{train,test}/{cat,dog}`, with every choice in braces: a path of an image each."""
    found = [*patterns]
    while any("{" in path for path in found):
        found = [
            f"{before}{choice}{after}"
            for path in found
            for before, _, rest in [path.partition("{")]
            for choices, _, after in [rest.partition("}")]
            for choice in choices.split(",")
        ]
    return [f"{path}/1.png" for path in found]


@pytest.mark.parametrize(
    "patterns",
    [
        ["40X/{train,test}/{cat,dog}", "100X/train/{cat,dog}"],
        ["hospitalA/{train,val,test}/{cat,dog}", "hospitalB/test/{cat,dog}"],
        ["2019/{train,test}/{cat,dog}", "2020/test/cat"],
        ["set/A/train/{cat,dog}", "set/B/test/{cat,dog}"],
    ],
)
def test_a_site_may_lack_a_part(tmp_path: Path, patterns: list[str]) -> None:
    names = files(*patterns)
    found, _ = understood(fill(tmp_path, *names))
    assert found == {name: (name.split("/")[-2], ROLES[name.split("/")[-3]]) for name in names}


@pytest.mark.parametrize(
    "patterns",
    [
        ["cat/{train,test}", "dog/train"],
        ["cat/{train,test}/{left,right}", "dog/train/{left,right}"],
        ["cat/{train,test}/{p1,p2}", "dog/train/{p3,p4}"],
        ["cat/{train,test}/{images,masks}", "dog/train/{images,masks}"],
    ],
)
def test_a_class_may_lack_a_part(tmp_path: Path, patterns: list[str]) -> None:
    names = [name for name in files(*patterns) if "masks" not in name]
    found, _ = understood(fill(tmp_path, *files(*patterns)))
    assert found == {name: (name.split("/")[0], ROLES[name.split("/")[1]]) for name in names}


def test_folders_beside_train_and_test_are_no_lost_images(tmp_path: Path) -> None:
    """However many there are: `papers` of Fruits-360, `samples`."""
    inside = files("{train,test}/{cat,dog}")
    root = fill(tmp_path, *inside, *(f"papers/{n}.png" for n in range(9)), "samples/cat/1.png")
    images, rejected, warnings = records(labelled=root, max_rejected_fraction=0.0)
    assert {*images} == {f"{root}/{name}" for name in inside}
    assert {item.meant for item in rejected} == {"aside"}
    assert said(warnings, "papers, samples: beside folders named as train and test")
    images, _, _ = records(labelled=[str(root), f"{root}/samples"], unlabelled=f"{root}/papers")
    assert len(images) == len(inside) + 10


@pytest.mark.parametrize(
    "patterns",
    [
        ["{cat,dog}/{cam1,cam2}/{train,test}"],
        ["{cat,dog}/images/{train,val,test}"],
        ["cat/{cam1,cam2}/{train,test}", "dog/cam1/train"],
        ["{cat,dog}/{2019,2020}/{left,right}/{train,test}/all"],
    ],
)
def test_train_and_test_further_down_in_the_classes(tmp_path: Path, patterns: list[str]) -> None:
    names = files(*patterns)
    found, warnings = understood(fill(tmp_path, *names))
    assert found == {
        name: (
            name.split("/")[0],
            next(ROLES[part] for part in name.split("/") if part in ROLES),
        )
        for name in names
    }
    assert said(warnings, "further down in the classes, are read as the split")


def test_kinds_that_each_hold_train_and_test_are_named(tmp_path: Path) -> None:
    patterns = ["animals/{cat,dog}/{train,test}", "plants/{oak,elm}/{train,test}"]
    found, warnings = understood(fill(tmp_path, *files(*patterns)))
    assert found["animals/cat/test/1.png"] == ("animals", "test")
    assert said(warnings, "not the folders in them (cat, dog, elm, oak)")


def test_classes_below_train_and_test_further_down_are_told_of(tmp_path: Path) -> None:
    found, warnings = understood(
        fill(tmp_path, *files("{north,south}/{cam1,cam2}/{train,test}/{cat,dog}"))
    )
    assert {part for _, part in found.values()} == {"train"}
    assert said(warnings, "folders named as train and test lie in north/cam1")


@pytest.mark.parametrize(
    ("patterns", "deeper"),
    [
        (["train/images/{cat,dog}", "test/{cat,dog}"], "train"),
        (["train/{cat,dog}", "test/data/new/{cat,dog}"], "test"),
        (["train/{site1,site2}/{cat,dog}", "test/{cat,dog,cow}"], "train"),
        (["train/images/{cat,dog}", "test/cat"], "train"),
    ],
)
def test_parts_with_classes_at_other_depths_are_to_be_named(
    tmp_path: Path, patterns: list[str], deeper: str
) -> None:
    root, names = tmp_path / "d", files(*patterns)
    fill(root, *names)
    _, warnings = understood(root)
    assert said(warnings, f"{deeper} holds class folders of ")
    assert not said(warnings, "data.folder.class_level")
    images, rejected, _ = records(labelled=root / "train", test=root / "test")
    assert not rejected
    assert {path: (image.label, image.given_split) for path, image in images.items()} == {
        f"{root}/{name}": (name.split("/")[-2], name.split("/")[0]) for name in names
    }


@pytest.mark.parametrize(
    "patterns",
    [
        ["train/{cat,dog}/{images,masks}", "test/images"],
        ["train/cat/{p1,p2}", "train/dog/{p3,p4}", "test/{cat,dog}"],
        ["train/cat/{p1,p2}", "test/dog/{p1,p3}"],
        ["train/{cat,dog}/{cat,dog}", "test/{cat,dog}"],
    ],
)
def test_parts_with_classes_at_one_depth(tmp_path: Path, patterns: list[str]) -> None:
    found, warnings = understood(fill(tmp_path, *files(*patterns)))
    assert {label for label, _ in found.values()} - {None} == {"cat", "dog"}
    assert not said(warnings, "further down than that does")
