"""Accidents with folders that people have had, of the kinds that once went wrong unnoticed."""

from pathlib import Path

import pytest
from made_files import fill, png, records, said, understood

from semisup.prepare.folders.signs import masks_of_parts
from semisup.prepare.folders.tree import Folder
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


def test_boxes_may_be_what_images_show(tmp_path: Path) -> None:
    """Masks are none where the other folders hold the same ones."""
    files = [
        f"{c}/{of}/1.png" for c in ("bags", "boxes", "cans", "masks") for of in ("red", "blue")
    ]
    found, warnings = understood(fill(tmp_path, *files), class_level=1)
    assert {label for label, _ in found.values()} == {"bags", "boxes", "cans"}
    assert said(warnings, "masks: left out")


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


def test_classes_within_kinds_are_named(tmp_path: Path) -> None:
    paths = ("animals/cat/1.png", "animals/dog/2.png", "plants/rose/3.png", "plants/oak/4.png")
    found, warnings = understood(fill(tmp_path, *paths))
    assert {label for label, _ in found.values()} == {"animals", "plants"}
    assert said(warnings, "not the folders in them (cat, dog, oak, rose): set")
    found, warnings = understood(tmp_path, class_level=2)
    assert {label for label, _ in found.values()} == {"cat", "dog", "rose", "oak"}
    assert not warnings


def test_kinds_within_kinds_are_named_with_their_level(tmp_path: Path) -> None:
    kinds = ("rosaceae/rosa/rosa canina", "rosaceae/rubus/rubus x minor", "poaceae/poa/poa alba")
    _, warnings = understood(fill(tmp_path, *(f"{kind}/1.png" for kind in kinds)))
    assert said(
        warnings,
        "not the folders in them (poa, rosa, rubus): set data.folder.class_level to 2 for these, "
        "to 3 for those in them (poa alba, rosa canina, rubus x minor)",
    )


@pytest.mark.parametrize("inner", [("images", "masks"), ("train", "test"), ("p01", "p02")])
def test_folders_within_kinds_that_are_none(tmp_path: Path, inner: tuple[str, str]) -> None:
    kinds = ("animals/cat", "animals/dog", "plants/rose", "plants/oak")
    paths = (f"{kind}/{name}/{kind[-3:]}.png" for kind in kinds for name in inner)
    _, warnings = understood(fill(tmp_path, *paths))
    assert not said(warnings, "for those in them")


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


def files_of(*folders: str, count: int = 2) -> list[str]:
    """Images of their own in each folder."""
    return [
        f"{folder}/{number}{n}.png" for number, folder in enumerate(folders) for n in range(count)
    ]


def twice(*folders: str, below: str) -> list[str]:
    """The same files in each folder, and in a copy of all of them below another folder."""
    files = [f"{folder}/{n}.png" for folder in folders for n in range(3)]
    return files + [f"{below}/{file}" for file in files]


@pytest.mark.parametrize("copy", ["cell_images", "Malaria cells"])
def test_an_archive_that_was_unpacked_into_itself(tmp_path: Path, copy: str) -> None:
    found, warnings = understood(fill(tmp_path, *twice("yes", "no", below=copy)))
    assert {label for label, _ in found.values()} == {"yes", "no"}
    assert len(found) == 6
    assert said(warnings, f"{copy}: left out, since it holds the same files as lie beside it")


def test_parts_that_were_unpacked_into_themselves(tmp_path: Path) -> None:
    folders = [f"{part}/{label}" for part in ("train", "test") for label in "ab"]
    found, _ = understood(fill(tmp_path, *twice(*folders, below="x")))
    assert {role for _, role in found.values()} == {"train", "test"}
    assert not any(path.startswith("x/") for path in found)


@pytest.mark.parametrize("copy", ["PETS", "PETS/Pets", "PETS/x/Pets"])
@pytest.mark.parametrize("folders", [("yes", "no"), ("train/a", "train/b", "test/a", "test/b")])
def test_the_same_in_a_folder_of_the_name_in_other_case(
    tmp_path: Path, copy: str, folders: tuple[str, ...]
) -> None:
    """As archives of Kaggle have it."""
    paths = [f"{folder}/{n}.png" for folder in folders for n in range(3)]
    fill(tmp_path, *(f"{around}/{path}" for around in ("Pets", copy) for path in paths))
    found, warnings = understood(tmp_path)
    assert {label for label, _ in found.values()} == {path.split("/")[-2] for path in paths}
    assert len(found) == len(paths)
    assert said(warnings, "left out, since it holds the same files as lie beside it")


