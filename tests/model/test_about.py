"""classifier.json: read as written, refused where it is of no use."""

import json
from pathlib import Path

import numpy as np
import pytest
from made_models import about

from semisup.model.about import FILE, About
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
    ],
)
def test_what_is_refused(tmp_path: Path, content: dict[str, int] | None, message: str) -> None:
    if content is not None:
        (tmp_path / FILE).write_text(json.dumps(content))
    with pytest.raises(UserError, match=message):
        About.read(tmp_path)


def test_licence_names_weights_of_others() -> None:
    assert "lays no claim" in about().licence
    assert (
        "timm/x of others, whose licence is: cc-by-nc-4.0"
        in about(weights={"model": "timm/x", "licence": "cc-by-nc-4.0"}).licence
    )
