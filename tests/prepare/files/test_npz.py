"""Arrays of images and labels, read as if they were files."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_files import candidates, compute, data, planned, records

from semisup.workflow.errors import UserError

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (6, 8, 8, 3)).astype(np.uint8)
LABELS = np.array([[0], [1], [0], [2], [1], [0]])
FLAT = LABELS[:, 0]


def save(tmp_path: Path, **arrays: Any) -> str:
    np.savez(tmp_path / "set.npz", **arrays)
    return f"{tmp_path}/set.npz"


@pytest.mark.parametrize("images", [COLOUR, COLOUR[..., 0], COLOUR[..., :1]])
def test_medmnist(tmp_path: Path, images: Any) -> None:
    parts = {"train": slice(0, 3), "val": slice(3, 4), "test": slice(4, 6)}
    arrays = {f"{part}_images": images[rows] for part, rows in parts.items()}
    arrays |= {f"{part}_labels": LABELS[rows] for part, rows in parts.items()}
    path = save(tmp_path, **arrays)
    found, rejected, _ = records(labelled=path, max_rejected_fraction=0.0)
    assert [(r.label, r.given_split) for r in found.values()] == [
        *(("0", "train"), ("1", "train"), ("0", "train"), ("2", "validation")),
        *(("1", "test"), ("0", "test")),
    ]
    assert rejected == []
    read = [*candidates(planned(labelled=path), data(), compute())]
    pixels = [one[1].pixels for one in read if isinstance(one, tuple)]
    grey = images.ndim == 3 or images.shape[3] == 1
    expected = np.repeat(images.reshape(6, 8, 8, 1), 3, axis=3) if grey else images
    assert np.array_equal(pixels, expected)


def test_keras(tmp_path: Path) -> None:
    path = save(tmp_path, x_train=COLOUR[:4], y_train=FLAT[:4], x_test=COLOUR[4:], y_test=FLAT[4:])
    found, _, _ = records(labelled=path)
    assert [record.given_split for record in found.values()] == ["train"] * 4 + ["test"] * 2


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (FLAT.astype(np.float32), "010210"),
        (np.eye(3)[FLAT], "010210"),
        (np.array([*"abacba"]), "abacba"),
        (np.array([*"abacba"]).astype("S"), "abacba"),
    ],
    ids=["floats", "one-hot", "words", "bytes"],
)
def test_labels_of_other_kinds(tmp_path: Path, labels: Any, classes: str) -> None:
    path = save(tmp_path, images=COLOUR, labels=labels, label_names=np.array(["x", "y", "z"]))
    found, _, _ = records(labelled=path)
    assert "".join(str(record.label) for record in found.values()) == classes


def test_a_word_with_a_slash(tmp_path: Path) -> None:
    path = save(tmp_path, images=COLOUR, labels=np.array(["a/b", "b"] * 3))
    found, rejected, _ = records(labelled=path)
    assert [record.label for record in found.values()] == ["a_b", "b"] * 3
    assert rejected == []


def test_colours_first(tmp_path: Path) -> None:
    path = save(tmp_path, images=np.moveaxis(COLOUR, 3, 1), labels=FLAT)
    read = [*candidates(planned(labelled=path), data(), compute())]
    assert np.array_equal([one[1].pixels for one in read if isinstance(one, tuple)], COLOUR)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": COLOUR}, "has no arrays named as train_images and train_labels; it has a"),
        ({"images": COLOUR / 255, "labels": LABELS}, "images: is float64 of shape .*must be uint8"),
        ({"images": COLOUR[0, 0], "labels": LABELS}, r"is uint8 of shape \(8, 3\)"),
        ({"images": COLOUR[:, :0], "labels": LABELS}, r"is uint8 of shape \(6, 0, 8, 3\)"),
        ({"images": COLOUR, "labels": np.ones((6, 2))}, "labels: is float64 .*a whole number or"),
        ({"images": COLOUR, "labels": FLAT + 0.5}, "labels: is float64 .*a whole number or a word"),
        ({"images": COLOUR, "labels": FLAT * np.nan}, "a whole number or a word for each"),
        ({"images": COLOUR, "labels": LABELS[:3]}, "or a word for each of the 6 images"),
        ({"images_a": COLOUR, "images_b": COLOUR}, "images_a and images_b both read as the images"),
        (
            {"images": COLOUR, "labels": np.array([".net", *"abcab"])},
            r"labels: '\.net' can be no class",
        ),
        ({"images": COLOUR, "labels": np.array(["@tmp", *"abcab"])}, "'@tmp' can be no class"),
        (
            {"images": COLOUR, "labels": np.array(["a/b", "a_b", *"abca"])},
            "'a/b' and 'a_b' would be one class, 'a_b'; write other words",
        ),
        (
            {
                f"{what}_{part}": rows
                for part, word in (("train", "a/b"), ("test", "a_b"))
                for what, rows in (("x", COLOUR), ("y", np.array([word] * 6)))
            },
            "y_test: 'a/b' and 'a_b' would be one class",
        ),
        ({"images": np.array([None])}, "cannot be read as arrays of numbers"),
    ],
)
def test_arrays_that_can_not_be(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        records(labelled=save(tmp_path, **arrays))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("at", "value"), [(8, 1), (10, 97)])  # encrypted; how it is compressed
def test_members_that_can_not_be_opened(tmp_path: Path, at: int, value: int) -> None:
    path = Path(save(tmp_path, images=COLOUR, labels=FLAT))
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + at] = value
    path.write_bytes(content)
    with pytest.raises(UserError, match="cannot be read as arrays of numbers"):
        records(labelled=path)


def test_a_damaged_header(tmp_path: Path) -> None:
    path = save(tmp_path, images=COLOUR, labels=FLAT)
    stored = io.BytesIO()
    np.save(stored, COLOUR)
    with zipfile.ZipFile(path, "w") as stream:
        stream.writestr("images.npy", stored.getvalue().replace(b"3)", b"3 "))
    with pytest.raises(UserError, match="cannot be read as arrays of numbers"):
        records(labelled=path)