def test_other_files_in_a_folder_of_the_name_in_other_case_stay(tmp_path: Path) -> None:
    fill(
        tmp_path, *(f"{name}/{c}/{n}.png" for n, name in enumerate(("Pets", "pets")) for c in "ab")
    )
    found, warnings = understood(tmp_path, class_level=2)
    assert len(found) == 4
    assert not said(warnings, "left out")


UNLABELLED = [
    *("unlabeled_images", "Unlabelled data", "Unlabeled photos", "unlabelled_2", "unlabeled-new"),
    *("no labels", "without_label", "not_yet_labelled", "UnlabeledImages", "non-labelled (3)"),
    *("Images without labels", "unlabeleddata", "train_unlabeled", "to_be_labelled"),
]


@pytest.mark.parametrize("name", UNLABELLED)
@pytest.mark.parametrize("around", ["", "train/"])
def test_folders_that_say_in_more_words_that_there_is_no_label(
    tmp_path: Path, name: str, around: str
) -> None:
    more = [*files_of("test/cat", "test/dog")] if around else []
    files = files_of(f"{around}cat", f"{around}dog", f"{around}{name}")
    found, warnings = understood(fill(tmp_path, *files, *more))
    assert {label for label, _ in found.values()} == {"cat", "dog", None}
    assert {found[file] for file in files if name in file} == {(None, "train")}
    assert said(warnings, f"folders read as no label: {name!r} (2 files)")


@pytest.mark.parametrize("name", UNLABELLED)
def test_such_folders_beside_train_and_test(tmp_path: Path, name: str) -> None:
    files = files_of("train/cat", "train/dog", "test/cat", "test/dog", name)
    found, _ = understood(fill(tmp_path, *files))
    assert {found[file] for file in files if file.startswith(name)} == {(None, "train")}
    assert {label for label, _ in found.values()} == {"cat", "dog", None}


@pytest.mark.parametrize("classes", ["data", "images", "set/photos"])
@pytest.mark.parametrize("pool", ["unlabeled_data", "unlabelled", "no_labels/more", "no label/cat"])
def test_unlabelled_images_beside_what_holds_the_classes(
    tmp_path: Path, classes: str, pool: str
) -> None:
    files = files_of(f"{classes}/cat", f"{classes}/dog", pool)
    found, warnings = understood(fill(tmp_path, *files))
    assert {label for label, _ in found.values()} == {"cat", "dog", None}
    assert {found[file] for file in files if file.startswith(pool)} == {(None, "train")}
    assert said(
        warnings, f"holds the classes; beside it {pool.partition('/')[0]}: read as no label"
    )


@pytest.mark.parametrize("name", ["unlabelled jars", "bottle without label", "labelled"])
def test_things_that_have_no_label_are_a_class(tmp_path: Path, name: str) -> None:
    found, _ = understood(fill(tmp_path, *files_of("cat", "dog", name)))
    assert {label for label, _ in found.values()} == {"cat", "dog", name}


def test_without_label_beside_with_label(tmp_path: Path) -> None:
    found, warnings = understood(fill(tmp_path, *files_of("With_Label", "without label")))
    assert {label for label, _ in found.values()} == {"With_Label", "without label"}
    assert not said(warnings, "read as no label")


@pytest.mark.parametrize(("deep", "flat"), [("train", "test"), ("test", "train")])
def test_equal_names_in_train_and_test_are_no_copies(tmp_path: Path, deep: str, flat: str) -> None:
    """As where each part counts its files from 0."""
    files = [f"{at}/{c}/{n}.png" for at in (f"{deep}/images", flat) for c in "ab" for n in range(3)]
    images, rejected, warnings = records(labelled=fill(tmp_path, *files))
    assert len(images) == len(files)
    assert rejected == []
    assert said(warnings, "images: read as a class, but seldom one by the name")


