"""Sets of torchvision: which splits are read, and what is said when one cannot be."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from semisup.params import data_sections
from semisup.prepare.known_sets.torchvision_sets import candidates, class_names
from semisup.prepare.records import Record, Rejected
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes

datasets = pytest.importorskip("torchvision.datasets")
utils = pytest.importorskip("torchvision.datasets.utils")

FASHION = Path(__file__).parents[4] / "shared" / "data" / "fashion_mnist"


def read(name: str, root: Path, notes: Notes | None = None) -> list[Any]:
    data = data_sections.Data.model_construct(image_size=8, fit="crop", max_megapixels=1.0)
    settings = data_sections.Torchvision(name=name, root=str(root))
    return list(candidates(settings, data, notes or Notes()))


def records(found: list[Any]) -> list[tuple[str, str | None, str]]:
    kept = [item[0] for item in found if not isinstance(item, Rejected)]
    return [(record.source, record.label, record.given_split) for record in kept]


class Stub(datasets.VisionDataset):  # type: ignore[name-defined,misc]
    """Takes `split="..."` as STL10 does; each split has one image, as grey as its place."""

    splits: tuple[str, ...] = ("train", "test", "unlabeled")
    targets: tuple[Any, ...] = (0, 1, -1)
    classes: Any = ("airplane", "bird")

    def __init__(self, root: str, split: str = "train", download: bool = False) -> None:
        self.place = self.splits.index(utils.verify_str_arg(split, "split", self.splits))

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> Any:
        return Image.new("L", (12, 9), self.place), self.targets[self.place]


def stub(monkeypatch: pytest.MonkeyPatch, **attributes: Any) -> None:
    monkeypatch.setattr(datasets, "STL10", type("STL10", (Stub,), attributes))


@pytest.mark.parametrize(
    ("splits", "targets", "expected"),
    [
        (
            ("train", "test", "unlabeled"),
            (0, 1, -1),
            [
                ("train", "airplane", "train"),
                ("test", "bird", "test"),
                ("unlabeled", None, "train"),
            ],
        ),
        (
            ("train", "val", "test"),
            (0, 1, 0),
            [
                ("train", "airplane", "train"),
                ("val", "bird", "train"),
                ("test", "airplane", "test"),
            ],
        ),
        (("train", "val"), (0, 1), [("train", "airplane", "train"), ("val", "bird", "test")]),
        (
            ("trainval", "test"),
            (1, 0),
            [("trainval", "bird", "train"), ("test", "airplane", "test")],
        ),
        (("train", "extra"), (np.int64(1), 0), [("train", "bird", "train")]),
        (("train",), (5,), [("train", "5", "train")]),
    ],
)
def test_splits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, splits: Any, targets: Any, expected: Any
) -> None:
    stub(monkeypatch, splits=splits, targets=targets)
    found = read("STL10", tmp_path)
    assert records(found) == [(f"STL10/{s}/0", label, given) for s, label, given in expected]
    for _, image in found:
        assert image.pixels.shape == (8, 8, 3)
    places = [splits.index(split) for split, _, _ in expected]
    assert [int(image.pixels.mean()) for _, image in found] == places


def test_a_set_without_a_split_to_train_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub(monkeypatch, splits=("test", "val"))
    message = r"STL10 has no split named train or trainval or .*use data\.source: folder$"
    with pytest.raises(UserError, match=message) as caught:
        read("STL10", tmp_path)
    assert "\n" not in str(caught.value)


def test_test_image_without_label_and_broken_image(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def item(self: Any, index: int) -> Any:
        if index == 1:
            raise OSError("image file is truncated")
        return np.full((4, 4, 3), 9, np.uint8), None if self.place and index else 0

    stub(monkeypatch, splits=("train", "test"), __getitem__=item, __len__=lambda self: 3)
    found = read("STL10", tmp_path)
    assert records(found) == [
        ("STL10/train/0", "airplane", "train"),
        ("STL10/train/2", "airplane", "train"),
        ("STL10/test/0", "airplane", "test"),
    ]
    assert [x for x in found if isinstance(x, Rejected)] == [
        Rejected("STL10/train/1", "cannot be read (image file is truncated)", "labelled"),
        Rejected("STL10/test/1", "cannot be read (image file is truncated)", "test"),
        Rejected("STL10/test/2", "test image without a label", "test"),
    ]


@pytest.mark.parametrize("target", [None, -1])
@pytest.mark.parametrize(
    ("splits", "roles", "instead"),
    [
        (("train", "val", "test"), ("train", "test", "train"), "its val images are the test set"),
        (("train", "test"), ("train", "train"), "a part of its train images is the test set"),
    ],
)
def test_test_images_without_labels_are_unlabelled(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    target: Any,
    splits: tuple[str, ...],
    roles: tuple[str, ...],
    instead: str,
) -> None:
    """As those of CLEVR, and of FER2013 without the file that has them."""
    stub(monkeypatch, splits=splits, targets=(0,) * (len(splits) - 1) + (target,))
    found = read("STL10", tmp_path, notes := Notes())
    labels = ["airplane"] * (len(splits) - 1) + [None]
    expected = zip(splits, labels, roles, strict=True)
    assert records(found) == [(f"STL10/{s}/0", label, role) for s, label, role in expected]
    assert [line.rpartition("; ")[2] for line in notes.lines] == [instead]


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        (None, []),
        (["a", "b"], ["a", "b"]),
        ([("tench", "Tinca tinca"), ("crane",), ("crane",)], ["tench", "crane (1)", "crane (2)"]),
    ],
)
def test_class_names(classes: Any, names: list[str]) -> None:
    assert class_names(type("Set", (), {"classes": classes})()) == names


@pytest.mark.parametrize("target", [{"boxes": []}, "a caption", [1, 2], 0.5, None, True])
def test_first_target_that_is_no_class(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, target: Any
) -> None:
    stub(monkeypatch, targets=(target,) * 3)
    with pytest.raises(UserError, match="STL10 is not a classification set"):
        read("STL10", tmp_path)


def test_missing_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(self: Any, root: str, split: str = "train", download: bool = False) -> None:
        raise ModuleNotFoundError("No module named 'scipy'", name="scipy")

    stub(monkeypatch, __init__=refuse)
    with pytest.raises(UserError, match="STL10 needs the package scipy: pip install scipy"):
        read("STL10", tmp_path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("CIFAR1", r"no data set 'CIFAR1' \(did you mean 'CIFAR10'\?\); name a classification set"),
        ("fashionmnist", r"did you mean 'FashionMNIST'\?"),
        ("Nothing at all", r"no data set 'Nothing at all'; name a classification set"),
        ("__all__", "no data set"),
        ("CocoDetection", "CocoDetection is not a classification set"),
        ("VOCSegmentation", "VOCSegmentation is not a classification set"),
        ("Kinetics", "Kinetics is not a classification set"),
        ("CREStereo", "CREStereo is not a classification set"),
        ("FakeData", "FakeData is not a classification set"),
        ("wrap_dataset_for_transforms_v2", "is not a classification set"),
        ("DatasetFolder", "DatasetFolder needs loader"),
    ],
)
def test_names_that_are_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        read(name, tmp_path)
    assert str(caught.value).startswith("data.torchvision.name: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["CIFAR10", "STL10", "EuroSAT", "EMNIST", "FashionMNIST"])
def test_neither_on_disk_nor_downloaded(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_network(*args: Any, **options: Any) -> None:
        raise OSError("no network\nhere")

    monkeypatch.setattr("urllib.request.urlopen", no_network)
    with pytest.raises(UserError, match=f"{name}: its files could be neither read below") as caught:
        read(name, tmp_path)
    message = str(caught.value)
    assert str(tmp_path) in message
    assert "put them there" in message
    assert "\n" not in message
    assert capsys.readouterr().out == ""


def test_set_without_splits(tmp_path: Path) -> None:
    for grey, name in enumerate(["River", "Forest"]):
        path = tmp_path / "eurosat" / "2750" / name
        path.mkdir(parents=True)
        Image.new("RGB", (64, 64), (grey, grey, grey)).save(path / f"{name}_1.png")
    found = read("EuroSAT", tmp_path)
    assert records(found) == [
        ("EuroSAT/all/0", "Forest", "train"),
        ("EuroSAT/all/1", "River", "train"),
    ]
    assert [int(image.pixels.mean()) for _, image in found] == [1, 0]


def test_fashion_mnist_from_compressed_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not FASHION.exists():
        pytest.skip(f"{FASHION} is not there")
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for file in FASHION.glob("*.gz"):
        shutil.copy(file, raw)
    data = data_sections.Data.model_construct(image_size=28, fit="crop", max_megapixels=1.0)
    settings = data_sections.Torchvision(name="FashionMNIST", root=str(tmp_path))
    found = candidates(settings, data, Notes())
    first = [next(found) for _ in range(20)]
    records = [item[0] for item in first if isinstance(item, tuple)]
    assert records[0] == Record("FashionMNIST/train/0", "Ankle boot", "train")
    assert records[1].label == "T-shirt/top"
    image, target = datasets.FashionMNIST(tmp_path)[7]
    assert isinstance(first[7], tuple)
    assert datasets.FashionMNIST.classes[target] == records[7].label
    np.testing.assert_array_equal(first[7][1].pixels, np.asarray(image)[..., None].repeat(3, 2))
    assert capsys.readouterr().out == ""
