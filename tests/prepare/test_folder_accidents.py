"""Accidents with folders that people have had, of the kinds that once went wrong unnoticed."""

from pathlib import Path

import pytest
from made_files import fill, png, records, said, understood

from semisup.prepare.limits import Tally
from semisup.workflow.errors import UserError


@pytest.mark.parametrize(
    ("paths", "role"),
    [
        (
            ("s/Train/a/1.png", "s/Train/b/2.png", "s/TEST/a/3.png", "s/TEST/b/4.png"),
            "test",
        ),
        (
            ("training_data/a/1.png", "training_data/b/2.png", "validation_data/b/4.png"),
            "validation",
        ),
        (("a/train/1.png", "b/train/2.png", "a/test/3.png", "b/test/4.png"), "test"),
    ],
)
def test_folders_of_parts(tmp_path: Path, paths: tuple[str, ...], role: str) -> None:
    found, _ = understood(fill(tmp_path, *paths))
    assert {label for label, _ in found.values()} == {"a", "b"}
    assert {part for _, part in found.values()} == {"train", role}


def test_images_beside_labels_of_boxes(tmp_path: Path) -> None:
    """As YOLO has it: nothing there says what class an image is of."""
    fill(tmp_path, "train/images/1.png", "val/images/2.png")
    (tmp_path / "train/labels").mkdir()
    (tmp_path / "train/labels/1.txt").write_text("0 0.5 0.5 1 1")
    images, rejected, _ = records(labelled=tmp_path)
    assert {record.label for record in images.values()} == {"images"}
    assert [item.meant for item in rejected] == ["aside"]


def test_augmented_copies_in_folders_of_their_own_are_warned_of(tmp_path: Path) -> None:
    """Copies of an image that are not equal would lie on both sides of a split."""
    parts = [
        f"{kind}/{label}/{n}.png"
        for kind in ("original", "augmented")
        for label in "ab"
        for n in range(2)
    ]
    found, warnings = understood(fill(tmp_path, *parts))
    assert {label for label, _ in found.values()} == {"a", "b"}
    assert said(warnings, "augmented, original: by the name the same images in other forms")


def test_a_windows_zip_in_a_folder_of_its_name(tmp_path: Path) -> None:
    from made_files import make_zip

    files = {f"photos\\photos\\{label}\\1.png": png(n) for n, label in enumerate("ab")}
    place = make_zip(tmp_path / "photos.zip", {**files, "photos\\Thumbs.db": b"x"})
    found, _ = understood(place)
    assert {label for label, _ in found.values()} == {"a", "b"}


def test_two_configurations_of_one_set_are_asked_about(tmp_path: Path) -> None:
    import test_sets

    for name in ("small", "large"):
        test_sets.save(tmp_path / name / "train-0.parquet", test_sets.table(2))
    with pytest.raises(UserError, match=r"several folders \(large, small\), .*name one of them"):
        records(labelled=tmp_path)


def test_classes_within_kinds_are_named(tmp_path: Path) -> None:
    paths = ("animals/cat/1.png", "animals/dog/2.png", "plants/rose/3.png", "plants/oak/4.png")
    found, warnings = understood(fill(tmp_path, *paths))
    assert {label for label, _ in found.values()} == {"animals", "plants"}
    assert said(warnings, "not the folders in them (cat, dog, oak, rose): set")
    found, warnings = understood(tmp_path, class_level=2)
    assert {label for label, _ in found.values()} == {"cat", "dog", "rose", "oak"}
    assert not warnings


def test_folders_of_patients_are_no_kinds(tmp_path: Path) -> None:
    _, warnings = understood(
        fill(tmp_path, *(f"{c}/p{n}{c}/{k}.png" for c in "ab" for n in range(4) for k in range(2)))
    )
    assert not said(warnings, "not the folders in them")
    assert said(warnings, "if those are of one patient or part")


@pytest.mark.parametrize(
    ("paths", "roles"),
    [
        (
            ("labeled/{}/1.png", "labeled/{}/2.png", "unlabeled/u.png", "test/{}/1.png"),
            {"labeled": "train", "unlabeled": "pool", "test": "test"},
        ),
        (("labelled/{}/1.png", "unlabelled/u.png"), {"labelled": "train", "unlabelled": "pool"}),
        (
            ("train_labeled/{}/1.png", "train_unlabeled/u.png", "test/{}/1.png"),
            {"train_labeled": "train", "train_unlabeled": "pool", "test": "test"},
        ),
    ],
)
def test_folders_of_labelled_and_unlabelled(
    tmp_path: Path, paths: tuple[str, ...], roles: dict[str, str]
) -> None:
    every = [path.format(label) for path in paths for label in ("cat", "dog")]
    found, _ = understood(fill(tmp_path, *dict.fromkeys(every)))
    assert {label for label, _ in found.values()} == {"cat", "dog", None}
    for path, (label, part) in found.items():
        assert (part if label else "pool") == roles[path.split("/")[0]]


def test_a_test_folder_in_each_class(tmp_path: Path) -> None:
    names = [f"{label}/{n}.png" for label in ("cat", "dog") for n in ("1", "2", "test/3")]
    found, _ = understood(fill(tmp_path, *names))
    assert {path: part for path, (_, part) in found.items()} == {
        name: "test" if "test" in name else "train" for name in names
    }


@pytest.mark.parametrize(
    ("around", "words"),
    [
        (("color", "grayscale", "segmented"), "the same images in other forms"),
        (("128x128", "256x256"), "the same images in other forms"),
        (("patient1", "patient2"), "if those are of one patient or part each"),
        (tuple(f"site{n}" for n in range(12)), "if those are of one patient or part each"),
    ],
)
def test_folders_around_the_classes(tmp_path: Path, around: tuple[str, ...], words: str) -> None:
    names = [f"{name}/{label}/1.png" for name in around for label in ("cat", "dog")]
    root = fill(tmp_path, *names)
    for given in ({}, {"class_level": 2}):
        found, warnings = understood(root, **given)
        assert {label for label, _ in found.values()} == {"cat", "dog"}
        assert said(warnings, words)


def test_text_beside_images_in_class_folders_counts_for_nothing(tmp_path: Path) -> None:
    fill(tmp_path, "cat/1.png", "cat/2.png", "dog/3.png", "dog/4.png")
    for name in ("cat/1.xml", "cat/2.png.json", "dog/3.xmp", "dog/4.MOV", "notes/1.mat"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    images, rejected, _ = records(labelled=tmp_path)
    assert len(images) == 4
    assert {item.meant for item in rejected} == {"aside"}
    tally = Tally()
    for item in rejected:
        tally.lose(item)
    assert not tally.classes()


def test_a_class_folder_without_images_is_told_of(tmp_path: Path) -> None:
    fill(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "c").mkdir()
    (tmp_path / "c/1.npy").write_bytes(b"x")
    (tmp_path / "a/README").write_text("text")
    found, warnings = understood(tmp_path)
    assert set(found) == {"a/1.png", "b/1.png"}
    assert said(warnings, "c: no class, since all files there are")