@pytest.mark.parametrize(
    "more",
    [
        ("unlabelled/cat/7.png", "unlabelled/dog/8.png"),
        ("both/cat/7.png", "both/dog/8.png"),  # other images
        ("both/cat/0.png", "both/cat/1.png", "both/dog/0.png"),  # some of them
        ("cat/cat/0.png", "cat/dog/0.png"),
    ],
)
def test_what_is_no_copy_stays(tmp_path: Path, more: tuple[str, ...]) -> None:
    files = [f"{label}/{n}.png" for label in ("cat", "dog") for n in range(3)]
    found, _ = understood(fill(tmp_path, *files, *more))
    assert found.keys() == {*files, *more}


@pytest.mark.parametrize(
    ("flat", "classes"),
    [
        ("val/images", "train/{}/images"),  # Tiny-ImageNet as it is downloaded
        ("Final_Test/Images", "Final_Training/Images/{}"),  # GTSRB
        ("a_test/a_test", "a_train/a_train/{}"),
    ],
)
def test_a_part_without_class_folders_in_a_folder_around(
    tmp_path: Path, flat: str, classes: str
) -> None:
    folders = [flat, *(classes.format(label) for label in ("cat", "dog"))]
    found, warnings = understood(fill(tmp_path, *files_of(*folders)))
    assert {label for label, _ in found.values()} == {"cat", "dog", None}
    assert all((label is None) is path.startswith(flat) for path, (label, _) in found.items())
    assert said(warnings, "holds no class folders, so that its images are read as unlabelled")


def test_a_test_part_of_one_class_is_not_flat(tmp_path: Path) -> None:
    found, _ = understood(fill(tmp_path, *files_of("train/cat", "train/dog", "test/cat")))
    assert {role for label, role in found.values() if label == "cat"} == {"train", "test"}


@pytest.mark.parametrize(
    ("names", "role"),
    [
        (("training", "validation", "evaluation"), "test"),  # Food-11
        (("train", "eval"), "validation"),
        (("train", "validation", "evaluation", "test"), "validation"),
        (("Training", "PublicTest", "PrivateTest"), "test"),  # FER
    ],
)
def test_what_evaluation_means(tmp_path: Path, names: tuple[str, ...], role: str) -> None:
    folders = [f"{name}/{label}" for name in names for label in "ab"]
    found, _ = understood(fill(tmp_path, *files_of(*folders)))
    last = {
        r for path, (_, r) in found.items() if path.startswith(names[-1 if len(names) < 4 else 2])
    }
    assert last == {role}


def test_masks_in_folders_of_parts_within_classes(tmp_path: Path) -> None:
    """As DAGM has them."""
    paths = [
        f"{c}/{p}/{n}.png" for c in ("Class1", "Class2") for p in ("Train", "Test") for n in (1, 2)
    ]
    masks = [path.replace("/1.png", "/Label/1_label.png") for path in paths if "/1" in path]
    found, _ = understood(fill(tmp_path, *paths, *masks))
    assert found.keys() == {*paths}


@pytest.mark.parametrize(
    ("folders", "words"),
    [
        (("X/X/train/a", "X/X/test/a", "more/b"), "folders named as train and test lie in X/X"),
        (("set_images_part_1", "set_images_part_2"), "called like parts of one set of images"),
        (("x_images_part_1", "x_images_part_2", "Task3_Images"), "called like parts of one set"),
        (("jpg", "segmim"), "jpg: read as a class, but seldom one by the name; beside segmim"),
        (("patient_01", "patient_02", "patient_03"), "called like patients"),
        (("box_train", "box_test", "query"), "box_test, box_train: read as a class, but seldom"),
        (("Plants/23", "Plants/24", "Insects/25", "Insects/26"), "if they are the classes, set"),
        (("a/x/p1/40X", "a/x/p2/40X", "b/x/p3/40X", "b/x/p4/40X"), "of several images each (p1"),
    ],
)
def test_folders_that_are_seldom_classes(
    tmp_path: Path, folders: tuple[str, ...], words: str
) -> None:
    _, warnings = understood(fill(tmp_path, *files_of(*folders)))
    assert said(warnings, words), warnings


