"""The embedded set as a source, and the choice among sources."""

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from semisup.params.loading import Params
from semisup.prepare.known_sets.glyphs import class_names
from semisup.prepare.records import Record, Rejected
from semisup.prepare.sources import candidates
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes

Make = Callable[..., Params]
TINY = {
    "seed": 0,
    "data.source": "glyphs",
    "data.image_size": 16,
    "data.glyphs.classes": 5,
    "data.glyphs.train_images": 12,
    "data.glyphs.test_images": 7,
}


def read(params: Params) -> list[tuple[Record, Any]]:
    found = list(candidates(params, deque(), Notes()))
    kept = [(item[0], item[1].pixels) for item in found if not isinstance(item, Rejected)]
    assert len(kept) == len(found)
    return kept


def test_letters_with_labels_and_test_set(make_params: Make) -> None:
    found = read(make_params(TINY))
    records = [record for record, _ in found]
    assert [record.given_split for record in records] == ["train"] * 12 + ["test"] * 7
    labels = [record.label for record in records]
    assert labels[:12] == list("ABCDEABCDEAB")
    assert labels[12:] == list("ABCDEAB")
    assert records[0].source == "glyphs/train/000000"
    assert len({record.source for record in records}) == 19
    assert all(pixels.shape == (16, 16, 3) and pixels.dtype == np.uint8 for _, pixels in found)
    assert len({pixels.tobytes() for _, pixels in found}) == 19


def test_more_letters_keep_those_before(make_params: Make) -> None:
    few = read(make_params(TINY))
    many = read(make_params(TINY | {"data.glyphs.train_images": 15}))
    assert [r for r, _ in few[:12]] == [r for r, _ in many[:12]]
    for (_, one), (_, other) in zip(few, many[:12] + many[15:], strict=True):
        assert np.array_equal(one, other)
    other_seed = read(make_params(TINY | {"seed": 1}))
    assert not any(np.array_equal(a, b) for (_, a), (_, b) in zip(few, other_seed, strict=True))


def test_names_of_classes() -> None:
    assert class_names("A7é") == ["A", "7", "U+00E9"]


def test_folder_source(make_params: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(("cat/1.png", "dog/2.png")):
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True)
        Image.new("RGB", (16, 16), (number, 20, 30)).save(path)
    edits = {"data.source": "folder", "data.image_size": 16, "compute.threads": 1}
    found = read(make_params(edits | {"data.folder.labelled": str(tmp_path / "pictures")}))
    by_label = {record.label: pixels[0, 0].tolist() for record, pixels in found}
    assert by_label == {"cat": [0, 20, 30], "dog": [1, 20, 30]}


def test_torchvision_source_that_is_unknown(make_params: Make, tmp_path: Path) -> None:
    edits = {
        "data.source": "torchvision",
        "data.torchvision.name": "FashionMINST",
        "data.torchvision.root": str(tmp_path),
    }
    with pytest.raises(UserError, match="FashionMNIST"):
        list(candidates(make_params(edits), deque(), Notes()))


@pytest.mark.parametrize("done", [0, 5, 40, 41, 45])
def test_letters_that_are_done_already_are_left_out(
    make_params: Callable[..., Params], done: int
) -> None:
    glyphs = {"classes": 3, "train_images": 40, "test_images": 5, "clutter": 0.3}
    params = make_params({"data.glyphs": glyphs, "data.image_size": 16})
    whole = list(candidates(params, deque(), Notes()))
    records = [one[0] for one in whole if not isinstance(one, Rejected)]
    rest = list(candidates(params, deque(records[:done]), Notes()))
    assert len(whole) == 45
    assert len(rest) == 45 - done
    for found, expected in zip(rest, whole[done:], strict=True):
        assert not isinstance(found, Rejected)
        assert not isinstance(expected, Rejected)
        assert found[0] == expected[0]
        assert np.array_equal(found[1].pixels, expected[1].pixels)
