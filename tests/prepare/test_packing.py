"""Packing: the array, the manifest, the rejects, and when it refuses."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from made_files import pack

from semisup.prepare.packing import describe
from semisup.prepare.records import Decoded, Pixels, Record, Rejected
from semisup.workflow.errors import UserError

SIDE = 6
FOR_NOTHING = {"meant_for": "unlabelled", "label": ""}


def picture(seed: int, grey: bool = False) -> Pixels:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    return np.repeat(pixels[..., :1], 3, axis=2) if grey else pixels


def entry(seed: int, label: str | None = None, grey: bool = False) -> tuple[Record, Decoded]:
    return Record(f"{seed}.png", label), Decoded.of(picture(seed, grey))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_array_equals_the_inputs_and_can_be_mapped(tmp_path: Path) -> None:
    pack((entry(seed) for seed in range(300)), tmp_path, SIDE, "auto", 0.0)
    images = np.load(tmp_path / "images.npy", mmap_mode="r")
    assert isinstance(images, np.memmap)
    assert images.dtype == np.uint8
    assert np.array_equal(images, np.stack([picture(seed) for seed in range(300)]))
    # one byte more or less would be no valid file
    assert (tmp_path / "images.npy").stat().st_size == 128 + 300 * SIDE * SIDE * 3


def test_manifest_rejects_and_summary(tmp_path: Path) -> None:
    def source() -> Iterator[tuple[Record, Decoded] | Rejected]:
        yield Record("a/1.png", "dög"), Decoded.of(picture(1))
        yield Rejected("broken, really.png", "no image")
        yield Record('say "x", y.png', None), Decoded.of(picture(2))
        yield Record("a/copy.png", "cat"), Decoded.of(picture(1))
        yield Record("test/1.png", "cat", "test"), Decoded.of(picture(3))
        yield Record("test/2.png", None, "test"), Decoded.of(picture(1))
        yield Rejected("b.txt", "line one")

    summary = pack(source(), tmp_path, SIDE, "auto", 0.7)
    manifest = rows(tmp_path / "manifest.csv")
    assert [row["id"] for row in manifest] == ["0", "1", "2", "3", "4"]
    assert [row["source"] for row in manifest] == [
        *("a/1.png", 'say "x", y.png', "a/copy.png", "test/1.png", "test/2.png")
    ]
    assert [row["label"] for row in manifest] == ["dög", "", "cat", "cat", ""]
    assert [row["given_split"] for row in manifest] == ["train"] * 3 + ["test"] * 2
    assert [row["duplicate_of"] for row in manifest] == ["", "", "0", "", "0"]
    as_array = np.load(tmp_path / "manifest.npy")
    assert as_array["label"].tolist() == [1, -1, 0, 0, -1]  # of the sorted classes
    assert as_array["given"].tolist() == [0] * 3 + [2] * 2
    assert as_array["same_as"].tolist() == [0, 1, 0, 3, 0]
    hashes = [row["pixel_hash"] for row in manifest]
    assert hashes[0] == hashes[2] == hashes[4]
    assert len(set(hashes)) == 3
    assert rows(tmp_path / "rejected.csv") == [
        {"source": "broken, really.png", "reason": "no image", **FOR_NOTHING},
        {"source": "b.txt", "reason": "line one", **FOR_NOTHING},
    ]
    assert summary == json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary == {
        "images": 5,
        "labelled": 2,
        "unlabelled": 1,
        "given_validation": 0,
        "given_test": 2,
        "groups": 0,
        "channels": 3,
        "rejected": 2,
        "duplicates": 2,
        "classes": ["cat", "dög"],
    }
    assert "5 images (2 labelled, 1 not, 0 for validation, 2 for test) of 2 classes" in describe(
        summary
    )
    assert "2 files left out, 2 duplicates" in describe(summary)
    one = summary | {"rejected": 1, "duplicates": 1}
    assert describe(one).endswith("1 file left out, 1 duplicate")


def test_same_input_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        pack((entry(seed, "x") for seed in range(4)), folder, SIDE, "auto", 0.0)
        contents.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert contents[0] == contents[1]
    tables = {"manifest.csv", "manifest.npy", "rejected.csv", "summary.json"}
    tables |= {"classes.csv", "conflicts.csv", "warnings.json"}
    assert set(contents[0]) == tables | {"images.npy"}


@pytest.mark.parametrize(
    ("color", "greys", "channels"),
    [
        ("auto", [True, True], 1),
        ("auto", [True, False], 3),
        ("auto", [False, False], 3),
        ("rgb", [True, True], 3),
        ("grey", [True, True], 1),
        ("grey", [True, False], 1),
    ],
)
def test_channels(tmp_path: Path, color: str, greys: list[bool], channels: int) -> None:
    source = (entry(seed, grey=grey) for seed, grey in enumerate(greys))
    summary = pack(source, tmp_path, SIDE, color, 0.0)
    images = np.load(tmp_path / "images.npy", mmap_mode="r")
    assert images.shape == (len(greys), SIDE, SIDE, channels)
    assert summary["channels"] == channels
    for seed, grey in enumerate(greys):
        original = picture(seed, grey)
        if channels == 3:
            assert np.array_equal(images[seed], original)
        elif grey:
            assert np.array_equal(images[seed], original[..., :1])
        else:
            brightness = original.astype(float) @ [0.299, 0.587, 0.114]
            assert np.abs(images[seed, ..., 0] - brightness).max() <= 0.5 + 1e-9
    assert {path.suffix for path in tmp_path.iterdir()} == {".npy", ".csv", ".json"}


@pytest.mark.parametrize(("bad", "limit", "refused"), [(1, 0.0, True), (1, 0.1, False)])
def test_limit_of_rejects(tmp_path: Path, bad: int, limit: float, refused: bool) -> None:
    items = [*(entry(seed) for seed in range(9)), *[Rejected("x.png", "cut short")] * bad]
    if not refused:
        assert pack(iter(items), tmp_path, SIDE, "auto", limit)["rejected"] == bad
        return
    with pytest.raises(UserError) as caught:
        pack(iter(items), tmp_path, SIDE, "auto", limit)
    message = str(caught.value)
    for part in ("data.max_rejected_fraction", "1 of 10 unlabelled files", "x.png: cut short"):
        assert part in message
    assert "\n" not in message


def test_the_list_of_too_many_rejects_stays(tmp_path: Path) -> None:
    items = [entry(0), Rejected("x.png", "cut short"), Rejected("y.png", "empty file")]
    (folder := tmp_path / "new").mkdir()
    with pytest.raises(UserError, match=rf"all are listed in {tmp_path}/rejected\.csv"):
        pack(iter(items), folder, SIDE, "auto", 0.1)
    found = [row["source"] for row in rows(tmp_path / "rejected.csv")]
    assert found == ["x.png", "y.png"]
    pack(iter(items), folder, SIDE, "auto", 0.9)
    assert not (tmp_path / "rejected.csv").exists()


def test_nothing_left(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no images"):
        pack(iter([]), tmp_path, SIDE, "auto", 1.0)
    rejects = [Rejected("x.png", "cut short"), Rejected("y.png", "no image")]
    with pytest.raises(UserError, match=r"none of the 2 files can be used.*x\.png: cut short"):
        pack(iter(rejects), tmp_path, SIDE, "auto", 1.0)