@pytest.mark.parametrize(
    "folders",
    [
        ("cat", "dog"),
        ("0", "1", "2"),
        ("images/cat", "images/dog"),
        ("n01440764", "n01443537"),
        ("p1", "p2", "p3"),
        ("person_0", "person_1", "person_2"),
        ("batch1", "batch2"),
        ("animal0", "animal1"),
        ("train/cat", "train/dog", "test/cat", "test/dog"),
    ],
)
def test_ordinary_folders_raise_no_alarm(tmp_path: Path, folders: tuple[str, ...]) -> None:
    _, warnings = understood(fill(tmp_path, *files_of(*folders)))
    assert not [line for line in warnings if "read as" in line or "group_pattern" in line]


def test_domains_with_the_same_classes_in_a_folder_around_each(tmp_path: Path) -> None:
    """As Office-31 has it."""
    folders = [f"{shop}/images/{label}" for shop in ("amazon", "dslr") for label in ("mug", "pen")]
    found, warnings = understood(fill(tmp_path, *files_of(*folders)))
    assert {label for label, _ in found.values()} == {"amazon", "dslr"}
    assert said(warnings, "in each lie mug, pen: set data.folder.class_level to 3 if these are")
    found, _ = understood(tmp_path, class_level=3)
    assert {label for label, _ in found.values()} == {"mug", "pen"}


def test_parts_in_a_folder_of_each_class_are_no_domains(tmp_path: Path) -> None:
    folders = [f"{label}/images/{part}" for label in ("cat", "dog") for part in ("train", "test")]
    found, _ = understood(fill(tmp_path, *files_of(*folders)))
    assert {label for label, _ in found.values()} == {"cat", "dog"}


@pytest.mark.parametrize("names", [("image", "label", "table"), ("train", "label", "bus")])
def test_a_class_may_be_called_label(tmp_path: Path, names: tuple[str, ...]) -> None:
    found, _ = understood(fill(tmp_path, *files_of(*names)))
    assert {label for label, _ in found.values()} == {*names}


def test_labels_beside_images_are_masks(tmp_path: Path) -> None:
    paths = [
        f"{folder}/{label}/{n}.png"
        for folder in ("images", "labels")
        for label in "ab"
        for n in "12"
    ]
    found, _ = understood(fill(tmp_path, *paths))
    assert {path.split("/")[0] for path in found} == {"images"}


@pytest.mark.parametrize("name", ["weights.h5", "net.pth", "data.tfrec", "show.m", "a.tmp"])
def test_data_and_programs_beside_images_are_no_broken_images(tmp_path: Path, name: str) -> None:
    root = fill(tmp_path, *files_of("cat", "dog"))
    (root / name).write_bytes(b"none")
    _, rejected, _ = records(labelled=root)
    assert [item.meant for item in rejected] == ["aside"]


@pytest.mark.parametrize(
    ("paths", "is_told"),
    [
        ("oak/alba oak/rubra oak/nigra willow/alba willow/caprea willow/nana", True),
        ("oak/alba oak/rubra oak/nigra willow/alba willow/rubra", False),  # as of two sites
    ],
)
def test_one_name_in_several_folders_around_the_classes(
    tmp_path: Path, paths: str, is_told: bool
) -> None:
    """Quercus alba is no Salix alba."""
    fill(tmp_path, *(f"{path}/1.png" for path in paths.split()))
    found, warnings = understood(tmp_path, class_level=2)
    assert found["oak/alba/1.png"] == found["willow/alba/1.png"] == ("alba", "train")
    assert said(warnings, "alba (oak, willow): a class each") is is_told


@pytest.mark.parametrize("masks", ["lung masks", "gland_annotations", "GroundTruth"])
def test_folders_of_masks_by_one_of_their_words(tmp_path: Path, masks: str) -> None:
    """In classes, where they need not be asked about, and beside one folder of images."""
    for place, below in (("a", "images/1.png"), ("b", "1.png")):
        names = [f"{label}/{f}" for label in ("cat", "dog") for f in (below, f"{masks}/1.png")]
        found, warnings = understood(fill(tmp_path / place, *names))
        assert found == {f"{label}/{below}": (label, "train") for label in ("cat", "dog")}
        assert said(warnings, f"{masks}: left out")
    names = ["images/cat/1.png", "images/dog/1.png", f"{masks}/cat/1.png", f"{masks}/dog/1.png"]
    found, _ = understood(fill(tmp_path / "c", *names))
    assert sorted(found) == names[:2]


