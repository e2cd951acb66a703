"""classifier.json: read as written, refused where it is of no use."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_models import about

from semisup.model.about import FILE, About
from semisup.model.whole import Whole
from semisup.workflow.errors import UserError


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    said = about(channels=1, weights={"model": "timm/x", "licence": "mit"})
    said.write(tmp_path)
    found = About.read(tmp_path)
    assert found.as_json() == said.as_json()
    about(ranges={"uint16": [0, 4095.0]}).write(tmp_path)
    assert About.read(tmp_path).ranges == {"uint16": [0, 4095.0]}
    np.testing.assert_array_equal(found.mean, said.mean)
    assert found.mean.dtype == np.float32


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "classifier.json: not there; run `dvc repro`, or name a folder"),
        ({"format": 2}, "classifier.json: not of this version"),
        ({}, "classifier.json: not of this version"),
        ("not JSON", "classifier.json: damaged .JSONDecodeError"),
        ([1], "classifier.json: damaged .TypeError"),
        ("[" * 100_000, "classifier.json: damaged .RecursionError"),
        ({"format": 1, "mean": [], "std": [], "odd": 1}, "damaged .ValueError: classes: Field req"),
    ],
)
def test_what_is_refused(tmp_path: Path, content: Any, message: str) -> None:
    if content is not None:
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / FILE).write_text(text)
    with pytest.raises(UserError, match=message):
        About.read(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("fit", "zoom", "fit: Input should be 'crop'"),
        ("temperature", 0.0, "temperature: Input should be greater than 0"),
        ("temperature", float("nan"), "temperature: Input should be"),
        ("temperature", "0.7", "temperature: Input should be a valid number"),
        ("threshold", "0.7", "threshold: Input should be a valid number"),
        ("threshold", float("nan"), "threshold: Input should be a finite number"),
        ("mean", [0.5, 0.5, float("nan")], "mean.2: Input should be a finite number"),
        ("ranges", {"uint16": [5]}, "ranges.uint16: List should have at least 2 items"),
        ("ranges", {"uint16": [0, 5, 9]}, "ranges.uint16: List should have at most 2 items"),
        ("ranges", {"uint16": [5, 5]}, "ranges: should have the smaller number first"),
        ("ranges", {"": [0, float("inf")]}, "ranges..1: Input should be a finite number"),
        ("classes", ["a", "a"], "classes: two have the same name"),
        ("classes", ["a", " "], "classes: one has no name"),
        ("image_size", 20000, "image_size: Input should be less than or equal to 512"),
        ("threshold", 5.0, "threshold: Input should be less than or equal to 1"),
        ("precision", -1.0, "precision: Input should be greater than or equal to 0"),
        ("classes", "ab", "classes: Input should be a valid list"),
        ("max_megapixels", None, "max_megapixels: Input should be a valid number"),
        ("ranges", [], "ranges: Input should be a valid dictionary"),
        ("channels", 2, "channels: Input should be 1 or 3"),
        ("std", [0.0], "std.0: Input should be greater than 0"),
        ("odd", 1, "odd"),
    ],
)
def test_what_would_go_wrong_in_silence_is_refused(
    tmp_path: Path, key: str, value: Any, message: str
) -> None:
    about().write(tmp_path)
    said = json.loads((tmp_path / FILE).read_text()) | {key: value}
    (tmp_path / FILE).write_text(json.dumps(said))
    with pytest.raises(UserError, match=f"classifier.json: damaged .*{message}") as caught:
        About.read(tmp_path)
    assert "\n" not in str(caught.value)


def test_licence_names_weights_of_others() -> None:
    assert "lays no claim" in about().licence
    assert (
        "timm/x of others, whose licence is: cc-by-nc-4.0"
        in about(weights={"model": "timm/x", "licence": "cc-by-nc-4.0"}).licence
    )


def test_a_network_that_is_not_known(tmp_path: Path) -> None:
    about(encoder={"backbone": "timm/no_such_model", "sees": "pixels"}).write(tmp_path)
    with pytest.raises(UserError, match=r"classifier\.json: damaged .*no_such_model"):
        Whole.read(tmp_path)
