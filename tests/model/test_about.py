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
        ({"format": 1, "mean": [], "std": [], "odd": 1}, "damaged .TypeError: .*odd"),
    ],
)
def test_what_is_refused(tmp_path: Path, content: Any, message: str) -> None:
    if content is not None:
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / FILE).write_text(text)
    with pytest.raises(UserError, match=message):
        About.read(tmp_path)


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