@pytest.mark.parametrize("inner", ["{}", "{}/left", "{}/{}", "train/{}"])
@pytest.mark.parametrize(
    ("image", "mask"), [("images/1.png", "masks/1.png"), ("1.png", "mask/1.png")]
)
def test_masks_further_down_in_the_classes(
    tmp_path: Path, inner: str, image: str, mask: str
) -> None:
    """As patients have them; one of many has lost its image."""
    things = [(label, f"{label}{n}") for label in ("cat", "dog") for n in range(11)]
    folders = [f"{label}/{inner.format(thing, thing)}" for label, thing in things]
    given = {}
    if inner.startswith("train"):
        folders += ["cat/test/cat11", "dog/test/dog11"]
        given = {"class_level": 1}
    images = [f"{at}/{image}" for at in folders[1:]]
    fill(tmp_path, *images, *(f"{at}/{mask}" for at in folders))
    found, warnings = understood(tmp_path, **given)
    assert {path: label for path, (label, _) in found.items()} == {
        path: path[:3] for path in images
    }
    assert said(warnings, f"{mask.partition('/')[0]}: left out, since by the name")


@pytest.mark.parametrize("views", [("mask", "no_mask"), ("masks", "p2"), ("depth", "left")])
def test_folders_further_down_that_are_no_masks(tmp_path: Path, views: tuple[str, str]) -> None:
    paths = [f"{x}/{x}{n}/{view}/1.png" for x in ("cat", "dog") for n in "12" for view in views]
    found, _ = understood(fill(tmp_path, *paths))
    assert found.keys() == {*paths}


def test_classes_of_masks_that_are_worn(tmp_path: Path) -> None:
    names = ["with_mask/1.png", "without_mask/1.png", "ski mask/1.png"]
    found, _ = understood(fill(tmp_path, *names))
    assert {label for label, _ in found.values()} == {"with_mask", "without_mask", "ski mask"}


def test_a_class_whose_signs_are_decomposed_is_no_two_spellings(tmp_path: Path) -> None:
    """As macOS writes them into archives: one folder, of which there is nothing to say."""
    found, warnings = understood(fill(tmp_path, "A\u0308pfel/1.png", "Birnen/2.png"))
    assert {label for label, _ in found.values()} == {"\u00c4pfel", "Birnen"}
    assert warnings == []


def test_things_that_each_have_train_and_test(tmp_path: Path) -> None:
    """Whose folders may be the classes; of sites there is nothing to say."""
    names = [f"{thing}/{part}/good/1.png" for thing in ("cup", "nut") for part in ("train", "test")]
    names += ["cup/test/bent/2.png", "nut/test/bent/2.png"]
    found, warnings = understood(fill(tmp_path / "a", *names))
    assert {label for label, _ in found.values()} == {"good", "bent"}
    assert said(warnings, "cup, nut each hold train and test, and in these the same classes (bent,")
    assert said(warnings, "set data.folder.class_level to 1 if the first are the classes")
    found, _ = understood(tmp_path / "a", class_level=1)
    assert found["cup/test/bent/2.png"] == ("cup", "test")
    sites = [name.replace("cup", "site1").replace("nut", "site2") for name in names]
    assert understood(fill(tmp_path / "b", *sites))[1] == []


@pytest.mark.parametrize("name", ["train_aug", "train_augmented"])
def test_augmented_copies_beside_the_split_are_warned_of(tmp_path: Path, name: str) -> None:
    """Of which some would be validation images of others."""
    paths = [f"{part}/{x}/1.png" for part in ("train", name, "test") for x in ("cat", "dog")]
    _, warnings = understood(fill(tmp_path, *paths))
    assert said(warnings, f"{name}: by the name the same images in other forms")


def test_pictures_of_a_repository_are_doubted(tmp_path: Path) -> None:
    _, warnings = understood(fill(tmp_path, "cat/1.png", "dog/2.png", "docs/3.png", "assets/4.png"))
    assert said(warnings, "assets, docs: read as a class, but seldom one by the name")


def test_two_domains_of_cyclegan_are_doubted(tmp_path: Path) -> None:
    _, warnings = understood(
        fill(tmp_path, *(f"{p}{x}/1.png" for p in ("train", "test") for x in "AB"))
    )
    assert said(warnings, "testA, testB, trainA, trainB: read as a class, but seldom one by the")


def test_classes_of_two_depths_are_doubted(tmp_path: Path) -> None:
    """Train and test in a language that is not known, the second without class folders."""
    names = ["entrenamiento/gato/1.png", "entrenamiento/perro/2.png", "prueba/3.png"]
    found, warnings = understood(fill(tmp_path, *names))
    assert {label for label, _ in found.values()} == {"entrenamiento", "prueba"}
    assert said(warnings, "entrenamiento are read as the classes, not the folders in them (gato, p")


def test_a_validation_set_by_one_of_several_words_around_the_classes(tmp_path: Path) -> None:
    """Which are asked about; where the level is set, it is told of."""
    names = [f"{around}/{x}/1.png" for around in ("NCT-100K", "CRC-VAL-7K") for x in ("adi", "tum")]
    found, warnings = understood(fill(tmp_path, *names), class_level=2)
    assert {part for _, part in found.values()} == {"train"}
    assert said(warnings, "CRC-VAL-7K: read as train, though named as test or validation")


@pytest.mark.parametrize("above", ["", "set/"])
@pytest.mark.parametrize("inner", ["", "images/"])
@pytest.mark.parametrize(
    "names",
    [
        ("train", "test_tube"),
        ("cat_train", "cat_test", "dog_train", "dog_test"),
        ("train1", "test1"),
        ("dev kit", "test tube"),
    ],
)
def test_flat_folders_that_sound_like_train_and_test_are_asked_about(
    tmp_path: Path, names: tuple[str, ...], inner: str, above: str
) -> None:
    root = fill(tmp_path, *(f"{above}{name}/{inner}{n}.png" for name in names for n in range(3)))
    with pytest.raises(UserError, match="may be the classes, or train and test without") as caught:
        understood(root)
    assert "\n" not in str(caught.value)
    level = 2 if above else 1
    assert f"set data.folder.class_level to {level}; " in str(caught.value)
    found, _ = understood(root, class_level=level)
    assert {label for label, _ in found.values()} == {*names}


def test_flat_train_and_test_without_other_words_are_parts(tmp_path: Path) -> None:
    fill(tmp_path, "train/1.png", "test_set/2.png")
    with pytest.raises(UserError, match=r"the first: .*: not in a class folder"):
        understood(tmp_path)


def test_test_and_validation_among_the_classes_are_doubted(tmp_path: Path) -> None:
    names = ["rps/a/1.png", "rps/b/1.png", "rps-test/1.png", "rps-validation/1.png"]
    _, warnings = understood(fill(tmp_path, *names))
    assert said(warnings, "rps-test, rps-validation: read as a class, but seldom one by the name")


@pytest.mark.parametrize(
    ("images", "masks"),
    [("data", "data_masks"), ("Original", "Masks"), ("set", "GroundTruth"), ("data", "data_gt")],
)
def test_masks_of_the_same_classes_beside_the_images(
    tmp_path: Path, images: str, masks: str
) -> None:
    names = [f"{kind}/{x}/1.png" for kind in (images, masks) for x in ("cat", "dog")]
    for level in ("auto", 2):
        found, warnings = understood(fill(tmp_path, *names), class_level=level)
        assert found == {f"{images}/{x}/1.png": (x, "train") for x in ("cat", "dog")}
        assert said(warnings, f"{masks}: left out, since by the name")


@pytest.mark.parametrize(
    ("images", "masks"),
    [
        ("{}", "{}_masks"),
        ("{}", "gt_{}"),
        ("{}_images", "{}_labels"),
        ("{}", "{}_labels"),
        ("{}", "{}-thumbs"),
        ("{}_2020", "{}_2020_segmentation"),
    ],
)
@pytest.mark.parametrize("way", ["{part}/{label}/1.png", "{label}/{part}/1.png"])
def test_masks_in_folders_of_their_own_beside_train_and_test(
    tmp_path: Path, way: str, images: str, masks: str
) -> None:
    paths = {
        kind: [
            way.format(part=kind.format(part), label=label)
            for part in ("train", "test")
            for label in ("cat", "dog")
        ]
        for kind in (images, masks)
    }
    fill(tmp_path, *paths[images], *paths[masks])
    found, warnings = understood(tmp_path)
    assert found == {
        path: ("cat" if "cat" in path else "dog", "train" if "train" in path else "test")
        for path in paths[images]
    }
    assert said(warnings, f"{masks.format('train')}: left out, since by the name")


@pytest.mark.parametrize(
    "names",
    [
        ("seg_train", "seg_test"),
        ("train", "test", "train_label"),  # no class folders in train
        ("train", "depth_test", "tube_test"),
        ("mask_train", "mask_test", "no_mask_train", "no_mask_test"),
        ("train_masks", "test_masks"),
        ("train_labels", "train_unlabeled", "test"),
    ],
)
def test_parts_that_sound_like_masks_alone(names: tuple[str, ...]) -> None:
    folders = [f"{name}/{label}" for name in names for label in ("cat", "dog")]
    if "train_label" in names:
        folders = ["train", "test/cat", "test/dog", "train_label/cat", "train_label/dog"]
    inner = {name: [folder] for name, folder in Folder.of(files_of(*folders)).inner.items()}
    assert masks_of_parts(inner) == []


@pytest.mark.parametrize("masks", ["ground_truth", "Masks", "gland_annotations"])
def test_masks_by_class_beside_the_classes(tmp_path: Path, masks: str) -> None:
    """Of some classes only: what is good has no mask."""
    names = ["good/1.png", "hole/1.png", f"{masks}/hole/1_mask.png"]
    found, warnings = understood(fill(tmp_path, *names))
    assert found == {"good/1.png": ("good", "train"), "hole/1.png": ("hole", "train")}
    assert said(warnings, f"{masks}: left out, since by the name")


def test_masks_that_are_worn_in_two_places(tmp_path: Path) -> None:
    names = [f"{x}/{where}/1.png" for x in ("mask", "no mask") for where in ("inside", "outside")]
    found, _ = understood(fill(tmp_path, *names), class_level=1)
    assert {label for label, _ in found.values()} == {"mask", "no mask"}


@pytest.mark.parametrize(("view", "other"), [("original", "mask"), ("rgb", "depth")])
def test_masks_beside_images_of_another_name_in_classes(
    tmp_path: Path, view: str, other: str
) -> None:
    names = [f"{x}/{kind}/1.png" for x in ("cat", "dog") for kind in (view, other)]
    found, warnings = understood(fill(tmp_path, *names))
    assert sorted(found) == [f"cat/{view}/1.png", f"dog/{view}/1.png"]
    assert said(warnings, f"{other}: left out")


def test_classes_called_as_masks_of_others_are_doubted(tmp_path: Path) -> None:
    names = [f"{x}/1.png" for x in ("cup", "cup_masks", "pan", "pan_masks", "ski mask")]
    _, warnings = understood(fill(tmp_path, *names))
    assert said(warnings, "cup_masks, pan_masks: read as a class, but seldom one by the name")


def test_classes_two_levels_further_down_are_offered(tmp_path: Path) -> None:
    names = [
        f"{top}/{kind}/{top}{kind}{c}/1.png"
        for top in ("lower", "upper")
        for kind in ("landmarks", "findings")
        for c in "xy"
    ]
    with pytest.raises(UserError, match=r"to 1 .*, 3 for lowerfindingsx, .*, which lie"):
        understood(fill(tmp_path, *names))
    found, _ = understood(tmp_path, class_level=3)
    assert len({label for label, _ in found.values()}) == 8


def test_folders_called_as_their_class_are_no_kinds(tmp_path: Path) -> None:
    """As SIPaKMeD has them: whole fields, and cells that were cut out of these."""
    names = [
        f"im_{c}/im_{c}/{name}.png" for c in ("oak", "elm") for name in ("1", "CROPPED/1", "9/1")
    ]
    found, warnings = understood(fill(tmp_path, *names))
    assert {label for label, _ in found.values()} == {"im_oak", "im_elm"}
    assert not said(warnings, "set data.folder.class_level")
    assert said(warnings, ": CROPPED: by the name the same images in other forms")


@pytest.mark.parametrize(("files", "doubted"), [(3, True), (25, False)])
def test_numbered_folders_of_the_same_files_are_doubted(
    tmp_path: Path, files: int, doubted: bool
) -> None:
    """As KolektorSDD has them, a folder for each part that was photographed."""
    names = [f"kos{k:02}/Part{n}.png" for k in range(12) for n in range(files)]
    _, warnings = understood(fill(tmp_path, *names))
    assert said(warnings, "kos00, kos01, kos02 and 9 more: read as the classes") is doubted
